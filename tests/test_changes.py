"""The feed of changes: whoever follows it has what the site publishes, and learns of whatever changes."""

import json
import re
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine, event, text

from mapapp.factory import create_app
from mapapp.formats import fields
from mapapp.queries import changes
from mapapp.settings import Settings
from mapapp.writing import public_rows, term_merging

from .proposing import actor, publish, titled

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}"
TOLD = [one for name, one in fields.PUBLISHED.items() if name != "territory"]


def follow(client: Any, path: str) -> tuple[list[tuple[str, str, bool]], str]:
    """Return every change from an address on (collection, id, whether it is gone), and where to go on later."""
    found: list[tuple[str, str, bool]] = []
    while True:
        page = client.get(path.removeprefix("http://localhost")).json
        found += [(one["collection"], one["id"], one["gone"]) for one in page["changes"]]
        links = {one["rel"]: one["href"] for one in page["links"]}
        if "next" not in links:
            return found, links["later"]
        path = links["next"]


def test_a_harvester_gets_every_record_once_and_then_only_what_changes(
    atlas_engine: Engine, settings: Settings
) -> None:
    client = create_app(settings, atlas_engine).test_client()
    found, later = follow(client, "/changes.json")
    every = {
        (one.plural, feature["id"], False)
        for one in TOLD
        for feature in json.loads(client.get(f"/{one.plural}.geojson").data)["features"]
    }
    assert len(found) == len(set(found))
    assert {"events", "needs"} <= {collection for collection, _id, _gone in every}
    assert set(found) == every
    nothing, same = follow(client, later)
    assert (nothing, same) == ([], later)
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE practice SET updated_at = now() WHERE slug = 'imst-abc-cafe'"))
    found, later = follow(client, later)
    assert found == [("practices", "imst-abc-cafe", False)]
    with atlas_engine.begin() as connection:
        by, moderator, admin = (actor(connection, role, "house") for role in ("partner", "moderator", "admin"))
        publish(connection, by, moderator, {}, action="retire", slug="imst-abc-cafe", note="It ended")
        other = publish(connection, by, moderator, titled("One of two"))
        publish(connection, moderator, admin, {"into": "imst-marjam"}, action="merge", slug=other)
    found, _later = follow(client, later)
    assert sorted(found) == [
        ("practices", "imst-abc-cafe", True),
        ("practices", "imst-marjam", False),  # it was changed by the merger
        ("practices", "one-of-two", True),
    ]
    page = client.get(later.removeprefix("http://localhost")).json["changes"]
    told = {one["id"]: one for one in page}
    assert "url" not in told["imst-abc-cafe"]
    assert told["one-of-two"]["moved_to_url"].endswith("/practices/imst-marjam")
    assert client.get(told["one-of-two"]["moved_to_url"].removeprefix("http://localhost")).status_code == 200


def test_whatever_changes_what_is_published_is_told(atlas_engine: Engine, settings: Settings) -> None:
    """Terms are merged and parted, owners confirm: nobody has edited the records, yet they say something else."""
    client = create_app(settings, atlas_engine).test_client()

    def said() -> dict[tuple[str, str], Any]:
        return {
            (one.plural, feature["id"]): {**feature["properties"], "updated_at": ""}
            for one in TOLD
            for feature in json.loads(client.get(f"/{one.plural}.geojson").data)["features"]
        }

    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE need SET theme = 'culture-sport' WHERE slug = 'imst-mobility'"))
    _found, later = follow(client, "/changes.json")
    before = start = said()
    with atlas_engine.begin() as connection:
        admin = actor(connection, "admin")
        record = connection.execute(text("SELECT id FROM practice WHERE slug = 'imst-abc-cafe'")).scalar_one()
    terms = (("theme", "culture-sport", "participation"), ("service_category", "youth", "education"))
    for step in ("merge", "part", "confirm"):
        with atlas_engine.begin() as connection:
            if step == "confirm":
                public_rows.confirm(connection, "practice", record, date.today(), "The owner")
            for vocabulary, key, into in terms if step != "confirm" else ():
                words = (into,) if step == "merge" else ()
                getattr(term_merging, step)(connection, admin, vocabulary, key, *words)
        found, later = follow(client, later)
        after = said()
        different = {name for name in after if after[name] != before[name]}
        assert different, step
        assert different <= {(collection, slug) for collection, slug, _gone in found}, step
        assert step != "merge" or {("projects", "eu-belong"), ("needs", "imst-mobility")} <= different
        assert step != "part" or {name: one for name, one in after.items() if one != start[name]} == {}
        before = after


