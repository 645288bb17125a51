"""The OGC API and its tiles over HTTP, beside what psql needs for the same answer and a bare Flask."""

import random
import sys
from collections.abc import Callable, Iterator
from itertools import islice, repeat
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from flask import Flask
from sqlalchemy import Engine

from mapapp.cluster import program
from mapapp.formats import fields, ogc_crs, ogc_features
from mapapp.queries import export

from .driving import Load, drive, psql, settle
from .web import memory, server

ITEMS = "/ogc/collections/practices/items"
TILES = "/ogc/collections/{}/tiles/WebMercatorQuad/{}/{}/{}"
BOXES = ((9.5, 46.4, 17.2, 49.0), (5.9, 47.3, 15.0, 55.0), (-9.3, 36.0, 3.3, 43.8), (6.6, 36.6, 18.5, 47.1))
COUNTRIES, THEMES = ("AT", "DE", "ES", "IT", "FR", "PL"), ("housing", "language", "employment", "health", "education")
FILTERS = ("theme=housing", "country=DE&theme=language&theme=health", "status=running&country=IT")
bare = Flask("bare")  # what a request costs before anything is done


@bare.get("/")
def nothing() -> str:
    """Answer with next to nothing."""
    return "ok"


class Question(NamedTuple):
    """A kind of request: its paths without end, and the SQL of each of the first; no SQL where none is comparable."""

    name: str
    paths: Callable[[random.Random], Iterator[tuple[str, str]]]
    goal: str = ""


def text_of(where: str, more: str = "", limit: int = 100) -> str:
    """Return SQL that writes the features of a page as one text, as the API writes each."""
    source, line = export.SOURCES["practice"], ogc_features.feature_sql(fields.PRACTICE.fields, ogc_crs.WORLD)
    named = ", ".join(f"{field.sql} AS {field.name}" for field in fields.PRACTICE.fields)
    named = named.replace("%(site)s", "'http://127.0.0.1:8000/en'").replace("%(licence)s", "'CC-BY-4.0'")
    joins = "".join(source.joins.values()).replace("%(lang)s", "'en'")
    return (
        f"SELECT string_agg({line}, E',\\n') FROM (SELECT r.slug, r.location AS geometry, {named} FROM "
        f"(SELECT * FROM practice r WHERE {where} ORDER BY id LIMIT {limit} {more}) r {joins} ORDER BY r.id OFFSET 0) v"
    )


def _boxes(chance: random.Random) -> Iterator[tuple[str, str]]:
    while True:
        west, south, east, north = (edge + chance.uniform(-0.2, 0.2) for edge in chance.choice(BOXES))
        box = f"{west:.5f},{south:.5f},{east:.5f},{north:.5f}"
        inside = f"r.location && ST_MakeEnvelope({box}, 4326)"
        yield f"{ITEMS}?limit=100&bbox={box}", text_of(f"({inside} OR r.location IS NULL)")


def _filtered(chance: random.Random) -> Iterator[tuple[str, str]]:
    while True:
        country, theme = chance.choice(COUNTRIES), chance.choice(THEMES)
        year = chance.randint(1900, 1999)  # before all: only to make another question of it
        has = f"(SELECT practice_id FROM practice_term WHERE vocabulary = 'theme' AND key = '{theme}')"
        sql = text_of(
            f"country = '{country}' AND id IN {has} AND (start_year IS NOT NULL OR end_year IS NOT NULL) "
            f"AND (end_year IS NULL OR end_year >= {year})"
        )
        yield f"{ITEMS}?limit=100&country={country}&theme={theme}&year_from={year}", sql


def _cql2(chance: random.Random) -> Iterator[tuple[str, str]]:
    while True:
        country, year = chance.choice(COUNTRIES), chance.randint(2000, 2024)
        late = chance.randint(2100, 9999)  # after all: only to make another question of it
        condition = f"country = '{country}' AND start_year >= {year} AND start_year < {late}"
        yield f"{ITEMS}?limit=100&filter={quote(condition)}", text_of(condition)


def _offset(least: int, most: int) -> Callable[[random.Random], Iterator[tuple[str, str]]]:
    def paths(chance: random.Random) -> Iterator[tuple[str, str]]:
        while True:
            place = chance.randint(least, most)
            yield f"{ITEMS}?limit=100&offset={place}", text_of("true", f"OFFSET {place}")

    return paths


def _one(size: int) -> Callable[[random.Random], Iterator[tuple[str, str]]]:
    def paths(chance: random.Random) -> Iterator[tuple[str, str]]:
        while True:
            slug = f"practice-{chance.randint(1, size)}"
            yield f"{ITEMS}/{slug}", text_of(f"slug = '{slug}'", "", 1)

    return paths


def _again(path: str) -> Callable[[random.Random], Iterator[tuple[str, str]]]:
    return lambda _chance: repeat((path, ""))


def _sorted(chance: random.Random) -> Iterator[tuple[str, str]]:
    while True:
        yield f"{ITEMS}?limit=100&sortby=-start_year,title&offset={chance.randint(0, 5000)}", ""


