"""Profiles of GeoJSON (OGC 21-045r1, clauses 14 and 15): plain, JSON-FG, and JSON-FG with degrees beside the place."""

from typing import Any

import pytest

ITEMS = "/ogc/collections/practices/items"
ONE = f"{ITEMS}/imst-abc-cafe"
PROFILE = "http://www.opengis.net/def/profile/OGC/0/"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CORE = "http://www.opengis.net/spec/json-fg-1/1.0/conf/core"
GEOJSON, JSON_FG = "application/geo+json", "application/vnd.ogc.fg+json"


def named(answer: Any) -> tuple[set[str], set[str]]:
    """Return the profiles that an answer names in its header and in its document."""
    (header,) = answer.headers.getlist("Link")
    parts = [one.split(";") for one in header.split(", ")]
    told = {part[0].strip(" <>") for part in parts if any('rel="profile"' in one for one in part)}
    return told, {one["href"] for one in answer.json["links"] if one["rel"] == "profile"}


def features(answer: Any) -> list[dict[str, Any]]:
    return answer.json.get("features") or [answer.json]


@pytest.mark.parametrize("path", [ITEMS, ONE, "/ogc/collections/territories/items"])
def test_geojson_comes_as_the_profile_says(client: Any, path: str) -> None:
    query = {"crs": f"{EPSG}3035"} | ({} if path == ONE else {"limit": 5})
    for profile in ("rfc7946", "jsonfg", "jsonfg-plus"):
        answer = client.get(path, query_string={**query, "profile": profile})
        assert (answer.status_code, answer.content_type) == (200, GEOJSON)
        assert named(answer) == ({PROFILE + profile}, {PROFILE + profile})
        found = features(answer)
        if profile == "rfc7946":
            assert "conformsTo" not in answer.json
            assert not any("place" in one for one in found)
            assert answer.json | {"links": [], "timeStamp": ""} == client.get(path, query_string=query).json | {
                "links": [],
                "timeStamp": "",
            }
            continue
        assert CORE in answer.json["conformsTo"]
        assert answer.json["coordRefSys"] == f"{EPSG}3035"
        plain = features(client.get(path, query_string={k: v for k, v in query.items() if k != "crs"}))
        for one, known in zip(found, plain, strict=True):
            assert one["place"]["type"] == known["geometry"]["type"]
            assert one["geometry"] == (known["geometry"] if profile == "jsonfg-plus" else None)


def test_without_the_parameter_nothing_is_other_than_before(client: Any) -> None:
    for path in (f"{ITEMS}?limit=2", ONE):
        answer = client.get(path)
        assert 'rel="profile"' not in answer.headers.get("Link", "")
        assert "profile" not in {one["rel"] for one in answer.json["links"]}


def test_the_form_is_chosen_first_and_the_profile_within_it(client: Any) -> None:
    """What is asked for first counts, of what the form can be; a profile is no reason to refuse a form without any."""
    for query, kind, profile in (
        ("f=jsonfg&profile=jsonfg-plus", JSON_FG, "jsonfg-plus"),
        ("f=jsonfg&profile=rfc7946", JSON_FG, "jsonfg"),
        ("f=geojson&profile=jsonfg,rfc7946", GEOJSON, "jsonfg"),
        ("f=json&profile=rfc7946,jsonfg", GEOJSON, "rfc7946"),
        (f"profile={PROFILE}jsonfg", GEOJSON, "jsonfg"),
        (f"profile={PROFILE.replace('OGC', 'ogc')}jsonfg-plus", GEOJSON, "jsonfg-plus"),
        ("profile=[ogc-profile:rfc7946]", GEOJSON, "rfc7946"),
    ):
        answer = client.get(f"{ITEMS}?limit=1&{query}")
        assert (answer.status_code, answer.content_type) == (200, kind), query
        assert named(answer)[0] == {PROFILE + profile}, query
    asked = client.get(f"{ITEMS}?limit=1&profile=jsonfg", headers={"Accept": JSON_FG})
    assert asked.content_type == JSON_FG
    for form in ("csv", "html", "geojsonseq"):
        answer = client.get(f"{ITEMS}?limit=1&f={form}&profile=jsonfg")
        assert answer.status_code == 200
        assert 'rel="profile"' not in answer.headers.get("Link", "")


def test_the_links_of_a_page_keep_the_profile(client: Any) -> None:
    path, seen = f"{ITEMS}?limit=60&profile=jsonfg", 0
    while path:
        page = client.get(path).json
        assert CORE in page["conformsTo"]
        seen += page["numberReturned"]
        path = next((one["href"] for one in page["links"] if one["rel"] == "next"), "").removeprefix("http://localhost")
    assert seen == page["numberMatched"] == 151


@pytest.mark.parametrize("path", [ITEMS, ONE])
@pytest.mark.parametrize("given", ["", "geojson", "jsonfg,", "rfc7946,x", f"{PROFILE}x", "jsonfg&profile=rfc7946"])
def test_an_unknown_profile_is_refused_by_name(client: Any, path: str, given: str) -> None:
    answer = client.get(f"{path}?profile={given}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json["parameter"] == "profile"
