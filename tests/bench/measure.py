"""What is measured in the process: the atlas, its answers, the rows of a page."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from mapapp.atlas import Atlas, Snapshot, suggest
from mapapp.queries import data_version, practices, vocabulary
from mapapp.search import Search

NEED_WORDS = ("the same with words", "suggest")
EUROPE = (-25.0, 33.0, 45.0, 71.0)
WORDS = ("Wohnen", "language café", "Patenschaften", "Vienna", "Frauen Sprache", "housing Sweden", "jóvenes", "integr")
TYPED = ("wo", "haus", "lang", "wien", "mila", "öster", "sprach", "jeu")


class Figure(NamedTuple):
    """One line of the table: milliseconds, or seconds where `unit` says so."""

    name: str
    median: float
    p95: float
    unit: str = "ms"
    goal: float | None = None  # for the p95


def figure(name: str, run: Callable[[int], object], times: int, goal: float | None = None) -> Figure:
    """Run something `times` times and return its median and 95th percentile in milliseconds; the first run warms."""
    run(-1)
    took = []
    for turn in range(times):
        start = time.perf_counter()
        run(turn)
        took.append((time.perf_counter() - start) * 1000)
    return Figure(name, statistics.median(took), sorted(took)[max(0, round(len(took) * 0.95) - 1)], goal=goal)


def searches(snapshot: Snapshot, seed: int = 1) -> Iterator[Search]:
    """Yield random searches without words, each another one: one to three filters, as visitors choose them."""
    chance = random.Random(seed)
    fields = {name: snapshot.columns.fields[name].options for name in ("theme", "country", "target_group", "status")}
    while True:
        chosen = {
            name: chance.sample(fields[name], min(len(fields[name]), chance.choice((1, 1, 2))))
            for name in chance.sample(sorted(fields), chance.choice((1, 1, 2, 3)))
        }
        search = Search().with_(**chosen)
        if chance.random() < 0.3:
            search = search.with_(year_from=chance.randint(2000, 2024))
        yield search.with_(sort=chance.choice(("", "", "newest")))


def whole_answer(snapshot: Snapshot, connection: Connection, search: Search) -> None:
    """All that one filter change needs: list, counts, facets, map and the cards of the first page."""
    snapshot._answers.clear()
    answer = snapshot.answer(connection, search, "en")
    _ = (answer.total, answer.unlocated, answer.countries, answer.facets, answer.extent, answer.rescue)
    answer.markers(EUROPE, 4)
    practices.cards(connection, answer.ids[:20], "en")


def goal_of(size: int) -> float:
    """Return the goal in milliseconds for a filter change without text (issue 2)."""
    return 15 if size <= 10_000 else 30 if size <= 100_000 else 100


def in_process(engine: Engine, size: int, words: bool = True) -> list[Figure]:
    """Measure everything that happens below the views; without `words` nothing that needs searchable documents."""
    figures = []
    with engine.connect() as connection:
        atlas = Atlas()
        start = time.perf_counter()
        atlas.current(connection)  # reads the dictionary of all languages as well, once a process
        first = time.perf_counter() - start
        start = time.perf_counter()
        snapshot = Atlas().current(connection)
        again = time.perf_counter() - start
        figures.append(Figure("atlas: first build, build after a change", first, again, "s"))
        start = time.perf_counter()
        snapshot.prepare(connection, "en")
        figures.append(Figure("title order of a language", time.perf_counter() - start, 0, "s"))
        times = 60 if size <= 100_000 else 25
        random_search, word = searches(snapshot), iter(range(10**9))
        goal = goal_of(size)
        figures += [
            figure("data version", lambda _: data_version.read(connection), 200, 0.2),
            figure(
                "filter change: answer, facets, map, cards",
                lambda _: whole_answer(snapshot, connection, next(random_search)),
                times,
                goal,
            ),
            figure(
                "the same with words",
                lambda _: whole_answer(snapshot, connection, Search(q=WORDS[next(word) % len(WORDS)])),
                times,
                goal * 2,
            ),
            figure(
                "nothing asked: answer, facets, map, cards",
                lambda _: whole_answer(snapshot, connection, Search()),
                times // 2,
                goal,
            ),
        ]
        figures += _map(snapshot, connection)
        figures += _rows(snapshot, connection)
    return [one for one in figures if words or one.name not in NEED_WORDS]


def _map(snapshot: Snapshot, connection: Connection) -> list[Figure]:
    answer = snapshot.answer(connection, Search(), "en")
    filtered = snapshot.answer(connection, next(searches(snapshot, 5)), "en")
    chance = random.Random(3)

    def pan(zoom: int) -> Callable[[int], object]:
        width = 360 / 2**zoom * 5.6  # a view of 1,440 by 900 pixels

        def run(_turn: int) -> object:
            lon, lat = chance.uniform(-5, 25), chance.uniform(38, 60)
            one = answer if chance.random() < 0.5 else filtered
            return one.markers((lon - width / 2, lat - width / 5, lon + width / 2, lat + width / 5), zoom)

        return run

    return [
        figure("markers of all Europe, zoom 4", lambda _: answer.markers(EUROPE, 4), 30, 10),
        *(figure(f"pan at zoom {zoom}", pan(zoom), 40, 10) for zoom in (4, 6, 10)),
    ]


def _rows(snapshot: Snapshot, connection: Connection) -> list[Figure]:
    answer = snapshot.answer(connection, Search(), "de")
    last = max(0, min(499, answer.total // 20 - 1)) * 20
    label = vocabulary.labels(connection, data_version.read(connection), "de")
    row = connection.execute(text("SELECT slug FROM practice ORDER BY id LIMIT 1")).scalar_one()
    return [
        figure("cards: page 1", lambda _: practices.cards(connection, answer.ids[:20], "de"), 40),
        figure(
            f"cards: page {last // 20 + 1}", lambda _: practices.cards(connection, answer.ids[last:][:20], "de"), 40
        ),
        figure("a practice's page: rows", lambda _: practices.detail(connection, row, "de"), 40),
        figure("suggest", lambda turn: suggest(connection, snapshot, TYPED[turn % len(TYPED)], "de", label), 40, 10),
    ]
