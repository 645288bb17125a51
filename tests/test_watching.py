"""Versions that PostgreSQL tells of: nothing is asked while nothing changes, and nothing old is ever known for long."""

import time

import pytest
from sqlalchemy import text

from mapapp.database import StatementCount
from mapapp.factory import create_app
from mapapp.queries import data_version
from mapapp.watching import Watch

CHANGE = text("UPDATE practice SET country = 'CH' WHERE slug = 'imst-abc-cafe'")
HTML = {"Accept": "text/html"}


def until(true, seconds=10.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def watch(atlas_engine):
    watch = Watch(atlas_engine)
    watch.start()
    until(lambda: watch._listening)
    yield watch
    watch.end()


def test_what_is_known_is_forgotten_with_a_change(watch, atlas_engine):
    with atlas_engine.connect() as connection:
        first = watch.read(connection)
        connection.rollback()
        assert watch.known == first
        with atlas_engine.begin() as other:
            other.execute(CHANGE)
            assert watch.known == first, "told before the commit"
        until(lambda: watch.known is None)
        assert watch.read(connection).practice == first.practice + 1 == watch.known.practice


def test_what_was_read_before_a_change_is_not_known_after_it(watch, atlas_engine, monkeypatch):
    real = data_version.read

    def slow(connection):
        found = real(connection)
        told = watch._told
        with atlas_engine.begin() as other:
            other.execute(CHANGE)
        until(lambda: watch._told > told)
        return found

    monkeypatch.setattr(data_version, "read", slow)
    with atlas_engine.connect() as connection:
        assert watch.read(connection)
    assert watch.known is None


def test_before_it_listens_it_knows_nothing(atlas_engine, monkeypatch):
    watch = Watch(atlas_engine)
    with atlas_engine.connect() as connection:
        watch.read(connection)
        assert watch.known is None
        real = data_version.read

        def slow(connection):
            found = real(connection)
            watch.start()
            until(lambda: watch._listening)
            return found

        monkeypatch.setattr(data_version, "read", slow)
        watch.read(connection)
        until(lambda: watch._told)
        assert watch.known is None, "a change between the reading and the listening was told to nobody"
    watch.end()


def test_when_the_server_cuts_the_line_it_knows_nothing_and_calls_again(watch, atlas_engine, dial):
    with atlas_engine.connect() as connection:
        watch.read(connection)
    other = dial(atlas_engine.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        told = watch._told
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query ~ '^(LISTEN|SELECT 1)'"
            )
        )
        until(lambda: watch._told > told)
        assert watch.known is None
    until(lambda: watch._listening)
    with atlas_engine.connect() as connection:
        first = watch.read(connection)
        assert watch.known == first


def test_a_kept_page_asks_nothing_and_a_change_shows_at_once(watch, settings, atlas_engine):
    app = create_app(settings, atlas_engine)
    app.extensions["watch"] = watch
    client = app.test_client()
    assert 'data-total="16"' in client.get("/de/?country=AT", headers=HTML).text
    with StatementCount(atlas_engine) as counted:
        assert 'data-total="16"' in client.get("/de/?country=AT", headers=HTML).text
    assert counted.statements == []
    with atlas_engine.begin() as connection:
        connection.execute(CHANGE)
    until(lambda: watch.known is None)
    assert 'data-total="15"' in client.get("/de/?country=AT", headers=HTML).text
