"""Small random worlds for the atlas, and snapshots of the starting data."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from mapapp.atlas import Atlas, Snapshot

THEMES = ("housing", "language", "health", "employment")
TERMS = {
    "theme": THEMES,
    "dimension": ("equality", "diversity"),
    "target_group": ("women", "youth", "families"),
    "organisation_type": ("ngo", "municipality"),
    "status": ("running", "ended", "unknown"),
    "criterion": ("Inclusion", "Innovation"),
}
TERRITORIES = ("AT", "AT3", "AT33", "AT334", "AT335", "AT31", "EL", "EL5", "EL52")
SQUARE = "SRID=4326;MULTIPOLYGON(((0 0,1 0,1 1,0 0)))"
WORDS = ("Brücke", "bridge", "Haus", "casa", "école", "Ängelholm", "zebra", "Aba", "Öst")


PRACTICE = """
INSERT INTO practice (id, slug, country, nuts_code, organisation_type, programmes, project_id, start_year, end_year,
  status, source_url, location, location_kind, place_name, updated_at, confirmed_on)
VALUES (:id, :slug, :country, :nuts, :type, :programmes, :project, :start, :end,
  :status, 'x', CAST(:location AS geometry), :kind, :place, DATE '2026-01-01' + CAST(:day AS int), :confirmed)
"""


def _some(chance: random.Random, values: tuple[str, ...], most: int) -> list[str]:
    return chance.sample(values, chance.randint(0, min(most, len(values))))


def _point(chance: random.Random) -> str | None:
    if chance.random() < 0.15:
        return None
    spots = [(10.7397, 47.245), (179.5, -16.5), (-179.5, -16.5), (0.0, 0.0), (16.37, 48.21)]
    lon, lat = chance.choice(spots) if chance.random() < 0.4 else (chance.uniform(-180, 180), chance.uniform(-85, 85))
    return f"SRID=4326;POINT({lon:.4f} {lat:.4f})"


def fill(connection: Connection, seed: int, size: int) -> None:
    """Write a world of `size` practices that depends on `seed` alone."""
    chance = random.Random(seed)
    run = connection.execute
    for vocabulary, keys in TERMS.items():
        rows = [{"v": vocabulary, "k": key, "p": place} for place, key in enumerate(keys)]
        run(text("INSERT INTO term VALUES (:v, :k, :p)"), rows)
    run(
        text(
            "INSERT INTO territory (code, level, country, name, name_latin, outline, sketch)"
            f" VALUES (:code, :level, :country, :code, :code, '{SQUARE}', '{SQUARE}')"
        ),
        [{"code": c, "level": len(c) - 2, "country": "GR" if c[0] == "E" else "AT"} for c in TERRITORIES],
    )
    projects = list(
        run(
            text(
                "INSERT INTO project (slug, source_url) SELECT 'project-' || i, 'x' FROM generate_series(1, 3) i "
                "RETURNING id"
            )
        ).scalars()
    )
    records, terms, covered, evaluations, texts = [], [], [], [], []
    for number in range(1, size + 1):
        location, start = _point(chance), chance.choice([None, *range(2010, 2020)])
        records.append(
            {
                "id": number,
                "slug": f"p{number}",
                "country": chance.choice(("AT", "GR", "SE")),
                "nuts": chance.choice((None, *TERRITORIES)),
                "type": chance.choice((None, *TERMS["organisation_type"])),
                "programmes": _some(chance, ("AMIF", "LEADER", "ESF"), 2),
                "project": chance.choice((None, None, *projects)),
                "start": start,
                "end": chance.choice([None, *range(start or 2010, 2022)]),
                "status": chance.choice(TERMS["status"]),
                "location": location,
                "kind": location and chance.choice(("address", "municipality", "region", "country")),
                "place": location and chance.choice(("Imst", "Suva", None)),
                "day": chance.randint(0, 5),
                "confirmed": chance.choice((None, None, "2026-02-01", "2026-03-01")),
            }
        )
        for vocabulary, most in (("theme", 3), ("dimension", 2), ("target_group", 3)):
            terms += [{"id": number, "v": vocabulary, "k": key} for key in _some(chance, TERMS[vocabulary], most)]
        covered += [{"id": number, "code": code} for code in _some(chance, TERRITORIES, 2)]
        evaluations += [{"id": number, "c": criterion} for criterion in _some(chance, TERMS["criterion"], 2)]
        source = chance.choice(("en", "de", "sv"))
        for language in sorted({source, *_some(chance, ("en", "de", "it"), 2)}):
            title = " ".join(chance.choices(WORDS, k=2))
            texts.append({"id": number, "l": language, "t": title, "s": language == source})
    for statement, rows in (
        (PRACTICE, records),
        ("INSERT INTO practice_term VALUES (:id, :v, :k)", terms),
        ("INSERT INTO practice_territory VALUES (:id, :code)", covered),
        ("INSERT INTO evaluation (practice_id, criterion, source_url) VALUES (:id, :c, 'x')", evaluations),
        ("INSERT INTO practice_text (practice_id, language, title, is_source) VALUES (:id, :l, :t, :s)", texts),
    ):
        if rows:
            run(text(statement), rows)


@pytest.fixture(scope="module")
def world(postgis: Any, worker_id: str) -> Iterator[Callable[[int, int], tuple[Connection, Snapshot]]]:
    """A function that makes a world and returns a connection inside it; the world before is rolled back."""
    engine = postgis.clone("template_empty", f"world_{worker_id}")
    connection = engine.connect()

    def make(seed: int, size: int) -> tuple[Connection, Snapshot]:
        connection.rollback()
        fill(connection, seed, size)
        return connection, Snapshot(connection, "practice", 0)

    yield make
    connection.close()
    engine.dispose()


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """An atlas shared by the tests of a module."""
    return Atlas()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection to the starting data."""
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def practices(atlas: Atlas, connection: Connection) -> Snapshot:
    """The practices of the starting data."""
    return atlas.current(connection)
