"""How QGIS draws the layers: QML of each, by theme or category, in the colours of the site."""

from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import quoteattr

from .. import colours

Labels = Mapping[str, Sequence[Sequence[str]]]

#: What a layer is coloured by: its field, and the vocabulary of its values; others have one colour.
BY = {"practices": ("themes", "theme"), "services": ("category", "service_category"), "needs": ("theme", "theme")}
#: How QGIS finds the value in a field: the first one of a list, which is a text in files and a list from the API.
FIRST_OF_TEXT = "array_first(string_to_array(\"themes\", ';'))"
FIRST_OF_LIST = 'array_first("themes")'
ALONE = {"regions": "#b4492f", "projects": "#6445a0", "events": "#23593a"}
_SHAPES = {"regions": "square", "projects": "diamond", "events": "triangle"}
_TITLES = {"practices": "title", "projects": "title", "events": "title", "needs": "statement"}
_LINES = ("0.3", "0.25", "0.2", "0.1")  # millimetres of the outlines of areas, by their level
_CLOSE = {"regions": 20_000_000, "territories": 12_000_000}  # labels show from this scale on
_CLOSE_OTHERS = 2_000_000


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def _options(options: Mapping[str, str]) -> str:
    said = "".join(f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items())
    return f'<Option type="Map">{said}</Option>'


def _symbol(name: str, colour: str, shape: str = "circle") -> str:
    options = {
        "name": shape,
        "color": _rgb(colour),
        "outline_color": "255,255,255,255",
        "outline_style": "solid",
        "outline_width": "0.4",
        "outline_width_unit": "MM",
        "size": "3",
        "size_unit": "MM",
    }
    return (
        f'<symbol type="marker" name={quoteattr(name)} alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleMarker" enabled="1" locked="0" pass="0">{_options(options)}</layer></symbol>'
    )


def _area(level: int) -> str:
    options = {
        "color": "246,244,238,255",
        "style": "solid" if level == 0 else "no",
        "outline_color": "168,162,148,255",
        "outline_style": "solid",
        "outline_width": _LINES[level],
        "outline_width_unit": "MM",
        "joinstyle": "round",
    }
    return (
        f'<symbol type="fill" name="{level}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleFill" enabled="1" locked="0" pass="0">{_options(options)}</layer></symbol>'
    )


def _areas() -> str:
    """Return how the levels of areas are drawn: countries at once, the others for whoever ticks them."""
    levels = range(len(_LINES))
    listed = "".join(
        f'<category value="{level}" type="integer" label="NUTS {level}" symbol="{level}" '
        f'render="{"true" if level == 0 else "false"}"/>'
        for level in levels
    )
    return (
        '<renderer-v2 type="categorizedSymbol" attr="level" symbollevels="1" enableorderby="0" forceraster="0">'
        f"<categories>{listed}</categories><symbols>{''.join(_area(level) for level in levels)}</symbols></renderer-v2>"
    )


def _categories(attribute: str, terms: Iterable[Sequence[str]]) -> str:
    listed, symbols = [], []
    for number, (key, words, colour) in enumerate([*terms, ("", "–", colours.of(None))]):
        listed.append(
            f'<category value={quoteattr(key)} type="string" label={quoteattr(words)} symbol="{number}" render="true"/>'
        )
        symbols.append(_symbol(str(number), colour))
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(attribute)} symbollevels="0" enableorderby="0" '
        f'forceraster="0"><categories>{"".join(listed)}</categories><symbols>{"".join(symbols)}</symbols></renderer-v2>'
    )


def renderer(layer: str, labels: Labels, first: str) -> str:
    """Return the renderer of a layer; `labels` are (key, words, colour) by vocabulary, in the language of the file,
    `first` one of FIRST_OF_TEXT and FIRST_OF_LIST."""
    if layer == "territories":
        return _areas()
    if layer in BY:
        field, vocabulary = BY[layer]
        attribute = first if field == "themes" else f'"{field}"'
        return _categories(attribute, labels.get(vocabulary, []))
    symbol = _symbol("0", ALONE.get(layer, colours.of(None)), _SHAPES.get(layer, "circle"))
    return (
        '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">'
        f"<symbols>{symbol}</symbols></renderer-v2>"
    )


def labelling(layer: str) -> str:
    """Return how QGIS writes the names of features beside them, once the map is close enough for them."""
    field, scale = _TITLES.get(layer, "name"), _CLOSE.get(layer, _CLOSE_OTHERS)
    placement = "0" if layer == "territories" else "6"  # inside of areas, around points where there is room
    return (
        f'<labeling type="simple"><settings calloutType="simple"><text-style fieldName="{field}" isExpression="0" '
        'fontFamily="Sans" fontSize="8" fontSizeUnit="Point" textColor="28,42,51,255" textOpacity="1">'
        '<text-buffer bufferDraw="1" bufferSize="0.7" bufferSizeUnits="MM" bufferColor="255,255,255,255" '
        'bufferOpacity="0.9"/></text-style><text-format autoWrapLength="28" multilineAlign="0"/>'
        f'<placement placement="{placement}" predefinedPositionOrder="R,L,TR,BR,TL,BL,TSR,BSR" dist="1" '
        'distUnits="MM" priority="5"/>'
        f'<rendering drawLabels="1" scaleVisibility="1" scaleMin="1" scaleMax="{scale}" displayAll="0"/>'
        "</settings></labeling>"
    )


def display(layer: str) -> str:
    """Return the elements that say what names a feature in QGIS, and what its map tip shows."""
    title = _TITLES.get(layer, "name")
    tip = (
        f'<b>[% "{title}" %]</b><br>[% "place" %]'
        if layer in ("practices", "services", "events")
        else f'[% "{title}" %]'
    )
    escaped = tip.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<previewExpression>"{title}"</previewExpression><mapTip>{escaped}</mapTip>'


def style(layer: str, labels: Labels, first: str) -> str:
    """Return the elements of a layer's style, in the order in which QGIS writes them."""
    return (
        f"{renderer(layer, labels, first)}{labelling(layer)}<blendMode>0</blendMode><layerOpacity>1</layerOpacity>"
        f"{display(layer)}"
    )


def aliases(titles: Sequence[tuple[str, str]]) -> str:
    """Return the element that gives fields their titles; `titles` are (name of the field, title)."""
    said = "".join(
        f'<alias index="{number}" field={quoteattr(name)} name={quoteattr(title)}/>'
        for number, (name, title) in enumerate(titles, 1)  # the id comes first
    )
    return f"<aliases>{said}</aliases>"


def qml(layer: str, labels: Labels, titles: Sequence[tuple[str, str]]) -> str:
    """Return the style of a layer of a file as QGIS keeps it."""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.22.0" styleCategories="Symbology|Labeling|Fields|MapTips" labelsEnabled="1" '
        f'hasScaleBasedVisibilityFlag="0">{style(layer, labels, FIRST_OF_TEXT)}{aliases(titles)}</qgis>'
    )
