"""OGC API: pages and tiles are found by indexes, and cost the same few statements wherever they begin."""

import re
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event

from mapapp.database import StatementCount
from mapapp.factory import create_app
from mapapp.settings import Settings


@pytest.fixture
def fresh(settings: Settings, engine: Engine) -> Any:
    """A client of an application that has kept nothing yet."""
    return create_app(settings, engine).test_client()


def plan(connection: Connection, statement: Any, values: Any) -> str:
    # Small tables are read whole; the plan of a large one is asked for.
    cursor = connection.connection.cursor()
    cursor.execute("SET enable_seqscan = off")
    try:
        cursor.execute("EXPLAIN " + statement, values)
        return "\n".join(row[0] for row in cursor.fetchall())
    finally:
        cursor.execute("RESET enable_seqscan")


def test_the_features_of_a_page_are_fetched_by_key(fresh: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Any]] = []
    real = psycopg.Cursor.copy

    def noting(self: Any, statement: Any, params: Any = None, **more: Any) -> Any:
        asked.append((statement, params))
        return real(self, statement, params, **more)

    monkeypatch.setattr(psycopg.Cursor, "copy", noting)
    assert len(fresh.get("/ogc/collections/practices/items?limit=10&offset=100").json["features"]) == 10
    [(statement, values)] = asked
    inner = re.fullmatch(r"COPY \((.*)\) TO STDOUT WITH \(.*\)", statement, re.DOTALL)
    assert inner
    with engine.connect() as connection:
        found = plan(connection, inner[1], values)
    assert "Seq Scan" not in found
    assert "Index Scan using pk_practice " in found
    assert "practice_text" in found


def test_a_tile_of_areas_reads_those_near_it(fresh: Any, engine: Engine) -> None:
    noted: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        noted.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert fresh.get("/ogc/collections/territories/tiles/WebMercatorQuad/10/357/543?level=3").status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    [(statement, values)] = [one for one in noted if "ST_AsMVT(" in one[0]]
    with engine.connect() as connection:
        assert "ix_territory_outline" in plan(connection, statement, values)


@pytest.mark.parametrize(
    "path",
    ["items?limit=10", "items?limit=10&offset=120", "items?limit=10&bbox=5,45,17,55", "items?theme=housing&limit=10"]
    + [f"tiles/WebMercatorQuad/{place}" for place in ("0/0/0", "4/5/8?theme=housing", "10/357/543", "12/1437/2170")],
)
def test_practices_cost_one_statement_beside_the_features(fresh: Any, engine: Engine, path: str) -> None:
    fresh.get("/ogc/collections/practices/items?limit=1")
    with StatementCount(engine) as count:
        assert fresh.get(f"/ogc/collections/practices/{path}").status_code == 200
    assert len(count.statements) == 1  # the version of the data
