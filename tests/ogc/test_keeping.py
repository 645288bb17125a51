"""OGC API: what PostgreSQL has written once is not written again, and never outlives what it was written from."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from mapapp.database import StatementCount
from mapapp.factory import create_app
from mapapp.kept_bytes import KeptBytes
from mapapp.queries import export
from mapapp.settings import Settings

ITEMS = "/ogc/collections/practices/items"


def test_lines_are_kept_until_the_data_change() -> None:
    lines = KeptBytes()
    lines.put((1, 1), "a", {1: b"one", 2: b"two"})
    assert lines.get((1, 1), "a", [1, 3]) == {1: b"one"}
    assert lines.get((1, 1), "b", [1]) == {}
    assert lines.get((1, 2), "a", [1]) == {}
    lines.put((1, 2), "a", {2: b"zwei"})
    lines.put((1, 1), "a", {1: b"late"})  # by one who read the data before they changed
    assert lines.get((1, 2), "a", [1, 2]) == {2: b"zwei"}


def test_lines_that_are_asked_for_stay_and_the_room_is_bounded() -> None:
    lines = KeptBytes(limit=20_000)
    lines.put((1,), "a", {0: b"x" * 500})
    for number in range(1, 1000):
        assert lines.get((1,), "a", [0]) == {0: b"x" * 500}
        lines.put((1,), "a", {number: b"y" * 500})
    held = [one for one in range(1000) if lines.get((1,), "a", [one])]
    assert 10 < len(held) < 40
    assert 0 in held


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records each statement has written, statement by statement."""
    found: list[int] = []
    real = export.copy_lines

    def counting(*given: Any) -> Any:
        found.append(len(given[-1]["ids"]))
        return real(*given)

    monkeypatch.setattr(export, "copy_lines", counting)
    return found


def test_a_page_writes_only_what_was_not_written_before(
    settings: Settings, atlas_engine: Engine, written: list[int]
) -> None:
    client = create_app(settings, atlas_engine).test_client()
    client.get(f"{ITEMS}?limit=3")
    with StatementCount(atlas_engine) as count:
        second = client.get(f"{ITEMS}?limit=5&country=AT&country=DE&country=SE").json["features"]
        third = client.get(f"{ITEMS}?limit=2&offset=1").json["features"]
    assert written[0] == 3
    assert sum(written) <= 3 + 5
    assert len(count.statements) == 2  # the version of the data, once a request; pages come by COPY
    assert {len(second), len(third)} == {5, 2}
    again = client.get(f"{ITEMS}/{third[0]['id']}").json
    assert (again["properties"], again["geometry"]) == (third[0]["properties"], third[0]["geometry"])
    other = client.get(f"{ITEMS}?limit=2&offset=1&lang=de").json["features"]
    assert other[0]["properties"]["url"] != third[0]["properties"]["url"]
    assert set(client.get(f"{ITEMS}?limit=2&offset=1&properties=country").json["features"][0]["properties"]) == {
        "country"
    }


def test_a_change_is_shown_at_once(settings: Settings, atlas_engine: Engine) -> None:
    client = create_app(settings, atlas_engine).test_client()
    first = client.get(f"{ITEMS}?limit=1").json["features"][0]
    with atlas_engine.begin() as connection:
        connection.execute(
            text("UPDATE practice SET place_name = 'Elsewhere' WHERE slug = :slug"), {"slug": first["id"]}
        )
    assert client.get(f"{ITEMS}?limit=1").json["features"][0]["properties"]["place"] == "Elsewhere"
    assert client.get(f"{ITEMS}/{first['id']}").json["properties"]["place"] == "Elsewhere"


def test_tiles_and_pages_by_key_need_no_order_of_titles(settings: Settings, atlas_engine: Engine) -> None:
    client = create_app(settings, atlas_engine).test_client()
    with StatementCount(atlas_engine) as count:
        assert client.get("/ogc/collections/practices/tiles/WebMercatorQuad/4/5/8?theme=housing").status_code == 200
        assert client.get(f"{ITEMS}?limit=1&filter=start_year%3E2000").status_code == 200
    assert not [one for one in count.statements if "und-x-icu" in one]
    assert client.get(f"{ITEMS}?limit=1&sort=newest").status_code == 200
