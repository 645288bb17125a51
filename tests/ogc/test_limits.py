"""What hostile and clumsy questions cost: never more than a moment, never a header that proxies refuse."""

import time
from typing import Any

import pytest
from sqlalchemy import Engine

from mapapp.factory import create_app
from mapapp.settings import Settings
from mapapp.views import asked, ogc_selecting
from tests.steps import MOST_CALLS, counted

ITEMS = "/ogc/collections/practices/items"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LISTS = {
    "country IN (" + ", ".join(f"'{a}{b}'" for a in "ABCDEFG" for b in LETTERS) + ")": (
        lambda p: p["country"][0] in "ABCDEFG"
    ),
    "start_year IN (" + ", ".join(map(str, range(1, 3001))) + ", 2010.5)": lambda p: p["start_year"] is not None,
    "casei(place) IN (casei('IMST'), " + ", ".join(["casei('x')"] * 1500) + ")": lambda p: p["place"] == "Imst",
    "accenti(casei(country)) IN (accenti(casei('ÁT')), 'it', casei('Ş'))": lambda p: p["country"] in ("AT", "IT"),
    "end_year IN (start_year, 2019, 2020.0)": lambda p: (
        p["end_year"] and p["end_year"] in (p["start_year"], 2019, 2020)
    ),
    "confirmed_on IN (DATE('1999-01-01')) OR status IN ('ended')": lambda p: p["status"] == "ended",
}


def test_long_lists_are_answered_at_once_and_right(client: Any) -> None:
    practices = client.get(f"{ITEMS}?limit=1000").json["features"]
    for text, holds in LISTS.items():
        query = {"filter": text, "limit": 1000}
        answer, calls = counted(lambda query=query: client.get(ITEMS, query_string=query))
        assert calls < MOST_CALLS
        found = answer.json["features"]
        wanted = [one["id"] for one in practices if holds(one["properties"])]
        assert [one["id"] for one in found] == wanted, text[:80]
        assert 0 < len(wanted) < len(practices), text[:80]


def test_a_long_filter_that_takes_too_long_is_refused(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(settings, engine).test_client()
    monkeypatch.setattr(ogc_selecting, "HURRY_MS", 20)
    zigzag = ", ".join(f"{number % 40} {30 + number * 7 % 40}" for number in range(1000))
    hostile = {"filter": f"S_CROSSES(geometry, LINESTRING({zigzag}))"}
    started = time.monotonic()
    answer = client.get("/ogc/collections/territories/items", query_string=hostile)
    assert time.monotonic() - started < 6, "every statement ends after 8 s"
    assert (answer.status_code, answer.json["parameter"]) == (400, "filter"), answer.text
    with client.application.extensions["reader"].connect() as connection:  # the one that was hurried
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "8s"


def test_links_leave_room_in_the_headers(client: Any) -> None:
    short = client.get(f"{ITEMS}?limit=1").headers["Link"]
    assert [short.count(f'rel="{rel}"') for rel in ("next", "self")] == [1, 1]
    wide = " OR ".join(f"start_year > {year}" for year in range(1500, 1700))
    answer = client.get(ITEMS, query_string={"filter": wide, "limit": 1})
    assert sum(len(name) + len(value) + 4 for name, value in answer.headers) < 4096
    assert "queryables" in answer.headers["Link"]
    assert "next" in [link["rel"] for link in answer.json["links"]]


def test_what_is_kept_of_filters_does_not_grow_with_their_length(settings: Settings, engine: Engine) -> None:
    client = create_app(settings, engine).test_client()
    for number in range(3):
        text = f"title LIKE '{number}{'x' * 20_000}'"
        assert client.get(ITEMS, query_string={"filter": text}).json["numberMatched"] == 0
    with client.application.test_request_context(base_url="http://elsewhere.example"):
        kept = asked.kept_keys()
        keys = [(kind, key) for kind, found in kept._young.items() for key in found]
    assert len(keys) == 3
    assert max(len(repr(one)) for one in keys) < 500


def test_addresses_in_a_filter_are_those_of_the_asker(settings: Settings, engine: Engine) -> None:
    client = create_app(settings, engine).test_client()
    question = {"filter": "url LIKE 'http://one.localhost/%'", "limit": 1}
    for host, count in (("one.localhost", 151), ("two.localhost", 0)):
        assert client.get(ITEMS, query_string=question, base_url=f"http://{host}").json["numberMatched"] == count
