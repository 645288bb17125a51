"""What portals and harvesters read: the catalogue record, services as HSDS, events as a calendar, what changed."""

import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyshacl
import pytest
import rdflib
from rdflib.compare import isomorphic
from sqlalchemy import Engine, text

from mapapp.factory import create_app
from mapapp.formats import fields, icalendar
from mapapp.formats.kinds import KINDS
from mapapp.settings import Settings
from mapapp.views.downloads import LAYERS

ROOT = Path(__file__).parent.parent
SHAPES = Path(os.environ.get("SHARED_CONFORMANCE", ROOT.parent / "shared" / "conformance")) / "dcat-ap-SHACL-3.0.1.ttl"
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
SHACL = rdflib.Namespace("http://www.w3.org/ns/shacl#")
FORMS = {"jsonld": "json-ld", "ttl": "turtle", "rdf": "xml"}
ATOM = "{http://www.w3.org/2005/Atom}"


def read(client: Any, ending: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=client.get(f"/catalog.{ending}").data, format=FORMS[ending])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.skipif(not SHAPES.exists(), reason="the SHACL shapes of DCAT-AP 3.0.1 are not here")
@pytest.mark.parametrize("contact", ["", "atlas@example.org", "https://example.org/contact"])
def test_the_catalogue_is_dcat_ap(engine: Engine, settings: Settings, contact: str) -> None:
    own = Settings(data_dir=settings.data_dir, secret_key=settings.secret_key, contact=contact)
    found = read(create_app(own, engine).test_client(), "ttl")
    shapes = rdflib.Graph().parse(SHAPES, format="turtle")
    undefined = [one for one in shapes.objects(None, SHACL.property) if (one, SHACL.path, None) not in shapes]
    assert len(undefined) == 2  # the published file names two shapes of data services that it does not define
    for one in undefined:
        shapes.remove((None, SHACL.property, one))
    fits, _report, words = pyshacl.validate(found, shacl_graph=shapes, advanced=False, meta_shacl=False)
    assert fits, words[:4000]
    if contact:
        return
    # The shapes can fail: a dataset without a title does not fit.
    dataset = next(found.subjects(rdflib.RDF.type, DCAT.Dataset))
    found.remove((dataset, DCT.title, None))
    assert not pyshacl.validate(found, shacl_graph=shapes)[0]


def test_every_file_is_in_the_catalogue_and_every_address_answers(client: Any) -> None:
    found = read(client, "ttl")
    addresses = {str(one) for one in found.objects(None, DCAT.downloadURL)}
    assert len(addresses) == len(KINDS) * len(LAYERS)
    for address in addresses:
        answer = client.head(address.removeprefix("http://localhost"))
        assert answer.status_code == 200
        kind = address.partition("/practices.")[2]
        if kind:
            assert answer.content_type == KINDS[kind].media_type
    titles = {one.language: str(one) for one in found.objects(None, DCT.title) if isinstance(one, rdflib.Literal)}
    assert {"en", "de", "it"} <= set(titles)
    assert not [node for node in found.all_nodes() if isinstance(node, rdflib.BNode)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_all_forms_say_the_same_and_the_asker_chooses(client: Any) -> None:
    graphs = [read(client, ending) for ending in FORMS]
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])
    for accepted, ending in (
        ("application/rdf+xml", "rdf"),
        ("application/ld+json, text/turtle;q=0.5", "jsonld"),
        ("*/*", "ttl"),
    ):
        answer = client.get("/catalog", headers={"Accept": accepted})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/catalog.{ending}")
        assert "Accept" in answer.headers["Vary"]
    assert client.get("/catalog.ttl").data == client.get("/catalog.ttl?").data


def test_services_come_as_hsds(client: Any) -> None:
    found = client.get("/services.hsds.json?country=AT&lang=de").json
    known = json.loads(client.get("/services.geojson?country=AT&lang=de").data)["features"]
    assert found["total_items"] == found["size"] == len(found["contents"]) == len(known) > 0
    assert len({one["id"] for one in found["contents"]}) == len(known)
    for one, feature in zip(found["contents"], known, strict=True):
        told = feature["properties"]
        assert one["name"] == told["name"]
        assert one["status"] in ("active", "inactive", "defunct", "temporarily closed")
        assert one["organization"]["name"]
        assert [language["code"] for language in one.get("languages", [])] == (told["languages"] or [])
        if feature["geometry"]:
            location = one["service_at_locations"][0]["location"]
            assert [location["longitude"], location["latitude"]] == feature["geometry"]["coordinates"]
    refused = client.get("/services.hsds.json?theme=housing")
    assert (refused.status_code, refused.json["parameter"]) == (400, "theme")


