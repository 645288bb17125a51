"""Layers of the OGC API as QGIS keeps them, with their styles: layer definitions (QLR) and a whole project (QGZ).

QGIS itself is not needed to write them. Places and shapes are read from the site each time a layer is opened.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from .making import styles

PROJECT_TYPE = "application/x-qgis-project"
LAYER_TYPE = "application/x-qgis-layer-definition"
VERSION = "3.22.0"  # of QGIS: the oldest one that these files are tested with
METRES = 3035  # the system of the project's map: equal areas over the whole of Europe
GEOGRAPHIC = 4326
_SYSTEMS = {GEOGRAPHIC: 3452, METRES: 1000}  # EPSG code → the number under which QGIS keeps the system
EUROPE = (2_350_000, 1_300_000, 6_500_000, 5_450_000)  # west, south, east, north in metres of it
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the time of the file in the archive: the same project makes the same bytes


class Layer(NamedTuple):
    """A collection as a layer: its id, the words for it, titles of its fields as (name, title), whose it is (licence
    and credit), and whether its features are points ("Point", "MultiPoint") or areas ("MultiPolygon")."""

    name: str
    title: str
    description: str
    fields: Sequence[tuple[str, str]]
    licence: str
    credit: str
    geometry: str


class Origin(NamedTuple):
    """Where layers come from: the address of the OGC API, and the language of texts and legends with its words as
    (key, words) by vocabulary."""

    address: str
    lang: str
    labels: styles.Labels


def _system(code: int) -> str:
    return f"<spatialrefsys><srsid>{_SYSTEMS[code]}</srsid><authid>EPSG:{code}</authid></spatialrefsys>"


def _id(layer: Layer) -> str:
    # QGIS takes an id of ten characters or fewer for none.
    return f"practice_atlas_{layer.name}"


def source(layer: Layer, origin: Origin) -> str:
    """Return how QGIS finds a layer: the API asked for texts in the language, page by page, only what a map shows."""
    address = f"{origin.address}/?{urlencode({'lang': origin.lang})}".replace("'", "%27")
    return f"pagingEnabled='true' restrictToRequestBBOX='1' typename='{layer.name}' url='{address}'"


def _node(layer: Layer, origin: Origin) -> str:
    return (
        f'<layer-tree-layer id="{_id(layer)}" name={quoteattr(layer.title)} providerKey="OAPIF" '
        f'source={quoteattr(source(layer, origin))} checked="Qt::Checked" expanded="0"/>'
    )


def _about(layer: Layer, origin: Origin) -> str:
    page = f"{origin.address}/collections/{layer.name}"
    return (
        f"<resourceMetadata><identifier>{escape(page)}</identifier><language>{origin.lang}</language>"
        f"<type>dataset</type><title>{escape(layer.title)}</title><abstract>{escape(layer.description)}</abstract>"
        f"<license>{escape(layer.licence)}</license><rights>{escape(layer.credit)}</rights>"
        f'<links><link name="OGC API" type="WWW:LINK" url={quoteattr(page)} description="" format="" mimeType="" '
        f'size=""/></links></resourceMetadata>'
    )


def _layer(layer: Layer, origin: Origin) -> str:
    geometry = "Polygon" if layer.geometry == "MultiPolygon" else "Point"
    return (
        f'<maplayer type="vector" geometry="{geometry}" wkbType="{layer.geometry}" labelsEnabled="1" '
        f'styleCategories="AllStyleCategories" hasScaleBasedVisibilityFlag="0" readOnly="1">'
        f"<id>{_id(layer)}</id><datasource>{escape(source(layer, origin))}</datasource>"
        f"<layername>{escape(layer.title)}</layername><srs>{_system(GEOGRAPHIC)}</srs>"
        f'{_about(layer, origin)}<provider encoding="UTF-8">OAPIF</provider>'
        f"{styles.style(layer.name, origin.labels, styles.FIRST_OF_LIST)}{styles.aliases(layer.fields)}</maplayer>"
    )


def definition(layers: Iterable[Layer], origin: Origin) -> bytes:
    """Return layers as a definition that can be dragged into any project."""
    listed = list(layers)
    nodes = "".join(_node(one, origin) for one in listed)
    text = (
        '<!DOCTYPE qgis-layer-definition>\n<qlr><layer-tree-group name="" checked="Qt::Checked" expanded="1">'
        f"{nodes}</layer-tree-group><maplayers>{''.join(_layer(one, origin) for one in listed)}</maplayers></qlr>\n"
    )
    return text.encode()


def project(name: str, title: str, about: Sequence[tuple[str, str]], layers: Iterable[Layer], origin: Origin) -> bytes:
    """Return a project with the layers, the first one on top; `name` is that of the file in its archive, `about` are
    (what, words): licence, source, date, search."""
    listed = list(layers)
    west, south, east, north = EUROPE
    said = "\n".join(f"{what}: {words}" for what, words in about if words)
    text = (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="{VERSION}" projectname={quoteattr(title)}><title>{escape(title)}</title>'
        f"<projectMetadata><identifier>{escape(origin.address)}</identifier><language>{origin.lang}</language>"
        f"<type>dataset</type><title>{escape(title)}</title><abstract>{escape(said)}</abstract></projectMetadata>"
        f"<projectCrs>{_system(METRES)}</projectCrs>"
        f"<layer-tree-group>{''.join(_node(one, origin) for one in listed)}</layer-tree-group>"
        f'<mapcanvas name="theMapCanvas" annotationsVisible="1"><units>meters</units><extent><xmin>{west}</xmin>'
        f"<ymin>{south}</ymin><xmax>{east}</xmax><ymax>{north}</ymax></extent><rotation>0</rotation>"
        f"<destinationsrs>{_system(METRES)}</destinationsrs></mapcanvas>"
        f"<projectlayers>{''.join(_layer(one, origin) for one in listed)}</projectlayers>"
        '<properties><Gui><CanvasColorRedPart type="int">214</CanvasColorRedPart>'
        '<CanvasColorGreenPart type="int">228</CanvasColorGreenPart>'
        '<CanvasColorBluePart type="int">236</CanvasColorBluePart></Gui>'
        '<SpatialRefSys><ProjectionsEnabled type="int">1</ProjectionsEnabled></SpatialRefSys>'
        '<Paths><Absolute type="bool">true</Absolute></Paths></properties></qgis>\n'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(f"{name}.qgs", _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, text)
    return packed.getvalue()
