"""Long files on their way: early, in flat memory, of one state of the data, and gone when their reader is."""

import time
import tracemalloc
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from mapapp.factory import create_app
from mapapp.formats import fields, stream
from mapapp.formats.shapes import Shape
from mapapp.queries import export
from mapapp.settings import Settings

from .test_downloads import features_of, rows_of

VALUES = {"lang": "en", "site": "https://atlas.example.org/en", "licence": fields.LICENCE}


@pytest.fixture
def many(empty_engine: Engine) -> Engine:
    """Three thousand practices."""
    with empty_engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO practice (slug, country, source_url, location, location_kind) SELECT 'p-' || n, 'AT', "
                "'https://example.org', ST_SetSRID(ST_MakePoint(n % 90, n % 45), 4326), 'address' "
                "FROM generate_series(1, 3000) n"
            )
        )
        connection.execute(
            text(
                "INSERT INTO practice_text (practice_id, language, title, is_source) "
                "SELECT id, 'en', 'Practice ' || id, true FROM practice"
            )
        )
    return empty_engine


def _pieces(engine: Engine, kind: str, ids: list[int] | None = None) -> Iterator[bytes]:
    if ids is None:
        with engine.connect() as connection:
            ids = export.all_ids(connection, "practice")
    shape = Shape(fields.PRACTICE)
    about = {"attribution": "Practice Atlas", "search": {"words": "Everything", "link": "http://localhost/en/"}}
    form = stream.csv_form(shape, about) if kind == "csv" else stream.geojson_form(shape, len(ids), {})
    return stream.streamed(stream.Origin(engine.connect), shape, ids, VALUES, form)


def _held(engine: Engine) -> int:
    return engine.pool.checkedout()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("kind", ["csv", "geojson"])
def test_a_large_file_leaves_early_and_a_slow_reader_holds_no_connection(many: Engine, kind: str) -> None:
    pieces = _pieces(many, kind)
    parts = [next(pieces)]
    assert parts[0].count(b"https://example.org") == stream.FIRST
    parts.append(next(pieces))
    for _second in range(100):  # nobody reads on, yet the database is done soon
        if not _held(many):
            break
        time.sleep(0.1)
    assert _held(many) == 0
    parts += pieces
    found = rows_of(b"".join(parts)) if kind == "csv" else features_of(b"".join(parts))
    assert len(found) == 3000


@pytest.mark.parametrize("kind", ["csv", "geojson"])
def test_a_file_shows_one_state_of_the_data(many: Engine, kind: str) -> None:
    pieces = _pieces(many, kind)
    parts = [next(pieces)]
    with many.begin() as connection:
        connection.execute(text("UPDATE practice SET source_url = 'https://example.com'"))
        connection.execute(text("DELETE FROM practice WHERE id % 3 = 0"))
    body = b"".join([*parts, *pieces])
    assert (body.count(b"https://example.org"), body.count(b"https://example.com")) == (3000, 0)


@pytest.mark.parametrize("read", [1, 2])
def test_a_reader_who_leaves_leaves_nothing_behind(many: Engine, settings: Settings, read: int) -> None:
    client = create_app(settings, many).test_client()
    answer = client.get("/practices.geojson", buffered=False)
    for _piece in range(read):
        assert next(answer.response)
    answer.close()
    assert _held(many) == 0


@pytest.mark.parametrize("left", [[], [3], [1, 2, 3, 60, 61]])
def test_records_that_are_gone_do_not_break_a_file(many: Engine, left: list[int]) -> None:
    with many.connect() as connection:
        real = export.all_ids(connection, "practice")
    ids = [real[n] if n in left else -n - 1 for n in range(70)]
    assert len(features_of(b"".join(_pieces(many, "geojson", ids)))) == len(left)
    assert len(rows_of(b"".join(_pieces(many, "csv", ids)))) == len(left)


@pytest.mark.parametrize("kind", ["csv", "geojson"])
def test_a_file_costs_the_same_memory_however_long_it_and_its_records_are(many: Engine, kind: str) -> None:
    with many.begin() as connection:
        connection.execute(text("UPDATE practice_text SET description = repeat('Words that fill a page. ', 500)"))
    pieces = _pieces(many, kind)
    next(pieces)
    tracemalloc.start()
    try:
        sent = sum(map(len, pieces))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sent > 30 * 1024 * 1024
    assert most < 4 * 1024 * 1024


def test_the_database_is_told_when_a_reader_leaves(many: Engine, settings: Settings) -> None:
    """No statement goes on, and no snapshot is held, for somebody who is not there."""
    answer = create_app(settings, many).test_client().get("/practices.csv", buffered=False)
    assert next(answer.response)
    answer.close()
    busy = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND (state = 'active' OR xact_start IS NOT NULL) AND backend_type = 'client backend'"
    )
    with many.connect() as connection:
        assert connection.execute(busy).scalar_one() == 0
