"""The Atom feed of a search: valid, stable, newest first, whole over its pages."""

import re
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from sqlalchemy import Engine, text

from mapapp.factory import create_app
from mapapp.formats.feed import stable_id, xml_text
from mapapp.settings import Settings

ATOM = "{http://www.w3.org/2005/Atom}"
POINT = "{http://www.georss.org/georss}point"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def feed_of(client: Any, address: str, **options: Any) -> ElementTree.Element:
    answer = client.get(address, **options)
    assert answer.status_code == 200
    assert answer.content_type.startswith("application/atom+xml")
    return ElementTree.fromstring(answer.data)


def link(element: ElementTree.Element, relation: str) -> str | None:
    return next((one.get("href") for one in element.findall(f"{ATOM}link") if one.get("rel") == relation), None)


def test_a_feed_has_what_readers_of_feeds_need(client: Any) -> None:
    feed = feed_of(client, "/de/feed.atom?theme=housing&country=AT")
    assert feed.get(LANG) == "de"
    assert "Wohnen" in (feed.findtext(f"{ATOM}title") or "")
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert (link(feed, "alternate") or "").endswith("/de/?theme=housing&country=AT")
    assert (link(feed, "self") or "").endswith("/de/feed.atom?theme=housing&country=AT")
    entries = feed.findall(f"{ATOM}entry")
    assert entries
    for entry in entries:
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", entry.findtext(f"{ATOM}id") or "")
        assert (entry.findtext(f"{ATOM}title") or "").strip()
        assert re.search(r"/de/practices/[a-z0-9-]+$", link(entry, "alternate") or "")
        terms = {one.get("term"): one.get("label") for one in entry.findall(f"{ATOM}category")}
        assert terms["housing"] == "Wohnen"
        assert terms["AT"] == "Österreich"
        latitude, longitude = map(float, (entry.findtext(POINT) or "").split())
        assert 46 < latitude < 50
        assert 9 < longitude < 18
    moments = [datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "") for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")


def test_ids_are_those_of_the_path_and_outlive_a_move(client: Any) -> None:
    here, there = (
        [entry.findtext(f"{ATOM}id") for entry in feed_of(client, "/en/feed.atom", base_url=base).iter(f"{ATOM}entry")]
        for base in ("http://one.localhost", "https://two.localhost")
    )
    assert here == there
    assert len(set(here)) == len(here)
    assert stable_id("/en/practices/a") != stable_id("/de/practices/a")


def test_a_change_comes_first_and_old_pages_follow(settings: Settings, atlas_engine: Engine) -> None:
    client = create_app(settings, atlas_engine).test_client()
    with atlas_engine.begin() as connection:
        connection.execute(
            text("UPDATE practice SET updated_at = now() + interval '1 hour' WHERE slug = 'imst-abc-cafe'")
        )
    first = feed_of(client, "/en/feed.atom")
    assert (link(first.findall(f"{ATOM}entry")[0], "alternate") or "").endswith("/imst-abc-cafe")
    assert link(first, "previous") is None
    second = feed_of(client, link(first, "next") or "")
    assert link(second, "previous") == link(first, "self")
    assert link(first, "last") == link(feed_of(client, link(first, "last") or ""), "self")


def test_an_empty_search_is_an_empty_feed(client: Any) -> None:
    feed = feed_of(client, "/en/feed.atom?q=zzzzqqqq")
    assert not feed.findall(f"{ATOM}entry")
    assert feed.findtext(f"{ATOM}updated")


def test_texts_that_xml_cannot_hold_are_cleaned() -> None:
    assert xml_text("a\x0b\x00b\ufffe\n<&") == "ab\n<&"
    assert xml_text(None) == ""


def test_wrong_pages_and_filters_are_refused_by_name(client: Any) -> None:
    for query, parameter in (("page=0", "page"), ("page=x", "page"), ("page=99", "page"), ("theme=x", "theme")):
        answer = client.get(f"/it/feed.atom?{query}")
        assert (answer.status_code, answer.json["parameter"]) == (400, parameter)


def test_explore_tells_feed_readers_of_the_feed_of_the_search(client: Any) -> None:
    page = client.get("/de/?theme=housing", headers={"Accept": "text/html"}).text
    assert re.search(
        r'<link rel="alternate" type="application/atom\+xml"[^>]+href="/de/feed\.atom\?theme=housing"', page
    )
