"""Synthetic practices by COPY: a fixed seed, clustered around real towns, themes and texts varied."""

import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from mapapp.writing.documents import write_documents

from .phrases import PHRASES, PROGRAMMES

SEED = 20261122
TOWNS = 5000


class Town(NamedTuple):
    geoname_id: int
    name: str
    country: str
    nuts: str | None
    lon: float
    lat: float


_TOWNS = text("""
SELECT geoname_id, place.name, place.country, territory.code, ST_X(location), ST_Y(location)
FROM (SELECT * FROM place ORDER BY population DESC, geoname_id LIMIT :most) AS place
LEFT JOIN territory ON level = 3 AND ST_Contains(outline, location)
ORDER BY geoname_id
""")


def _keys(connection: Connection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for vocabulary, key in connection.execute(text("SELECT vocabulary, key FROM term ORDER BY vocabulary, position")):
        found.setdefault(vocabulary, []).append(key)
    return found


def _texts(chance: random.Random, town: Town) -> Iterator[tuple[str, str, str, str]]:
    """Yield language, title, summary and description, the source first."""
    for language in chance.sample(list(PHRASES), chance.choice((1, 2, 2, 3))):
        what, whom, sentences = PHRASES[language]
        title = f"{chance.choice(what)} {town.name} – {chance.choice(whom)}"
        yield language, title, chance.choice(sentences), " ".join(chance.choices(sentences, k=6))


def _copy(connection: Connection, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(row)


class _Rows:
    """The rows of one part of the practices, table by table."""

    def __init__(self) -> None:
        self.practices: list[tuple[Any, ...]] = []
        self.texts: list[tuple[Any, ...]] = []
        self.terms: list[tuple[Any, ...]] = []
        self.evaluations: list[tuple[Any, ...]] = []

    def write(self, connection: Connection) -> None:
        _copy(
            connection,
            "practice",
            "id, slug, place_name, place_id, country, nuts_code, organisation, organisation_type, programmes,"
            " project_id, start_year, end_year, status, source_url, location, location_kind, confirmed_on, updated_at",
            self.practices,
        )
        _copy(connection, "practice_text", "practice_id, language, title, summary, description, is_source", self.texts)
        _copy(connection, "practice_term", "practice_id, vocabulary, key, position", self.terms)
        _copy(connection, "evaluation", "practice_id, criterion, source_url", self.evaluations)


def _add(
    chance: random.Random, rows: _Rows, number: int, town: Town, keys: dict[str, list[str]], projects: list[int]
) -> None:
    lon, lat = chance.gauss(town.lon, 0.03), chance.gauss(town.lat, 0.02)
    located = chance.random() > 0.02
    kind = chance.choices(("address", "municipality", "region"), (5, 4, 1))[0]
    if kind == "municipality":
        lon, lat = town.lon, town.lat  # many share the point of their town
    start = chance.choice((None, *range(2000, 2025)))
    programmes = "{" + ",".join(chance.sample(PROGRAMMES, chance.randint(0, 2))) + "}"
    rows.practices.append(
        (
            number,
            f"practice-{number}",
            town.name,
            town.geoname_id,
            town.country,
            town.nuts,
            f"{town.name} {chance.choice(('council', 'network', 'association'))}",
            chance.choice(keys["organisation_type"]),
            programmes,
            chance.choice(projects) if chance.random() < 0.1 else None,
            start,
            min(start + chance.randint(0, 8), 2026) if start and chance.random() < 0.4 else None,
            chance.choice(keys["status"]),
            "https://example.org/practice",
            f"SRID=4326;POINT({lon:.5f} {lat:.5f})" if located else None,
            kind if located else None,
            f"2026-{chance.randint(1, 9):02}-15" if chance.random() < 0.3 else None,
            f"2026-{chance.randint(1, 9):02}-{chance.randint(1, 28):02} 12:00+00",
        )
    )
    for place, (language, title, summary, description) in enumerate(_texts(chance, town)):
        rows.texts.append((number, language, title, summary, description, place == 0))
    for vocabulary, most in (("theme", 3), ("dimension", 2), ("target_group", 3)):
        chosen = chance.sample(keys[vocabulary], chance.randint(1, most))
        rows.terms.extend((number, vocabulary, key, place) for place, key in enumerate(chosen))
    if chance.random() < 0.1:
        rows.evaluations.append((number, chance.choice(keys["criterion"]), "https://example.org/evaluation"))


def seed(engine: Engine, size: int, words: bool = True) -> None:
    """Replace the practices of a loaded database by `size` synthetic ones; the same ones each time.

    Without `words` the searchable documents, most of the work, are left out.
    """
    chance = random.Random(SEED)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("TRUNCATE practice CASCADE"))
        towns = [Town(*row) for row in connection.execute(_TOWNS, {"most": TOWNS})]
        keys = _keys(connection)
        projects = list(connection.execute(text("SELECT id FROM project ORDER BY id")).scalars())
        weights = [1 / (place + 20) for place in range(len(towns))]
        chance.shuffle(towns)
        rows = _Rows()
        for number in range(1, size + 1):
            _add(chance, rows, number, chance.choices(towns, weights)[0], keys, projects)
            if number % 20_000 == 0 or number == size:
                rows.write(connection)
                rows = _Rows()
        if words:
            write_documents(connection, "practice")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
