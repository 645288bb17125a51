"""Conditions answered from columns: the same records as PostgreSQL finds, unknown values included."""

from typing import Any
from urllib.parse import quote

import pytest

from mapapp.atlas import conditions
from mapapp.database import StatementCount

ITEMS = "/ogc/collections/{}/items?limit=10000&properties=country&filter={}"
HELD = (
    "country = 'AT'",
    "country <> 'AT' AND NOT status = 'running'",
    "organisation_type = 'ngo' OR organisation_type IS NULL",
    "NOT organisation_type = 'ngo'",
    "organisation_type <> 'no such key'",
    "country IN ('AT', 'DE', 'XX')",
    "NOT country IN ('AT', 'DE')",
    "start_year >= 2015 AND end_year < 2020.5",
    "NOT (start_year >= 2015 OR end_year IS NULL)",
    "start_year NOT BETWEEN 2010 AND 2018",
    "end_year = 999999999999",
    "A_CONTAINS(themes, ('housing'))",
    "NOT A_CONTAINS(themes, ('language', 'employment'))",
    "A_OVERLAPS(target_groups, ('women', 'no such key')) AND country = 'SE'",
    "A_OVERLAPS(programmes, ('AMIF'))",
    "A_CONTAINS(themes, ('housing', 'no such key', 'nor this'))",
    "A_OVERLAPS(themes, ('no such key', 'nor this', 'housing', 'housing'))",
)


def found(client: Any, name: str, condition: str) -> list[str]:
    answer = client.get(ITEMS.format(name, quote(condition)))
    assert answer.status_code == 200
    return [one["id"] for one in answer.json["features"]]


@pytest.mark.parametrize("condition", [*HELD, "category = 'advice' OR A_CONTAINS(languages, ('ar'))"])
def test_columns_find_what_the_database_finds(
    client: Any, engine: Any, monkeypatch: pytest.MonkeyPatch, condition: str
) -> None:
    name = "services" if "category" in condition else "practices"
    client.get(f"/ogc/collections/{name}/items")
    with StatementCount(engine) as count:
        held = found(client, name, condition)
    assert len(count.statements) == 1  # the version of the data
    monkeypatch.setattr(conditions, "matching", lambda *_given: None)
    assert found(client, name, condition + " AND 1 = 1") == held


@pytest.mark.parametrize(
    "condition", ["country < 'B'", "title LIKE 'A%'", "country = place", "A_CONTAINS(partners, ('x'))"]
)
def test_the_database_answers_what_the_columns_do_not_hold(client: Any, engine: Any, condition: str) -> None:
    with StatementCount(engine) as count:
        first = found(client, "practices", condition)
    assert len(count.statements) == 2
    with StatementCount(engine) as count:
        client.get(f"/ogc/collections/practices/items?limit=1&offset=1&filter={quote(condition)}")
    assert len(count.statements) == 1  # another page: the keys are kept
    assert first == sorted(set(first), key=first.index)


@pytest.mark.parametrize("condition", ["country = 5", "start_year = 'x'", "A_CONTAINS(themes, (1))", "colour = 'red'"])
def test_what_does_not_fit_is_refused_as_before(client: Any, condition: str) -> None:
    assert client.get(ITEMS.format("practices", quote(condition))).status_code == 400


def test_what_costs_more_than_the_database_is_left_to_it(
    client: Any, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    condition = " OR ".join(f"start_year = {year}" for year in range(2000, 2020))
    held = found(client, "practices", condition)
    monkeypatch.setattr(conditions, "MOST_WORK", 1000)
    with StatementCount(engine) as count:
        assert found(client, "practices", condition + " OR start_year = 1") == held
    assert len(count.statements) == 2
