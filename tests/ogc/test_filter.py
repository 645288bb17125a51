"""OGC API – Features Part 3: filters over HTTP, right where they can be answered and 400 in no time where not."""

import json
import logging
from typing import Any

import pytest

from mapapp.cql2 import errors
from mapapp.database import StatementCount
from mapapp.formats import fields
from mapapp.formats.ogc_collections import by_id
from tests.ogc.hostile import HOSTILE, WRONG_JSON
from tests.steps import MOST_CALLS, counted

ITEMS = "/ogc/collections/practices/items"


def ids(client: Any, name: str = "practices", **asked: str) -> list[str]:
    answer = client.get(f"/ogc/collections/{name}/items", query_string={"limit": 1000, "skipGeometry": "true", **asked})
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json["features"]]


def everything(client: Any, name: str = "practices") -> list[dict[str, Any]]:
    return client.get(f"/ogc/collections/{name}/items?limit=10000&skipGeometry=true").json["features"]


def test_filters_choose_by_any_published_field(client: Any) -> None:
    found = {
        "country = 'AT' AND start_year > 2015": lambda p: p["country"] == "AT" and (p["start_year"] or 0) > 2015,
        "NOT (status = 'ended') AND start_year >= 2010": lambda p: (
            p["status"] != "ended" and (p["start_year"] or 0) >= 2010
        ),
        "title LIKE 'A%' OR CASEI(place) = casei('IMST')": lambda p: (
            p["title"].startswith("A") or (p["place"] or "").lower() == "imst"
        ),
        "end_year - start_year BETWEEN 1 AND 3": lambda p: (
            None not in (p["start_year"], p["end_year"]) and 1 <= p["end_year"] - p["start_year"] <= 3
        ),
        "A_CONTAINS(themes, ('housing'))": lambda p: "housing" in p["themes"],
        "A_OVERLAPS(themes, ('housing', 'health'))": lambda p: bool({"housing", "health"} & set(p["themes"])),
        "A_CONTAINEDBY(dimensions, ('equality', 'diversity')) AND NOT A_EQUALS(dimensions, ('equality'))": lambda p: (
            set(p["dimensions"]) <= {"equality", "diversity"} and set(p["dimensions"]) != {"equality"}
        ),
        "A_EQUALS(dimensions, ('diversity', 'equality'))": lambda p: set(p["dimensions"]) == {"equality", "diversity"},
        "project IS NULL": lambda p: p["project"] is None,
        "country IN ('AT', 'IT')": lambda p: p["country"] in ("AT", "IT"),
    }
    practices = everything(client)
    for text, holds in found.items():
        wanted = [one["id"] for one in practices if holds(one["properties"])]
        assert ids(client, filter=text) == wanted, text
        assert 0 < len(wanted) < len(practices), text


def test_a_filter_narrows_the_search_of_the_page(client: Any) -> None:
    housing = set(ids(client, theme="housing"))
    austrian = set(ids(client, filter="country='AT'"))
    assert set(ids(client, theme="housing", filter="country='AT'")) == housing & austrian
    assert housing > housing & austrian > set()


@pytest.mark.parametrize("plural", [one.plural for one in fields.PUBLISHED.values()])
def test_every_queryable_is_a_parameter_and_can_stand_in_a_filter(client: Any, plural: str) -> None:
    schema = client.get(f"/ogc/collections/{plural}/queryables")
    assert schema.content_type == "application/schema+json"
    features = everything(client, plural)
    narrowed = []
    unknown = " OR ".join(f'"{name}" IS NULL' for name in schema.json["properties"])
    assert client.get(f"/ogc/collections/{plural}/items", query_string={"filter": unknown}).status_code == 200
    for name in schema.json["properties"]:
        known = [one["properties"].get(name) for one in features if one["properties"].get(name) not in (None, [])]
        if name == "geometry" or not known:
            continue
        value = known[0][0] if isinstance(known[0], list) else known[0]
        text = json.dumps(value) if isinstance(value, bool) else str(value)
        found = client.get(f"/ogc/collections/{plural}/items", query_string={name: text, "limit": 1})
        assert found.status_code == 200, found.text
        holding = sum(one == value or (isinstance(one, list) and value in one) for one in known)
        assert found.json["numberMatched"] == holding, name
        narrowed += [name] if holding < len(features) else []
    assert narrowed


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_filters_are_refused_after_little_work(client: Any, name: str) -> None:
    answer, calls = counted(lambda: client.get(ITEMS, query_string={"filter": HOSTILE[name]}))
    assert calls < MOST_CALLS
    assert answer.status_code == 400, answer.text[:300]
    assert answer.content_type == "application/problem+json"
    assert answer.json["parameter"] == "filter"
    assert len(answer.data) < 3000


@pytest.mark.parametrize("document", WRONG_JSON)
def test_wrong_json_is_refused(client: Any, document: str) -> None:
    query = {"filter": document, "filter-lang": "cql2-json"}
    answer, calls = counted(lambda: client.get(ITEMS, query_string=query))
    assert calls < MOST_CALLS
    assert (answer.status_code, answer.json["parameter"]) == (400, "filter")


def test_an_unknown_language_is_named(client: Any) -> None:
    answer = client.get(ITEMS, query_string={"filter": "1=1", "filter-lang": "sql"})
    assert (answer.status_code, answer.json["parameter"]) == (400, "filter-lang")


def test_as_deep_as_is_allowed_is_answered(client: Any) -> None:
    deep = "(" * (errors.MOST_LEVELS - 1) + "country='AT'" + ")" * (errors.MOST_LEVELS - 1)
    assert ids(client, filter=deep) == ids(client, filter="country='AT'")
    wide = " OR ".join(f"start_year = {year % 200 + 1900}" for year in range(1500))
    assert len(ids(client, filter=wide)) > 50
    sums = "start_year > 1" + "+1" * (errors.MOST_LEVELS - 2)
    assert len(ids(client, filter=sums)) > 50


def test_statements_hold_parameters_only(client: Any, engine: Any, caplog: Any) -> None:
    secret = "Zebra'); DROP"
    with StatementCount(engine) as count, caplog.at_level(logging.DEBUG):
        quoted = secret.replace("'", "''")
        assert (
            ids(client, filter=f"title = '{quoted}' OR title LIKE '{quoted}%' OR S_WITHIN(geometry, POINT(1.25 2.5))")
            == []
        )
        assert ids(client, place=secret) == []
    assert count.statements
    assert not [one for one in count.statements if "Zebra" in one or "1.25" in one]


def test_collections_without_a_search_are_filtered_too(client: Any) -> None:
    found = ids(client, "territories", filter="level = 1 AND country = 'AT'")
    assert found == ["AT1", "AT2", "AT3"]
    around = ids(client, "territories", filter="level = 3 AND S_INTERSECTS(geometry, POINT(10.74 47.24))")
    assert around == ["AT334"]
    assert ids(client, "needs", filter="T_INTERSECTS(updated_at, INTERVAL('2000-01-01', '..'))")
    assert list(by_id())
