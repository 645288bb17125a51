"""How QGIS draws the layers: QML of each, by theme or category, in the colours of the site."""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr

from .. import colours

#: What a layer is coloured by: an expression of QGIS, and the vocabulary of its values; others have one colour.
BY = {
    "practices": ("array_first(string_to_array(\"themes\", ';'))", "theme"),
    "services": ('"category"', "service_category"),
    "needs": ('"theme"', "theme"),
}
ALONE = {"regions": "#b4492f", "projects": "#6445a0", "events": "#23593a"}
_SHAPES = {"regions": "square", "projects": "diamond", "events": "triangle"}
_TITLES = {"practices": "title", "projects": "title", "events": "title", "needs": "statement"}


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


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
    said = "".join(f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items())
    return (
        f'<symbol type="marker" name={quoteattr(name)} alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleMarker" enabled="1" locked="0" pass="0"><Option type="Map">{said}</Option></layer>'
        "</symbol>"
    )


def _categories(attribute: str, terms: Iterable[tuple[str, str]]) -> str:
    listed, symbols = [], []
    palette = [one.value for one in colours.themes()]
    known = dict(colours.themes())
    for number, (key, words) in enumerate([*terms, ("", "–")]):
        colour = known.get(key) or (palette[number % len(palette)] if key else colours.of(None))
        listed.append(
            f'<category value={quoteattr(key)} type="string" label={quoteattr(words)} symbol="{number}" render="true"/>'
        )
        symbols.append(_symbol(str(number), colour))
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(attribute)} symbollevels="0" enableorderby="0" '
        f'forceraster="0"><categories>{"".join(listed)}</categories><symbols>{"".join(symbols)}</symbols></renderer-v2>'
    )


def renderer(layer: str, labels: Mapping[str, list[list[str]]]) -> str:
    """Return the renderer of a layer; `labels` are (key, words) by vocabulary, in the language of the file."""
    if layer in BY:
        attribute, vocabulary = BY[layer]
        return _categories(attribute, [(key, words) for key, words in labels.get(vocabulary, [])])
    symbol = _symbol("0", ALONE.get(layer, colours.of(None)), _SHAPES.get(layer, "circle"))
    return (
        '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">'
        f"<symbols>{symbol}</symbols></renderer-v2>"
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


def qml(layer: str, labels: Mapping[str, list[list[str]]]) -> str:
    """Return the style of a layer as QGIS keeps it."""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.22.0" styleCategories="Symbology|MapTips" hasScaleBasedVisibilityFlag="0">'
        f"{renderer(layer, labels)}{display(layer)}<blendMode>0</blendMode><layerOpacity>1</layerOpacity></qgis>"
    )
