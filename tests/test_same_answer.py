"""One question, one answer: the list, the map, every file and the feed hold the same records."""

import csv
import io
import json
import re
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

ATOM = "{http://www.w3.org/2005/Atom}"
TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
KML = "{http://www.opengis.net/kml/2.2}"
SEARCHES = (
    "",
    "theme=housing",
    "theme=housing&theme=health&country=AT&country=DE&country=IT",
    "target_group=women&organisation_type=ngo&sort=newest",
    "criterion=Innovation&criterion=Inclusion",
    "region=AT&status=running",
    "year_from=2010&year_to=2016",
    "bbox=5,45,17,55",
    "bbox=170,-10,-170,10",
    "near=47.2,10.7&within_km=250",
    "language=sv",
    "project=imst-integration-gemeinwohl",
    "q=Wohnen",
    "q=women",
    "q=zzzzqqqq",
)


def listed(client: Any, query: str) -> tuple[list[str], int, int]:
    """Return the slugs of every page of the list, and the counts of its results line."""
    slugs: list[str] = []
    for page in range(1, 20):
        html = client.get(f"/de/?{query}&page={page}", headers={"Accept": "text/html"}).text
        results = html[html.index('id="results"') :]
        slugs += re.findall(r'<article[^>]* data-slug="([^"]+)"', results)
        total = int(re.search(r'data-total="(\d+)"', html)[1])  # type: ignore[index]
        unlocated = int(re.search(r'data-unlocated="(\d+)"', html)[1])  # type: ignore[index]
        if len(slugs) >= total:
            break
    return slugs, total, unlocated


def mapped(client: Any, query: str) -> tuple[set[str], int, int]:
    """Return the slugs that the map shows when every ring is opened, how many its rings count, and its total."""
    first = client.get(f"/de/markers.json?{query}&view=-180,-85,180,85&zoom=3").json
    slugs: set[str] = set()
    seen: set[tuple[float, ...]] = set()
    waiting = list(first["markers"])
    while waiting:
        marker = waiting.pop()
        if "slug" in marker:
            slugs.add(marker["slug"])
        elif marker["stack"]:
            lat, lon = marker["at"]
            opened = client.get(f"/de/markers.json?{query}&stack={lat},{lon}").json["markers"]
            assert len(opened) == marker["n"]
            slugs |= {one["slug"] for one in opened}
        elif (box := tuple(marker["box"])) not in seen:
            seen.add(box)
            view = ",".join(str(edge) for edge in box)
            waiting += client.get(f"/de/markers.json?{query}&view={view}&zoom=20").json["markers"]
    return slugs, sum(marker.get("n", 1) for marker in first["markers"]), first["total"]


def fed(client: Any, query: str) -> tuple[list[str], int]:
    """Return the slugs of every page of the feed, and its total."""
    slugs: list[str] = []
    path = f"/de/feed.atom?{query}"
    while path:
        feed = ElementTree.fromstring(client.get(path).data)
        slugs += [entry.find(f"{ATOM}link").get("href").rsplit("/", 1)[1] for entry in feed.iter(f"{ATOM}entry")]  # type: ignore[union-attr]
        further = [link.get("href") for link in feed.iter(f"{ATOM}link") if link.get("rel") == "next"]
        path = further[0] if further else ""
    return slugs, int(feed.find(TOTAL).text or "")  # type: ignore[union-attr]


@pytest.mark.parametrize("query", SEARCHES)
def test_list_map_files_and_feed_hold_the_same_records(client: Any, query: str) -> None:
    query = quote(query, safe="=&,+.-")
    slugs, total, unlocated = listed(client, query)
    assert len(slugs) == len(set(slugs)) == total

    geojson = json.loads(client.get(f"/practices.geojson?{query}&lang=de").data)
    assert [one["id"] for one in geojson["features"]] == slugs
    assert geojson["numberMatched"] == total
    assert sum(one["geometry"] is None for one in geojson["features"]) == unlocated

    table = client.get(f"/practices.csv?{query}&lang=de").data.decode("utf-8-sig")
    assert [row["slug"] for row in csv.DictReader(io.StringIO(table, newline=""))] == slugs

    sequence = client.get(f"/practices.geojsons?{query}&lang=de").data.splitlines()
    assert [json.loads(line.lstrip(b"\x1e"))["id"] for line in sequence] == slugs
    placemarks = ElementTree.fromstring(client.get(f"/practices.kml?{query}&lang=de").data).iter(f"{KML}Placemark")
    assert [one.get("id") for one in placemarks] == slugs

    on_map, counted, map_total = mapped(client, query)
    assert on_map == {one["id"] for one in geojson["features"] if one["geometry"]}
    assert (counted, map_total) == (total - unlocated, total)

    in_feed, feed_total = fed(client, query)
    assert sorted(in_feed) == sorted(slugs)
    assert feed_total == total


def test_the_searches_are_worth_comparing(client: Any) -> None:
    totals = [json.loads(client.get(f"/practices.geojson?{query}").data)["numberMatched"] for query in SEARCHES]
    assert totals[0] > 100
    assert sum(0 < total < totals[0] for total in totals) >= 10
    assert totals[-1] == 0