def test_changes_go_on_exactly_behind_any_of_them(atlas_engine: Engine) -> None:
    """Of one moment are many: who stands between two records of it gets the rest of it, in every collection."""
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE practice SET updated_at = '2026-01-01Z' WHERE id % 3 = 0"))
        connection.execute(text("UPDATE service SET updated_at = '2026-01-01Z'"))
        connection.execute(text("UPDATE region SET updated_at = '2026-01-02Z'"))
        connection.execute(text("UPDATE event SET updated_at = '2026-01-02Z'"))
        connection.execute(text("UPDATE need SET updated_at = '2026-01-01Z'"))
        connection.execute(text("DELETE FROM event WHERE id % 2 = 0"))
    with atlas_engine.connect() as connection:
        before, _quiet = changes.settled(connection)
        every = changes.after(connection, None, before, 100_000)
        assert len({(one.collection, one.slug) for one in every}) == len(every) > 200
        for at in range(0, len(every), 7):
            one = every[at]
            start = (one.changed, one.collection, one.slug)
            assert changes.after(connection, start, before, 20) == every[at + 1 : at + 21]


def test_changes_are_read_in_the_order_of_an_index(engine: Engine) -> None:
    asked: list[tuple[str, Any]] = []
    with engine.connect() as connection:
        before, _quiet = changes.settled(connection)

        def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
            asked.append((statement, values))

        event.listen(engine, "before_cursor_execute", note)
        try:
            changes.after(connection, (before - timedelta(days=1), "practice", "imst"), before, 100)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        statement, values = asked[0]
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        found = "\n".join(row[0] for row in connection.exec_driver_sql("EXPLAIN " + statement, values))
    assert "ix_practice_changed" in found
    assert "ix_service_changed" in found
    assert "ix_event_changed" in found
    assert "ix_need_changed" in found


def test_a_record_that_is_gone_has_a_tombstone_with_the_id_of_its_entry(
    atlas_engine: Engine, settings: Settings
) -> None:
    client = create_app(settings, atlas_engine).test_client()
    with atlas_engine.begin() as connection:
        connection.execute(text("DELETE FROM region WHERE id NOT IN (SELECT region_id FROM service)"))
        connection.execute(text("DELETE FROM practice WHERE slug NOT LIKE 'imst-%'"))
    before = known(entries(client, "entry", ATOM))
    earlier = [one.get("ref") for one in entries(client, "deleted-entry", TOMBSTONE)]  # of the regions
    with atlas_engine.begin() as connection:
        by, moderator = (actor(connection, role, "house") for role in ("partner", "moderator"))
        publish(connection, by, moderator, {}, action="retire", slug="imst-abc-cafe", note="a word to the moderators")
    stones = entries(client, "deleted-entry", TOMBSTONE)
    assert [one.get("ref") for one in stones] == [*earlier, before["practice", "imst-abc-cafe"]]
    assert all(datetime.fromisoformat(one.get("when") or "").tzinfo for one in stones)
    assert set(known(entries(client, "entry", ATOM))) == set(before) - {("practice", "imst-abc-cafe")}


def test_what_nobody_retires_by_a_proposal_has_a_tombstone_too(atlas_engine: Engine, settings: Settings) -> None:
    client = create_app(settings, atlas_engine).test_client()
    _found, later = follow(client, "/changes.json")
    before = known(entries(client, "entry", ATOM))
    gone = {("event", "roppen-kick-off-2016"), ("need", "imst-mobility"), ("region", "postojna")}
    with atlas_engine.begin() as connection:
        for table, slug in gone:
            connection.execute(text(f"DELETE FROM {table} WHERE slug = :slug"), {"slug": slug})
    found, later = follow(client, later)
    assert {(collection[:-1], slug, gone) for collection, slug, gone in found if gone} == {(*one, True) for one in gone}
    stones = entries(client, "deleted-entry", TOMBSTONE)
    assert {one.get("ref") for one in stones} == {before[one] for one in gone}
    with atlas_engine.begin() as connection:  # it comes back
        connection.execute(
            text(
                "INSERT INTO event (slug, type, source_url) VALUES ('roppen-kick-off-2016', 'kick-off', 'https://a.example')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO event_text (event_id, language, title, is_source) "
                "SELECT id, 'en', 'Kick-off', true FROM event WHERE slug = 'roppen-kick-off-2016'"
            )
        )
    assert follow(client, later)[0] == [("events", "roppen-kick-off-2016", False)]
    every = follow(client, "/changes.json")[0]
    assert ("events", "roppen-kick-off-2016", True) not in every


