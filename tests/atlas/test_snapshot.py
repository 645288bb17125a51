"""The atlas follows the data: changes by anybody are in the next answer, requests under way keep theirs."""

import threading
from contextlib import suppress

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from mapapp.atlas import Atlas, similar
from mapapp.atlas import snapshot as keeping
from mapapp.database import StatementCount
from mapapp.queries import data_version, practices
from mapapp.search import Search
from mapapp.writing.documents import write_documents


def test_a_change_by_another_connection_is_in_the_next_answer(atlas_engine: Engine) -> None:
    atlas = Atlas()
    with atlas_engine.connect() as reader:
        old = atlas.current(reader)
        before = old.answer(reader, Search(country=("AT",)), "en").total
        reader.rollback()
        with atlas_engine.begin() as writer:
            writer.execute(text("UPDATE practice SET country = 'AT' WHERE slug = 'magdas-hotel' OR country = 'CZ'"))
            assert atlas.current(reader) is old, "what is not committed is not seen"
            reader.rollback()
        new = atlas.current(reader)
        assert new is not old
        assert new.answer(reader, Search(country=("AT",)), "en").total == before + 1
        assert old.answer(reader, Search(country=("AT",)), "en").total == before, "the old snapshot stays whole"
        assert atlas.current(reader) is new


def test_words_of_a_changed_text_are_found(atlas_engine: Engine) -> None:
    atlas = Atlas()
    with atlas_engine.begin() as connection:
        assert atlas.current(connection).answer(connection, Search(q="Xylophonorchester"), "en").total == 0
        ids = list(
            connection.execute(
                text(
                    "UPDATE practice_text SET title = title || ' Xylophonorchester' WHERE language = 'de' "
                    "RETURNING practice_id"
                )
            ).scalars()
        )[:3]
        write_documents(connection, "practice", ids)
    with atlas_engine.connect() as connection:
        assert sorted(atlas.current(connection).answer(connection, Search(q="xylophon"), "en").ids.tolist()) == sorted(
            ids
        )


def test_versions_move_once_a_transaction_and_only_with_rows(atlas_engine: Engine) -> None:
    with atlas_engine.connect() as connection:
        first = data_version.read(connection)
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE practice SET status = 'ended' WHERE slug = 'imst-abc-cafe'"))
        connection.execute(text("UPDATE practice_text SET title = 'New' WHERE practice_id = 1 AND language = 'de'"))
        connection.execute(text("DELETE FROM practice_term WHERE practice_id = 1"))
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE practice SET status = 'ended' WHERE slug = 'nowhere'"))
    with atlas_engine.connect() as connection:
        assert data_version.read(connection) == first._replace(practice=first.practice + 1)


def test_two_who_change_the_same_collections_in_another_order_wait_for_each_other(atlas_engine: Engine) -> None:
    """Each of them alone would hold the counter that the other needs next: PostgreSQL would end one of them."""
    practice, service = (
        text(f"UPDATE {name} SET version = version + 1 WHERE id = :id") for name in ("practice", "service")
    )
    ids = {}
    with atlas_engine.connect() as connection:
        for name in ("practice", "service"):
            found = connection.execute(text(f"SELECT id FROM {name} ORDER BY id LIMIT 2")).scalars().all()
            ids[name] = found
    meeting = threading.Barrier(2, timeout=0.3)
    failures: list[Exception] = []

    def change(number: int) -> None:
        order = [(practice, ids["practice"]), (service, ids["service"])]
        try:
            with atlas_engine.begin() as connection:
                for statement, found in order if number else reversed(order):
                    connection.execute(statement, {"id": found[number]})
                    with suppress(threading.BrokenBarrierError):  # who waits for the other's commit never comes here
                        meeting.wait()
        except DBAPIError as error:
            failures.append(error)

    both = [threading.Thread(target=change, args=(number,)) for number in (0, 1)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=20)
    assert failures == []


def test_one_thread_builds_while_the_others_wait(atlas_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    real = keeping.Snapshot

    def slow(*given: object) -> object:
        built.append(threading.get_ident())
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(keeping, "Snapshot", slow)
    atlas, found = Atlas(), []

    def ask() -> None:
        with atlas_engine.connect() as connection:
            found.append(atlas.current(connection))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert len(set(map(id, found))) == 1


def test_an_empty_collection_can_be_asked(empty_engine: Engine) -> None:
    with empty_engine.connect() as connection:
        atlas = Atlas()
        atlas.warm(connection, ("en",))
        for search in (Search(), Search(q="housing"), Search(near=(47.0, 11.0), within_km=10.0)):
            answer = atlas.current(connection).answer(connection, search, "en")
            assert (answer.total, answer.extent, answer.countries, answer.rescue) == (0, None, 0, ())
            assert answer.markers((-180, -85, 180, 85), 3) == []


def test_services_are_answered_by_the_same_columns(engine: Engine) -> None:
    with engine.connect() as connection:
        services = Atlas().current(connection, "service")
        everything = services.answer(connection, Search(), "de")
        assert everything.total == connection.execute(text("SELECT count(*) FROM service")).scalar()
        language = services.answer(connection, Search(category=("language-course",)), "de")
        rows = text("SELECT count(*) FROM service WHERE category = 'language-course'")
        assert language.total == connection.execute(rows).scalar()
        assert {facet for facet in everything.facets} == {"country", "category", "language"}
        assert everything.markers((-180, -85, 180, 85), 4)


def test_pages_cost_a_constant_number_of_statements(engine: Engine) -> None:
    atlas = Atlas()
    with engine.connect() as connection:
        snapshot = atlas.current(connection)
        snapshot.prepare(connection, "de")
        with StatementCount(engine) as counted:
            answer = atlas.current(connection).answer(connection, Search(theme=("housing",)), "de")
            _ = (answer.facets, answer.extent, answer.ids, answer.markers((-25, 33, 45, 71), 4))
            practices.cards(connection, answer.ids[:20], "de")
        assert len(counted.statements) == 2, "the data version and the cards"
        for slug in ("imst-abc-cafe", "riace-model"):
            with StatementCount(engine) as counted:
                page = practices.detail(connection, slug, "de")
            assert page is not None
            assert len(counted.statements) == 6


def test_a_practice_page_has_everything_in_the_readers_language(engine: Engine) -> None:
    with engine.connect() as connection:
        page = practices.detail(connection, "imst-abc-cafe", "de")
        assert page is not None
        assert (page.country, page.nuts_code, page.themes[0]) == ("AT", "AT334", "language")
        assert page.said("summary").language == "de"
        assert page.said("summary").origin == "machine"
        assert page.said("description").language == "en"
        assert [one.code for one in page.lies_in] == ["AT", "AT3", "AT33", "AT334"]
        assert not page.stale
        assert practices.detail(connection, "no-such-practice", "de") is None


def test_similar_practices_say_why(engine: Engine) -> None:
    with engine.connect() as connection:
        snapshot = Atlas().current(connection)
        page = practices.detail(connection, "imst-abc-cafe", "en")
        found = similar(snapshot, page.id)
        assert 1 <= len(found) <= 4
        assert page.id not in {one.id for one in found}
        for one in found:
            assert one.themes or one.same_project
            assert set(one.themes) <= set(page.themes)
        assert similar(snapshot, 10**9) == []