def test_opening_hours_are_weekly_schedules(atlas_engine: Engine, settings: Settings) -> None:
    with atlas_engine.begin() as connection:
        hours = '[{"day": 1, "opens": "09:00", "closes": "12:00"}, {"day": 7, "opens": "10:00", "closes": "11:30"}]'
        connection.execute(
            text("UPDATE service SET opening_hours = CAST(:hours AS jsonb) WHERE slug = 'imst-abc-cafe'"),
            {"hours": hours},
        )
    found = create_app(settings, atlas_engine).test_client().get("/services.hsds.json").json
    schedules = [one["schedules"] for one in found["contents"] if "schedules" in one]
    assert [[(day["byday"], day["opens_at"], day["closes_at"]) for day in one] for one in schedules] == [
        [("MO", "09:00", "12:00"), ("SU", "10:00", "11:30")]
    ]


def test_events_are_a_calendar(client: Any, engine: Engine) -> None:
    answer = client.get("/events.ics?lang=de")
    assert answer.content_type == icalendar.MEDIA_TYPE
    lines = answer.data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    unfolded = answer.data.decode().replace("\r\n ", "").split("\r\n")
    assert (unfolded[0], unfolded[-2], unfolded[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    assert "\n" not in "".join(unfolded)
    with engine.connect() as connection:
        dated = connection.execute(text("SELECT count(*) FROM event WHERE date IS NOT NULL")).scalar()
    assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT") == dated
    identities = [line for line in unfolded if line.startswith("UID:")]
    assert len(set(identities)) == dated
    starts = [line[-8:] for line in unfolded if line.startswith("DTSTART;VALUE=DATE:")]
    ends = [line[-8:] for line in unfolded if line.startswith("DTEND;VALUE=DATE:")]
    assert all(start < end for start, end in zip(starts, ends, strict=True))
    kick_off = unfolded[unfolded.index("DTSTART;VALUE=DATE:20161108") - 3 :][:9]
    assert any("Roppen" in line and "\\," in line for line in kick_off)


@pytest.mark.parametrize(
    ("text_", "first", "after"),
    [
        ("2016-11-08", date(2016, 11, 8), date(2016, 11, 9)),
        ("2016-12", date(2016, 12, 1), date(2017, 1, 1)),
        ("2016-02", date(2016, 2, 1), date(2016, 3, 1)),
        ("2016", date(2016, 1, 1), date(2017, 1, 1)),
    ],
)
def test_an_uncertain_date_lasts_as_long_as_it_is_uncertain(text_: str, first: date, after: date) -> None:
    assert icalendar.span(text_) == (first, after)


def test_the_catalogue_is_found_and_chosen(client: Any) -> None:
    for wish, ending in (("f=rdf", "rdf"), ("f=jsonld", "jsonld"), ("f=ttl", "ttl")):
        answer = client.get(f"/catalog?{wish}", headers={"Accept": "text/turtle"})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/catalog.{ending}")
    person = client.get("/catalog", headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    assert (person.status_code, person.headers["Location"]) == (302, "/en/data#harvest")
    for path, parameter in (("/catalog?f=csv", "f"), ("/catalog?form=ttl", "form"), ("/catalog.ttl?theme=x", "theme")):
        refused = client.get(path, headers={"Accept": "application/json"})
        assert (refused.status_code, refused.json["parameter"]) == (400, parameter)
    page = client.get("/de/data", headers={"Accept": "text/html"}).text
    links = re.findall(r'<link rel="(?:alternate|service-desc)" type="([^"]+)"[^>]* href="([^"]+)">', page)
    assert {"/catalog.ttl", "/catalog.jsonld", "/catalog.rdf", "/changes.atom"} <= {path for _kind, path in links}
    known = client.get("/.well-known/api-catalog")
    assert known.content_type.startswith("application/linkset+json")
    (one,) = known.json["linkset"]
    links += [(one[name][0]["type"], one[name][0]["href"]) for name in one if name != "anchor"]
    for kind, address in links:
        answer = client.get(address.removeprefix("http://localhost"), headers={"Accept": kind})
        assert (answer.status_code, answer.content_type.split(";")[0]) == (200, kind.split(";")[0]), address


def test_catalogue_calendar_and_feeds_say_whose_the_data_are(client: Any) -> None:
    credit = client.get("/practices.geojson").json["attribution"]
    assert "GeoNames" in credit
    services = client.get("/services.hsds.json?country=AT").json
    assert services["generated"].endswith("Z")
    assert "Austria" in services["search"]["words"]
    for told in (services, client.get("/changes.json").json):
        assert (told["licence"], told["attribution"], told["source"]) == (
            fields.LICENCE_URL,
            credit,
            "http://localhost/",
        )
    for path in ("/changes.atom", "/en/feed.atom"):
        assert ElementTree.fromstring(client.get(path).data).findtext(f"{ATOM}rights") == credit
    calendar = client.get("/events.ics").data.decode().replace("\r\n ", "").partition("BEGIN:VEVENT")[0]
    assert fields.LICENCE_URL in calendar
    assert "GeoNames\\, CC BY 4.0" in calendar
    assert "SOURCE;VALUE=URI:http://localhost/events.ics" in calendar
    assert re.search(r"^LAST-MODIFIED:\d{8}T\d{6}Z\r$", calendar, re.MULTILINE)
    labels = read(client, "ttl").objects(None, rdflib.RDFS.label)
    assert {one.language: str(one) for one in labels if isinstance(one, rdflib.Literal)}["en"] == credit
