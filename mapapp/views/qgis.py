"""Files that open the OGC API of this site in QGIS: a project with all layers, and each layer by itself."""

from functools import partial

from flask import Blueprint, Response, g
from flask_babel import gettext as _

from .. import i18n
from ..formats import fields, ogc_collections, qgis
from ..queries import export
from . import asked, downloads, ogc_links, searching, taking, wording

blueprint = Blueprint("qgis", __name__)
PROJECT = f"/{downloads.EVERYTHING}.qgz"
#: In QGIS the first one lies on top: points above areas, what there are many of above what there are few of.
ORDER = (
    fields.PRACTICE,
    fields.SERVICE,
    fields.EVENT,
    fields.NEED,
    fields.REGION,
    fields.PROJECT,
    fields.TERRITORY,
)
_GEOMETRIES = {"point": "Point", "multipoint": "MultiPoint", "multipolygon": "MultiPolygon"}


def path_of(collection: fields.Collection) -> str:
    """Return the path of the layer definition of a collection."""
    return f"/{collection.plural}.qlr"


def _layer(collection: fields.Collection) -> qgis.Layer:
    words = ogc_collections.WORDS[collection.name]
    kind = export.SOURCES[collection.name].kind
    ours = collection is not fields.TERRITORY
    return qgis.Layer(
        collection.plural,
        _(words.title),
        _(words.description),
        [(field.name, _(field.title)) for field in collection.fields],
        fields.LICENCE if ours else _("Not for commercial use"),
        taking.attribution() if ours else "© EuroGeographics",
        _GEOMETRIES[kind],
    )


def _origin() -> qgis.Origin:
    searching.refuse_unknown(("lang",))
    lang, every = taking.read_language()
    if every:
        raise taking.refuse("lang", taking.ALL, list(i18n.LANGUAGES))
    return qgis.Origin(ogc_links.address(""), lang, taking.labels())


def _definition(collection: fields.Collection) -> Response:
    """Return a collection as a layer of QGIS: parse, ask, write."""
    origin = _origin()
    body = qgis.definition([_layer(collection)], origin)
    return _labelled(body, qgis.LAYER_TYPE, f"{collection.plural}.qlr", ours=collection is not fields.TERRITORY)


@blueprint.get(PROJECT)
def project() -> Response:
    """All collections as a project of QGIS."""
    origin = _origin()
    layers = [_layer(one) for one in ORDER]
    found = export.overview(asked.connection())
    changed = max((one.changed for one in found if one.changed), default=None)
    page = f"{wording.base()}/{g.lang}/data"
    about = taking.rows(_("All records"), sum(one.size for one in found), "", page, qgis.METRES, changed)
    body = qgis.project(downloads.EVERYTHING, asked.site().name, about, layers, origin)
    return _labelled(body, qgis.PROJECT_TYPE, f"{downloads.EVERYTHING}.qgz", ours=True)


def _labelled(body: bytes, media_type: str, name: str, *, ours: bool) -> Response:
    response = downloads.label(Response(body, content_type=media_type), name, None)
    if not ours:  # outlines are not under the licence of everything else
        del response.headers["Link"]
    return response


for _collection in ORDER:
    _name = f"layer_{_collection.plural}"
    blueprint.add_url_rule(path_of(_collection), _name, partial(_definition, _collection))
