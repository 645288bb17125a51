"""OGC API – Features Part 1: what a client relies on, written from the abstract tests of OGC 17-069r4."""

import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from mapapp.factory import create_app
from mapapp.formats import fields
from mapapp.formats.ogc_collections import SEARCHED, TIMES, by_id
from mapapp.settings import Settings

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
ITEMS = "/ogc/collections/practices/items"
COLLECTIONS = ["practices", "services", "regions", "projects", "events", "needs", "territories"]


def links_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["rel"]: one for one in reversed(document["links"])}


def refused(client: Any, path: str, parameter: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400, path
    assert answer.content_type == "application/problem+json"
    assert answer.json["parameter"] == parameter, path
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_landing_page_leads_everywhere(client: Any) -> None:
    for path in ("/ogc", "/ogc/"):
        answer = client.get(path)
        assert (answer.status_code, answer.content_type) == (200, "application/json")
    links = links_of(answer.json)
    assert links["service-desc"]["type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= links.keys()
    for link in answer.json["links"]:
        assert link["href"].startswith("http://localhost/ogc")
        there = client.get(link["href"].removeprefix("http://localhost"))
        assert there.status_code == 200, link
        assert there.content_type.split(";")[0] == link["type"].split(";")[0]


def test_every_link_of_every_collection_leads_to_what_it_says(client: Any) -> None:
    listed = client.get("/ogc/collections").json
    assert [one["id"] for one in listed["collections"]] == COLLECTIONS == list(by_id())
    for collection in listed["collections"]:
        assert client.get(f"/ogc/collections/{collection['id']}").json == collection
        rels = [link["rel"] for link in collection["links"]]
        assert {"self", "alternate", "items", "describedby"} <= set(rels)
        assert {f"{REL}{name}" for name in ("schema", "queryables", "sortables", "tilesets-vector")} <= set(rels)
        assert ("license" in rels) == (collection["id"] != "territories")
        for link in collection["links"]:
            if link["rel"] != "license":
                there = client.get(link["href"].removeprefix("http://localhost"))
                assert (there.status_code, there.mimetype) == (200, link["type"]), link


def test_a_collection_says_where_and_when_its_records_are(client: Any) -> None:
    for collection in client.get("/ogc/collections").json["collections"]:
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
        name = next(one.name for one in fields.PUBLISHED.values() if one.plural == collection["id"])
        assert ("temporal" in collection["extent"]) == (name in TIMES)
    practices = client.get("/ogc/collections/practices").json
    assert practices["extent"]["temporal"]["interval"][0][1] is None, "some still run"
    assert practices["storageCrs"] in practices["crs"]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_following_next_gives_every_feature_once_and_ends(client: Any, name: str) -> None:
    limit = 700 if name == "territories" else 40
    path, seen, pages = f"/ogc/collections/{name}/items?limit={limit}&skipGeometry=true&properties=", [], []
    first = next(iter(client.get(f"/ogc/collections/{name}/schema").json["properties"].keys() - {"id", "geometry"}))
    path += first
    while path:
        page = client.get(path).json
        pages.append(page)
        assert page["numberReturned"] == len(page["features"]) > 0
        assert datetime.fromisoformat(page["timeStamp"])
        seen += [one["id"] for one in page["features"]]
        links = links_of(page)
        assert links["self"]["href"] == "http://localhost" + path
        path = links["next"]["href"].removeprefix("http://localhost") if "next" in links else ""
        assert not path or f"properties={first}" in path, "a parameter was lost"
    assert len(seen) == len(set(seen)) == pages[0]["numberMatched"]
    assert {page["numberMatched"] for page in pages} == {len(seen)}
    back = [one["id"] for one in pages[-1]["features"]]
    page = pages[-1]
    while "prev" in (links := links_of(page)):
        page = client.get(links["prev"]["href"].removeprefix("http://localhost")).json
        assert page["features"]
        back = [one["id"] for one in page["features"]] + back
    assert back == seen


def test_behind_the_end_there_is_a_way_back_and_no_next(client: Any) -> None:
    page = client.get(f"{ITEMS}?offset=5000&limit=10").json
    assert (page["numberMatched"], page["numberReturned"]) == (151, 0)
    links = links_of(page)
    assert "next" not in links
    before = client.get(links["prev"]["href"].removeprefix("http://localhost")).json
    assert before["numberReturned"] == 10
    assert "next" not in links_of(before)


def test_the_last_full_page_has_no_next(client: Any) -> None:
    assert "next" not in links_of(client.get(f"{ITEMS}?limit=151").json)
    assert "next" in links_of(client.get(f"{ITEMS}?limit=150").json)
    assert "prev" not in links_of(client.get(ITEMS).json)


def test_limit_has_a_default_and_a_maximum_that_larger_ones_become(client: Any) -> None:
    assert client.get(ITEMS).json["numberReturned"] == 100
    for large in ("10001", "99999999", "9" * 30):
        page = client.get(f"{ITEMS}?limit={large}").json
        assert page["numberReturned"] == 151
    for wrong in ("0", "-1", "1.5", "ten", "", "1e3", "²"):
        refused(client, f"{ITEMS}?limit={wrong}", "limit")


def test_pages_stay_whole_while_others_write(settings: Settings, atlas_engine: Engine) -> None:
    client = create_app(settings, atlas_engine).test_client()

    def page(path: str) -> tuple[list[str], str]:
        found = client.get(path).json
        return [one["id"] for one in found["features"]], links_of(found).get("next", {}).get("href", "")

    everything = page(f"{ITEMS}?limit=1000")[0]
    first, following = page(f"{ITEMS}?limit=50")
    with atlas_engine.begin() as connection:  # the last one seen and an earlier one go
        connection.execute(text("DELETE FROM practice WHERE slug = ANY (:gone)"), {"gone": [first[-1], first[3]]})
    second, following = page(following.removeprefix("http://localhost"))
    assert first + second == everything[:100]
    third, following = page(following.removeprefix("http://localhost"))
    fourth, _end = page(following.removeprefix("http://localhost"))
    assert first + second + third + fourth == everything


@pytest.mark.parametrize("order", ["q=women", "sortby=-start_year,title", "sort=newest", "near=47.2,10.7"])
def test_any_order_can_be_paged_through(client: Any, order: str) -> None:
    whole = client.get(f"{ITEMS}?{order}&limit=1000").json
    path, seen = f"{ITEMS}?{order}&limit=20", []
    while path:
        page = client.get(path).json
        seen += [one["id"] for one in page["features"]]
        path = links_of(page).get("next", {}).get("href", "").removeprefix("http://localhost")
    assert seen == [one["id"] for one in whole["features"]]
    assert len(seen) == whole["numberMatched"] > 20


def test_sortby_sorts_and_puts_the_unknown_last(client: Any) -> None:
    for sign, turned in (("", False), ("-", True), ("%2B", False)):
        found = client.get(f"{ITEMS}?sortby={sign}start_year&limit=1000").json["features"]
        years = [one["properties"]["start_year"] for one in found]
        known = [year for year in years if year is not None]
        assert known == sorted(known, reverse=turned)
        assert years[: len(known)] == known
    for wrong in ("themes", "geometry", "nothing", "title,title", ""):
        refused(client, f"{ITEMS}?sortby={wrong}", "sortby")


def test_the_box_finds_what_lies_in_it_and_what_lies_nowhere(client: Any) -> None:
    for name, more in (("practices", ""), ("regions", "")):
        path = f"/ogc/collections/{name}/items?limit=1000"
        everything = client.get(path + more).json["features"]
        found = client.get(f"{path}&bbox=5,45,17,55").json["features"]

        def inside(feature: dict[str, Any]) -> bool:
            if feature["geometry"] is None:
                return True
            lon, lat = feature["geometry"]["coordinates"]
            return 5 <= lon <= 17 and 45 <= lat <= 55

        assert [one["id"] for one in found] == [one["id"] for one in everything if inside(one)]
        assert 0 < len(found) < len(everything)
        six = client.get(f"{path}&bbox=5,45,-100,17,55,9000").json["features"]
        assert [one["id"] for one in six] == [one["id"] for one in found]


def test_a_box_may_run_across_the_antimeridian(client: Any) -> None:
    for name in ("practices", "regions", "territories"):
        path = f"/ogc/collections/{name}/items?limit=1&bbox="
        whole = client.get(path + "-180,-90,180,90").json["numberMatched"]
        around = client.get(path + "6,-90,5.999999,90").json["numberMatched"]
        nearly_nothing = client.get(path + "179,-90,-179,90").json["numberMatched"]
        assert whole == around > nearly_nothing


@pytest.mark.parametrize(
    "box",
    ["1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "5,55,17,45", "-181,0,1,1", "0,0,1,91",
     "", "1;2;3;4", "1_0,0,20,20", "٣,0,20,20", "0,0,9,1,1,8"],
)  # fmt: skip
def test_a_bad_box_is_named(client: Any, box: str) -> None:
    refused(client, f"{ITEMS}?bbox={box}", "bbox")
    refused(client, f"/ogc/collections/regions/items?bbox={box}", "bbox")


def years(feature: dict[str, Any]) -> tuple[int, int] | None:
    start, end = feature["properties"]["start_year"], feature["properties"]["end_year"]
    if start is None and end is None:
        return None
    return (start if start is not None else end, end if end is not None else 9999)


@pytest.mark.parametrize(
    ("asked", "low", "high"),
    [
        ("2014-06-01T00:00:00Z", 2014, 2014),
        ("2014-06-01", 2014, 2014),
        ("2010-01-01T00:00:00Z/2012-12-31T23:59:59Z", 2010, 2012),
        ("../2009-12-31T23:59:59Z", 0, 2009),
        ("/2009-12-31T23:59:59Z", 0, 2009),
        ("2020-01-01T00:00:00+02:00/..", 2019, 9999),
        ("2020-01-01T00:00:00Z/", 2020, 9999),
    ],
)
def test_datetime_finds_what_ran_then_and_what_has_no_time(client: Any, asked: str, low: int, high: int) -> None:
    everything = client.get(f"{ITEMS}?limit=1000").json["features"]
    wanted = [one["id"] for one in everything if (span := years(one)) is None or (span[0] <= high and span[1] >= low)]
    answer = client.get(ITEMS, query_string={"datetime": asked, "limit": 1000})
    assert [one["id"] for one in answer.json["features"]] == wanted
    assert 0 < len(wanted) < len(everything)
    services = client.get("/ogc/collections/services/items", query_string={"datetime": asked})
    assert services.json["numberMatched"] == 75, "services have no time, so that any time finds them"


@pytest.mark.parametrize(
    "wrong",
    ["", "yesterday", "2014", "2014-13-01", "2014-02-30T00:00:00Z", "../..", "/", "a/b/c", "2020-01-01/2019-01-01",
     "2014-06-01T00:00:00", "2014-06-01 00:00:00Z"],
)  # fmt: skip
def test_a_bad_datetime_is_named(client: Any, wrong: str) -> None:
    for name in ("practices", "services", "events"):
        answer = client.get(f"/ogc/collections/{name}/items", query_string={"datetime": wrong})
        assert (answer.status_code, answer.json.get("parameter")) == (400, "datetime"), wrong


def test_events_are_found_by_dates_as_precise_as_known(client: Any) -> None:
    path = "/ogc/collections/events/items"
    events = client.get(f"{path}?limit=1000").json["features"]
    dated = next(one for one in events if one["properties"]["date"])
    date = dated["properties"]["date"]
    found = client.get(path, query_string={"datetime": f"{date[:4]}-01-01/{date[:4]}-12-31", "limit": 1000}).json
    ids = [one["id"] for one in found["features"]]
    assert ids == [one["id"] for one in events if (one["properties"]["date"] or date)[:4] == date[:4]]


def test_unknown_parameters_are_named(client: Any) -> None:
    for path in ("", "/conformance", "/collections", "/collections/practices", "/collections/practices/items",
                 "/collections/practices/items/imst-abc-cafe", "/collections/practices/schema",
                 "/collections/practices/tiles/WebMercatorQuad/0/0/0", "/api"):  # fmt: skip
        refused(client, f"/ogc{path}?colour=red", "colour")
    refused(client, "/ogc/collections/regions/items?theme=housing", "theme")
    refused(client, "/ogc/collections/regions/items?country=AT&country=DE", "country")
    refused(client, "/ogc/collections/regions/items?country=", "country")
    refused(client, "/ogc/collections/territories/items?level=one", "level")
    refused(client, f"{ITEMS}?page=2", "page")
    refused(client, f"{ITEMS}?limit=1&limit=2", "limit")
    refused(client, f"{ITEMS}?f=pdf", "f")
    for path in (ITEMS, "/ogc/", "/ogc/collections", "/ogc/collections/needs/queryables", "/ogc/tileMatrixSets"):
        refused(client, f"{path}?lang=xx", "lang")
    refused(client, f"{ITEMS}?cursor=5", "cursor")
    refused(client, f"{ITEMS}?cursor=a1.x", "cursor")
    refused(client, f"{ITEMS}?cursor=a1.1&offset=3", "offset")


@pytest.mark.parametrize(
    "path",
    ["nothing", "collections/nothing", "collections/nothing/schema", "collections/nothing/items/1", "collections/x/y/z",
     "collections/practices/items/nothing", "collections/practices/items/%00", "collections/..%2F..",
     "collections/practices/items/'%20OR%201=1", "collections/practices/items/%F0%9F%98%80",
     "collections/practices/items/" + "a" * 5000, "tileMatrixSets/x", "collections/practices/tiles/Other/0/0/0",
     "collections/practices/tiles/WebMercatorQuad/1/2/0", "collections/practices/tiles/WebMercatorQuad/99/0/0",
     "collections/practices/tiles/WebMercatorQuad/-1/0/0"],
)  # fmt: skip
def test_what_is_not_there_is_404(client: Any, path: str) -> None:
    answer = client.get(f"/ogc/{path}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_one_feature_is_the_one_of_the_page(client: Any) -> None:
    for name in COLLECTIONS:
        listed = client.get(f"/ogc/collections/{name}/items?limit=1").json["features"][0]
        one = client.get(f"/ogc/collections/{name}/items/{listed['id']}")
        assert one.content_type == "application/geo+json"
        document = one.json
        links = links_of(document)
        assert {"self", "alternate", "collection"} <= links.keys()
        del document["links"]
        assert document == listed


def test_properties_and_geometries_can_be_left_out(client: Any) -> None:
    found = client.get(f"{ITEMS}?properties=title,country&skipGeometry=true").json["features"]
    assert {tuple(one["properties"]) for one in found} == {("title", "country")}
    assert {one["geometry"] for one in found} == {None}
    refused(client, f"{ITEMS}?properties=title,nothing", "properties")
    refused(client, f"{ITEMS}?skipGeometry=yes", "skipGeometry")


def test_head_and_options_work_everywhere(client: Any) -> None:
    for path in ("/ogc", "/ogc/", "/ogc/api", "/ogc/conformance", "/ogc/collections", "/ogc/collections/practices",
                 ITEMS, f"{ITEMS}/imst-abc-cafe", "/ogc/collections/practices/queryables", "/ogc/tileMatrixSets",
                 "/ogc/collections/practices/tiles/WebMercatorQuad/0/0/0"):  # fmt: skip
        got, head = client.get(path), client.head(path)
        assert (head.status_code, head.data) == (200, b"")
        assert head.content_type == got.content_type
        options = client.options(path)
        assert options.status_code == 200
        assert "GET" in options.headers["Allow"]
        assert options.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert client.post(path).status_code == 405


def test_nothing_changed_is_304_and_each_form_has_its_tag(client: Any) -> None:
    tags = set()
    for accept in ("application/geo+json", "text/html", "application/vnd.ogc.fg+json", "text/csv"):
        answer = client.get(ITEMS, headers={"Accept": accept})
        assert answer.content_type.split(";")[0] == accept
        assert "Accept" in answer.headers["Vary"]
        tags.add(answer.headers["ETag"])
        assert answer.headers["ETag"].startswith("W/") == ("json" in accept), "it tells its own time"
        again = client.get(ITEMS, headers={"Accept": accept, "If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert len(tags) == 4


def test_only_this_api_is_open_to_other_sites(client: Any) -> None:
    assert client.get(ITEMS).headers["Access-Control-Allow-Origin"] == "*"
    pages = ("/de/", "/de/about", "/de/embed", "/de/account/sign-in", "/healthz/live", "/ogcx")
    files = ("/practices.geojson", "/practices.csv", "/practices.csv?theme=x", "/practice-atlas.qgz", "/events.ics")
    for path in (*pages, *files, "/catalog.ttl", "/catalog", "/changes.json", "/.well-known/api-catalog"):
        assert "Access-Control-Allow-Origin" not in client.get(path).headers


@pytest.mark.parametrize("name", SEARCHED)
def test_the_parameters_of_the_page_mean_the_same_here(client: Any, name: str) -> None:
    plural = f"{name}s"
    queries = {
        "practice": ["theme=housing&theme=health", "q=women", "region=AT", "year_from=2010&year_to=2016", "language=sv",
                     "country=AT&country=DE", "near=47.2,10.7&within_km=250", "q=Wohnen&sort=newest"],
        "service": ["category=language-course", "country=IT", "language=ar"],
    }  # fmt: skip
    for query in queries[name]:
        here = client.get(f"/ogc/collections/{plural}/items?{query}&limit=1000&lang=de")
        file = json.loads(client.get(f"/{plural}.geojson?{query}&lang=de").data)
        if here.status_code == 400:
            assert file.get("status") == 400
            continue
        assert sorted(one["id"] for one in here.json["features"]) == sorted(one["id"] for one in file["features"])
        assert here.json["numberMatched"] == file["numberMatched"]
    refused(client, f"/ogc/collections/{plural}/items?country=ZZ", "country")


def test_links_are_absolute_behind_a_prefix(settings: Settings, engine: Engine) -> None:
    from dataclasses import replace

    site = create_app(replace(settings, base_url="https://maps.example.org/atlas"), engine).test_client()
    for path in ("/ogc/", "/ogc/collections", ITEMS, f"{ITEMS}/imst-abc-cafe", "/ogc/collections/practices/tiles"):
        document = site.get(path, headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}).json
        for link in document["links"]:
            if link["rel"] != "license":
                assert link["href"].startswith("https://maps.example.org/atlas/ogc"), link
    assert site.get("/ogc/api").json["servers"] == [{"url": "https://maps.example.org/atlas/ogc"}]
    untrusting = create_app(settings, engine).test_client()
    page = untrusting.get(ITEMS, headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert "evil" not in page.text
    trusting = create_app(replace(settings, trusted_proxies=1), engine).test_client()
    page = trusting.get(ITEMS, headers={"X-Forwarded-Host": "maps.example.org", "X-Forwarded-Proto": "https"})
    assert links_of(page.json)["self"]["href"].startswith("https://maps.example.org/ogc/")