def _like(chance: random.Random) -> Iterator[tuple[str, str]]:
    while True:
        word = "".join(chance.choices("aeinrst", k=2))
        yield f"{ITEMS}?limit=100&filter={quote(f'title LIKE {chr(39)}%{word}%{chr(39)}')}", ""


def _tiles(zoom: int, collection: str, filtered: bool) -> Callable[[random.Random], Iterator[tuple[str, str]]]:
    def paths(chance: random.Random) -> Iterator[tuple[str, str]]:
        while True:
            x, y = chance.uniform(0.48, 0.57), chance.uniform(0.29, 0.39)  # Europe
            # Each time another question, so that no finished tile is kept; of the others there are few at low zooms.
            query = f"?{chance.choice(FILTERS)}&year_from={chance.randint(1900, 1999)}" if filtered else ""
            yield TILES.format(collection, zoom, int(y * 2**zoom), int(x * 2**zoom)) + query, ""

    return paths


def questions(size: int) -> list[Question]:
    """Return what is asked of a collection of `size` practices."""
    tile = "p95 10 ms" if size <= 100_000 else "p95 30 ms"
    deep = min(size * 9 // 10, 90_000)
    found = [
        # The first of each kind is another one each time, as far as there are enough; the second is kept.
        Question("one feature", _one(size), "0.35 of bare"),
        Question("one feature, the same again", _again(f"{ITEMS}/practice-1"), "0.35 of bare"),
        Question("page of 100 in front", _offset(0, deep // 10), "1.5x SQL"),
        Question("first page of 100, again", _again(f"{ITEMS}?limit=100"), "0.35 of bare"),
        Question(f"page of 100 near offset {deep:,}", _offset(deep - deep // 10, deep), "1.5x SQL"),
        Question("first page of 100 in a country's box", _boxes, "1.5x SQL"),
        Question("first page of 100 by country and theme", _filtered, "1.5x SQL"),
        Question("first page of 100 by CQL2, country and year", _cql2, "1.5x SQL"),
        Question("page of 100 sorted by year and title", _sorted),
        Question("first page of 100 by CQL2, title LIKE", _like),
    ]
    for zoom in (4, 6, 10):
        found.append(Question(f"tile z{zoom}", _tiles(zoom, "practices", False), tile))
        found.append(Question(f"tile z{zoom}, filtered", _tiles(zoom, "practices", True), tile))
        found.append(Question(f"tile z{zoom} of territories", _tiles(zoom, "territories", False), tile))
    return found


def _met(goal: str, load: Load) -> bool:
    if goal.endswith("of bare"):
        return load.per_second >= 0.35 * load.bare
    if goal.endswith("SQL"):
        return load.median <= 1.5 * load.sql
    return not goal or load.p95 <= float(goal.split()[1])


def over_ogc(engine: Engine, size: int, folder: Path, only: str = "") -> tuple[list[Load], float]:
    """Measure the OGC API; return the lines and the most memory (MB) that the worker held."""
    url = engine.url.render_as_string(hide_password=False)
    ours = {"DATABASE_URL": url, "MAPAPP_DATA_DIR": str(folder)}
    with server("tests.bench.ogc:bare", {}, "/") as (bare_port, _pid), server("mapapp.wsgi:application", ours) as found:
        port, pid = found
        settle(port, f"{ITEMS}?limit=100", size)
        loads = [drive("a bare Flask answer", bare_port, iter(lambda: "/", None), beside=bare_port)]
        for question in questions(size):
            if only not in question.name:
                continue
            slow = question.name.endswith(("title", "LIKE"))
            paths = (path for path, _sql in question.paths(random.Random(1)))
            try:
                load = drive(question.name, port, paths, *((10, 1.0) if slow else (150, 2.5)), beside=bare_port)
            except RuntimeError as error:
                print(f"{question.name}: {error}", file=sys.stderr)
                continue
            sql = [sql for _path, sql in islice(question.paths(random.Random(2)), 60) if sql]
            load = load._replace(sql=psql(engine, sql, program) if sql else 0.0, goal=question.goal)
            loads.append(load._replace(met=_met(question.goal, load)))
            print(f"measured {question.name}: {load.median:.2f} ms, psql {load.sql:.2f} ms", file=sys.stderr)
        most = memory(pid)
    return loads, most


def say(size: int, loads: list[Load], most: float) -> None:
    """Print the table of a size."""
    print(f"\n## OGC API, {size:,} practices\n")
    print(
        "| | requests/s | of bare Flask | p50 | p95 | psql | p50 ÷ psql | goal |\n"
        "|---|---:|---:|---:|---:|---:|---:|---|"
    )
    for one in loads:
        beside = f"{one.sql:.2f} ms | {one.median / one.sql:.2f}" if one.sql else " | "
        goal = one.goal + ("" if one.met else " – missed")
        print(
            f"| {one.name} | {one.per_second:,.0f} | {one.per_second / one.bare:.2f} | {one.median:.2f} ms "
            f"| {one.p95:.2f} ms | {beside} | {goal} |",
            flush=True,
        )
    print(f"\nMost memory of the worker: {most:.0f} MB")
