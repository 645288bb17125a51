"""The open data as a catalogue record: DCAT-AP 3.0.1 in RDF, for the portals that harvest it.

Every node has an address of its own, none is blank: the same data make the same triples, and those the same bytes.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from .fields import LICENCE_URL
from .kinds import KINDS

if TYPE_CHECKING:
    from rdflib import Graph, URIRef

MEDIA_TYPES = {
    "jsonld": ("application/ld+json", "json-ld"),
    "ttl": ("text/turtle", "turtle"),
    "rdf": ("application/rdf+xml", "xml"),
}
_EU = "http://publications.europa.eu/resource/authority/"
_LANGUAGES = {"en": "ENG", "de": "DEU", "it": "ITA"}
_FILE_TYPES = {
    "gpkg": "GPKG",
    "geojson": "GEOJSON",
    "geojsons": "GEOJSON",
    "csv": "CSV",
    "xlsx": "XLSX",
    "kml": "KML",
    "shp.zip": "SHP",
    "parquet": "PARQUET",
}
_NAMESPACES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcatap": "http://data.europa.eu/r5r/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}

Say = Callable[[str], Mapping[str, str]]  # a message in each language of the site


def _(message: str) -> str:
    """Mark a message for the catalogues of translations."""
    return message


TITLES = {
    "practices": (
        _("Practices of migrant integration"),
        _("Practices with place, themes, target groups, lead, years, results and lessons, each with its source."),
    ),
    "services": (
        _("Local services for newcomers"),
        _("Advice, courses, meeting places and help, with address, languages spoken and contact."),
    ),
    "regions": (
        _("Partner regions of integration"),
        _("Regions, municipalities and networks that work on integration, their role and their projects."),
    ),
    "projects": (
        _("Projects of integration"),
        _("European projects behind the practices: programme, period, cost, grant, aims and results."),
    ),
    "events": (
        _("Events of integration"),
        _("Meetings, courses and other events of the projects, with date, place and source."),
    ),
    "needs": (
        _("Needs of partner regions"),
        _("What partner regions offer, lack and wish for integration, with theme, date and source."),
    ),
}
ABOUT = _("Practices of integration, local services, partner regions and projects in Europe, with their sources.")
KEYWORDS = (_("Integration"), _("Migration"), _("Regions"), _("Practices"))


class Site(NamedTuple):
    """Who publishes: the name, the address without a slash at the end, who answers for it, how to reach them, and whom
    to name beside the data, in each language."""

    name: str
    address: str
    operator: str
    contact: str
    attribution: Mapping[str, str]


class Dataset(NamedTuple):
    """A collection as it is now; `box` is west, south, east, north in degrees, `years` the first and the last."""

    plural: str
    changed: datetime | None
    box: tuple[float, float, float, float] | None
    years: tuple[int, int] | None


class _Terms(NamedTuple):
    """The nodes of the licence, and of whom to name beside the data."""

    licence: "URIRef"
    rights: "URIRef"


class _Writer:
    """Adds triples to a graph; `p` and `c` are names with a prefix: dct:title."""

    def __init__(self, graph: "Graph", say: Say) -> None:
        self.graph, self.say = graph, say

    def iri(self, name: str) -> "URIRef":
        from rdflib import URIRef

        prefix, _colon, rest = name.partition(":")
        whole = _NAMESPACES[prefix] + rest if prefix in _NAMESPACES else name
        # What operators give as their contact may have letters that no address has.
        return URIRef(re.sub(r'[\x00-\x20<>"{}|\\^`]', lambda found: f"%{ord(found[0]):02X}", whole))

    def node(self, address: str, *kinds: str) -> "URIRef":
        from rdflib import RDF

        found = self.iri(address)
        for kind in kinds:
            self.graph.add((found, RDF.type, self.iri(kind)))
        return found

    def add(self, subject: Any, **values: Any) -> None:
        """Add values by names like dct_title; None adds nothing, a list adds each."""
        for name, value in values.items():
            for one in value if isinstance(value, (list, tuple)) else [value]:
                if one is not None:
                    self.graph.add((subject, self.iri(name.replace("_", ":", 1)), one))

    def words(self, message: str) -> list[Any]:
        return self.texts(self.say(message))

    def texts(self, texts: Mapping[str, str]) -> list[Any]:
        from rdflib import Literal

        return [Literal(text, lang=lang) for lang, text in texts.items()]

    def literal(self, value: object, kind: str = "") -> Any:
        from rdflib import Literal

        return Literal(value, datatype=self.iri(f"xsd:{kind}") if kind else None)

    def moment(self, value: datetime | None) -> Any:
        return self.literal(value.strftime("%Y-%m-%dT%H:%M:%SZ"), "dateTime") if value else None

    def authority(self, path: str, kind: str) -> "URIRef":
        return self.node(_EU + path, kind)

    def concept(self, path: str, label: str) -> "URIRef":
        from rdflib import Literal

        found = self.authority(path, "skos:Concept")
        self.add(found, skos_prefLabel=Literal(label, lang="en"))
        return found


def _distributions(to: _Writer, site: Site, dataset: "URIRef", one: Dataset, terms: "_Terms") -> None:
    for ending, kind in KINDS.items():
        address = f"{site.address}/{one.plural}.{ending}"
        file = to.node(f"{site.address}/catalog#{one.plural}.{ending}", "dcat:Distribution")
        media_type = kind.media_type.partition(";")[0]
        packed = media_type == "application/zip"
        to.add(
            file,
            dct_title=[to.literal(kind.name)],
            dcat_accessURL=to.node(address, "rdfs:Resource"),
            dcat_downloadURL=to.iri(address),
            dcat_mediaType=to.node(f"https://www.iana.org/assignments/media-types/{media_type}", "dct:MediaType"),
            dcat_compressFormat=to.iri("https://www.iana.org/assignments/media-types/application/zip")
            if packed
            else None,
            dct_format=to.authority(f"file-type/{_FILE_TYPES[ending]}", "dct:MediaTypeOrExtent")
            if ending in _FILE_TYPES
            else None,
            dct_license=terms.licence,
            dct_rights=terms.rights,
            dct_modified=to.moment(one.changed),
            dcatap_availability=to.concept("planned-availability/STABLE", "stable"),
        )
        to.add(dataset, dcat_distribution=file)


def _service(to: _Writer, site: Site, publisher: "URIRef", datasets: list["URIRef"], terms: _Terms) -> "URIRef":
    service = to.node(f"{site.address}/catalog#ogc", "dcat:DataService")
    to.add(
        service,
        dct_title=to.words(_("OGC API of the practice atlas")),
        dcat_endpointURL=to.node(f"{site.address}/ogc/", "rdfs:Resource"),
        dcat_endpointDescription=to.node(f"{site.address}/ogc/api", "rdfs:Resource"),
        dct_conformsTo=to.node("http://www.opengis.net/doc/IS/ogcapi-features-1/1.0", "dct:Standard"),
        dct_publisher=publisher,
        dct_license=terms.licence,
        dct_rights=terms.rights,
        dct_accessRights=to.authority("access-right/PUBLIC", "dct:RightsStatement"),
        dcat_contactPoint=_contact(to, site),
        dcat_servesDataset=datasets,
    )
    return service


def graph(site: Site, datasets: Sequence[Dataset], say: Say) -> "Graph":
    """Return the catalogue as triples."""
    from rdflib import Graph

    found = Graph(bind_namespaces="none")
    for prefix, address in _NAMESPACES.items():
        found.bind(prefix, address)
    to = _Writer(found, say)
    home = f"{site.address}/"
    languages = [to.authority(f"language/{code}", "dct:LinguisticSystem") for code in _LANGUAGES.values()]
    licence = to.node(LICENCE_URL, "dct:LicenseDocument")
    rights = to.node(f"{site.address}/catalog#attribution", "dct:RightsStatement")
    to.add(rights, rdfs_label=to.texts(site.attribution))
    terms = _Terms(licence, rights)
    publisher = to.node(f"{site.address}/catalog#publisher", "foaf:Agent")
    to.add(publisher, foaf_name=to.literal(site.operator or site.name), foaf_homepage=to.node(home, "foaf:Document"))
    europe = to.node(f"{_EU}continent/EUROPE", "dct:Location")
    theme = to.concept("data-theme/SOCI", "Population and society")
    changed = max((one.changed for one in datasets if one.changed), default=None)
    catalogue = to.node(f"{site.address}/catalog#catalogue", "dcat:Catalog")
    taxonomy = to.node(f"{_EU}data-theme", "skos:ConceptScheme")
    to.add(taxonomy, dct_title=to.literal("Data theme"))
    to.add(
        catalogue,
        dct_title=to.literal(site.name),
        dct_description=to.words(ABOUT),
        dct_publisher=publisher,
        dct_language=languages,
        dct_license=licence,
        dct_modified=to.moment(changed),
        dct_spatial=europe,
        foaf_homepage=to.iri(home),
        dcat_themeTaxonomy=taxonomy,
    )
    made = []
    for one in datasets:
        dataset = to.node(f"{site.address}/catalog#{one.plural}", "dcat:Dataset")
        made.append(dataset)
        title, description = TITLES[one.plural]
        to.add(
            dataset,
            dct_title=to.words(title),
            dct_description=to.words(description),
            dct_identifier=to.literal(f"{home}{one.plural}"),
            dct_publisher=publisher,
            dct_language=languages,
            dct_modified=to.moment(one.changed),
            dct_spatial=[europe, _box(to, site, one)],
            dct_temporal=_period(to, site, one),
            dct_accessRights=to.authority("access-right/PUBLIC", "dct:RightsStatement"),
            dct_accrualPeriodicity=to.authority("frequency/IRREG", "dct:Frequency"),
            dcat_theme=theme,
            dcat_keyword=[word for keyword in KEYWORDS for word in to.words(keyword)],
            dcat_contactPoint=_contact(to, site),
            dcat_landingPage=to.node(f"{home}en/data", "foaf:Document"),
        )
        _distributions(to, site, dataset, one, terms)
    to.add(catalogue, dcat_dataset=made)
    to.add(catalogue, dcat_service=_service(to, site, publisher, made, terms), dct_rights=terms.rights)
    return found


def _box(to: _Writer, site: Site, one: Dataset) -> Any:
    if one.box is None:
        return None
    west, south, east, north = (round(edge, 4) for edge in one.box)
    place = to.node(f"{site.address}/catalog#{one.plural}-area", "dct:Location")
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    text = f"POLYGON (({', '.join(f'{x} {y}' for x, y in ring)}))"
    from rdflib import Literal, URIRef

    kind = URIRef("http://www.opengis.net/ont/geosparql#wktLiteral")
    to.add(place, dcat_bbox=Literal(text, datatype=kind))
    return place


def _period(to: _Writer, site: Site, one: Dataset) -> Any:
    if one.years is None:
        return None
    period = to.node(f"{site.address}/catalog#{one.plural}-period", "dct:PeriodOfTime")
    first, last = one.years
    to.add(
        period, dcat_startDate=to.literal(f"{first}-01-01", "date"), dcat_endDate=to.literal(f"{last}-12-31", "date")
    )
    return period


def _contact(to: _Writer, site: Site) -> Any:
    if not site.contact:
        return None
    kind = to.node(f"{site.address}/catalog#contact", "vcard:Kind", "vcard:Organization")
    to.add(kind, vcard_fn=to.literal(site.operator or site.name))
    if "@" in site.contact and "://" not in site.contact:
        to.add(kind, vcard_hasEmail=to.iri(f"mailto:{site.contact.removeprefix('mailto:')}"))
    else:
        to.add(kind, vcard_hasURL=to.iri(site.contact))
    return kind


def serialise(triples: "Graph", ending: str) -> bytes:
    """Return a graph in one of MEDIA_TYPES."""
    form = MEDIA_TYPES[ending][1]
    options: dict[str, Any] = {"context": dict(_NAMESPACES), "sort_keys": True} if form == "json-ld" else {}
    return triples.serialize(format=form, encoding="utf-8", **options)