def known(found: list[ElementTree.Element]) -> dict[tuple[str | None, str | None], str | None]:
    """Return the id of each entry by its collection and slug."""
    return {
        (one.find(f"{ATOM}category").get("term"), one.findtext(f"{ATOM}title")): one.findtext(f"{ATOM}id")  # type: ignore[union-attr]
        for one in found
    }


def entries(client: Any, name: str, space: str) -> list[ElementTree.Element]:
    """Return the elements of a name from all pages of the feed of changes."""
    found: list[ElementTree.Element] = []
    path: str | None = "/changes.atom"
    while path:
        body = client.get(path.removeprefix("http://localhost")).data
        assert b"word to the moderators" not in body
        feed = ElementTree.fromstring(body)
        found += feed.findall(f"{space}{name}")
        path = next((one.get("href") for one in feed.findall(f"{ATOM}link") if one.get("rel") == "next"), None)
    return found


def test_what_is_committed_late_is_not_missed(atlas_engine: Engine, settings: Settings) -> None:
    """A change carries the moment at which its transaction began, which may be long before others can see it."""
    client = create_app(settings, atlas_engine).test_client()
    _found, later = follow(client, "/changes.json")
    with atlas_engine.connect() as slow:
        slow.execute(text("SELECT 1"))
        with atlas_engine.begin() as quick:
            quick.execute(text("UPDATE project SET updated_at = now() WHERE slug = 'eu-belong'"))
        assert follow(client, later)[0] == []
        slow.execute(text("UPDATE practice SET updated_at = now() WHERE slug = 'imst-abc-cafe'"))
        slow.commit()
    assert [slug for _collection, slug, _gone in follow(client, later)[0]] == ["imst-abc-cafe", "eu-belong"]


def test_the_feed_of_changes_says_the_same(client: Any) -> None:
    feed = ElementTree.fromstring(client.get("/changes.atom").data)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == [one["id"] for one in client.get("/changes.json").json["changes"]]
    links = {link.get("rel"): link.get("href") for link in feed.iter(f"{ATOM}link")}
    assert re.match(r"http://localhost/changes\.atom\?after=20", links["next"] or "")


@pytest.mark.parametrize(
    "path", ["/changes.json?after=yesterday", "/changes.json?after=2026-01-01", "/changes.atom?since=x"]
)
def test_what_cannot_be_understood_is_refused_by_name(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json["parameter"] in path


def test_a_change_names_where_programs_read_the_record(client: Any) -> None:
    at, found = next(
        (at, one)
        for at, one in enumerate(client.get("/changes.json").json["changes"])
        if one["collection"] == "practices"
    )
    feature = client.get(found["feature"].removeprefix("http://localhost")).json
    assert (feature["id"], feature["properties"]["url"]) == (found["id"], found["url"])
    feed = ElementTree.fromstring(client.get("/changes.atom").data)
    links = [link.get("href") for link in feed.findall(f"{ATOM}entry")[at].findall(f"{ATOM}link")]
    assert links == [found["url"], found["feature"]]


def test_every_collection_leads_people_and_programs_to_its_records(atlas_engine: Engine, settings: Settings) -> None:
    client = create_app(settings, atlas_engine).test_client()
    with atlas_engine.begin() as connection:  # one of each kind
        for table in changes.TOLD:
            connection.execute(text(f"UPDATE {table} SET updated_at = now() WHERE id = (SELECT min(id) FROM {table})"))
    told: dict[str, Any] = {}
    path: str | None = "/changes.json"
    while path:
        page = client.get(path.removeprefix("http://localhost")).json
        told |= {one["collection"]: one for one in page["changes"]}
        path = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
    assert set(told) == {one.plural for one in TOLD}
    for one in told.values():
        page = client.get(one["url"].removeprefix("http://localhost"), headers={"Accept": "text/html"})
        assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8"), one
        assert client.get(one["feature"].removeprefix("http://localhost")).json["id"] == one["id"]
