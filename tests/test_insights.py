"""Insights: every number is that of the search behind it, every chart has its table and its file."""

import csv
import io
import re
from typing import Any

import pytest
from sqlalchemy import Engine

from mapapp.database import StatementCount
from mapapp.formats import tables

HTML = {"Accept": "text/html"}
FILES = ("themes-by-country", "programmes", "target-groups", "criteria", "start-years", "freshness")


def page(client: Any, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200
    return answer.text


def total(html: str) -> int:
    return int(re.search(r'data-total="(\d+)"', html)[1])  # type: ignore[index]


def rows(client: Any, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def cells(html: str) -> dict[tuple[str, str], int]:
    found = re.findall(r'data-theme="([^"]+)" data-country="([^"]+)" data-count="(\d+)"', html)
    return {(theme, country): int(count) for theme, country, count in found}


def test_a_cell_is_what_its_search_finds(client: Any) -> None:
    html = page(client, "/en/insights")
    table = cells(html)
    assert len(table) == 14 * 30
    linked = {
        (theme, country): (address.replace("&amp;", "&"), int(number))
        for theme, country, address, number in re.findall(
            r'data-theme="([^"]+)" data-country="([^"]+)" data-count="\d+"><a href="([^"]+)">(\d+)</a>', html
        )
    }
    assert {key for key, count in table.items() if count} == set(linked)
    for key in sorted(linked)[::13]:
        address, number = linked[key]
        assert number == table[key] == total(page(client, address))
    gap = next(key for key, count in sorted(table.items()) if not count)
    assert total(page(client, f"/en/?theme={gap[0]}&country={gap[1]}")) == 0


def test_a_bar_is_what_its_search_finds(client: Any) -> None:
    html = page(client, "/de/insights")
    bars = re.findall(
        r'data-field="(\w+)" data-value="([^"]+)" data-count="(\d+)">\s*<th scope="row"><a href="([^"]+)"', html
    )
    assert {field for field, *_rest in bars} == {"target_group", "programme", "criterion"}
    for _field, _value, count, address in bars[::4]:
        assert int(count) == total(page(client, address.replace("&amp;", "&")))


def test_the_files_hold_the_numbers_of_the_page(client: Any) -> None:
    html = page(client, "/it/insights")
    header, *found = rows(client, "/it/insights/themes-by-country.csv")
    assert header[:3] == ["Paese", "Codice", "Tutti"] or header[0] == "Paese"
    assert len(found) == 30
    by_country = {row[1]: [int(cell) for cell in row[3:]] for row in found}
    table = cells(html)
    order = re.findall(r'<th scope="col" class="theme-([a-z-]+)">', html)
    for country, numbers in by_country.items():
        assert numbers == [table[theme, country] for theme in order]
    years = rows(client, "/it/insights/start-years.csv")[1:]
    assert sum(int(count) for _year, count in years) == 151
    assert [row[1] for row in rows(client, "/it/insights/freshness.csv")[1:]] == ["0", "151"]


@pytest.mark.parametrize("name", FILES)
def test_every_chart_has_its_file(client: Any, name: str) -> None:
    assert f'href="/en/insights/{name}.csv"' in page(client, "/en/insights")
    header, *found = rows(client, f"/en/insights/{name}.csv")
    assert found
    assert all(len(row) == len(header) for row in found)


def test_a_file_that_is_not_there_is_not_found(client: Any) -> None:
    assert client.get("/en/insights/nonsense.csv").status_code == 404


def test_the_heat_table_is_a_table(client: Any) -> None:
    html = page(client, "/en/insights")
    heat = html.split('<table class="heat">')[1].split("</table>")[0]
    assert heat.count('<th scope="col"') == 16
    assert heat.count('<th scope="row"') == 31
    assert 'role="region" aria-labelledby="heat-title" tabindex="0"' in html
    assert "style=" not in html


def test_a_spreadsheet_takes_no_cell_for_a_formula() -> None:
    made = tables.as_csv(["=1+1"], [["@SUM(A1)"], ["-2"], ["+3"], ["\tx"], [-4], ["plain, with comma"]])
    read = list(csv.reader(io.StringIO(made.decode("utf-8-sig"))))
    assert [row[0] for row in read] == ["'=1+1", "'@SUM(A1)", "'-2", "'+3", "'\tx", "-4", "plain, with comma"]


def test_the_page_asks_the_database_a_constant_number_of_times(client: Any, engine: Engine) -> None:
    page(client, "/en/insights")
    with StatementCount(engine) as count:
        page(client, "/en/insights?x=1")
    assert len(count.statements) <= 4
