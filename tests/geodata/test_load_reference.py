"""Territories, gazetteer and the links between them and the records."""

import csv

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from geodata import nuts, sources
from geodata.gazetteer import pack_names, unpack_names
from mapapp.countries import iso_of_nuts


def ask(engine, statement, **values):
    with engine.connect() as connection:
        return connection.execute(text(statement), values).all()


def test_every_data_file_is_listed_with_its_checksum():
    listed = {source.file: source.sha256 for source in sources.read_sources()}
    folders = ("starting_data", "territories", "places")
    there = {
        sources.name_of(path)
        for folder in folders
        for path in (sources.FOLDER / folder).iterdir()
        if path.name != "LICENCE.md"
    }
    assert listed.keys() == there
    assert listed == {name: sources.checksum(sources.FOLDER / name) for name in there}
    assert all(all(source) for source in sources.read_sources())


def test_territories_carry_iso_countries_and_nuts_codes(engine):
    countries = dict(ask(engine, "SELECT left(code, 2), min(country) FROM territory GROUP BY 1"))
    assert (countries["EL"], countries["UK"], countries["AT"]) == ("GR", "GB", "AT")
    assert ask(engine, "SELECT count(*) FROM territory WHERE country IN ('EL', 'UK')") == [(0,)]
    assert ask(engine, "SELECT count(*) FROM territory WHERE level > 0 AND left(code, level + 1) NOT IN "
                       "(SELECT code FROM territory)") == [(0,)]  # fmt: skip


def test_shapes_are_valid_where_they_belong_and_as_large_as_they_should_be(engine):
    assert ask(engine, "SELECT count(*) FROM territory WHERE NOT ST_IsValid(outline) OR NOT ST_IsValid(sketch)") == [
        (0,)
    ]
    areas = dict(
        ask(
            engine,
            "SELECT code, ST_Area(outline::geography) / 1e6 FROM territory WHERE code IN ('AT33', 'LU', 'PT20')",
        )
    )
    assert areas["AT33"] == pytest.approx(12_640, rel=0.01)  # Tyrol, square kilometres
    assert areas["LU"] == pytest.approx(2_586, rel=0.01)
    assert areas["PT20"] == pytest.approx(2_322, rel=0.03)
    apart = """SELECT max(abs(ST_Area(outline::geography) / ST_Area(sketch::geography) - 1))
        FROM territory WHERE level = 1 AND country IN ('AT', 'IT', 'NO', 'GR')"""
    assert ask(engine, apart)[0][0] < 0.1


def test_later_codes_are_those_of_nuts_2024(engine):
    later = dict(ask(engine, "SELECT code, later_code FROM territory"))
    assert (later["FI193"], later["PT16J"], later["AT334"]) == ("FI198", "PT196", None)


def test_regions_have_an_outline_only_where_they_are_that_unit(engine):
    rows = ask(
        engine, "SELECT slug, name_latin, outline_code = nuts_code FROM region JOIN territory ON code = outline_code"
    )
    assert {slug: name for slug, name, _ in rows} == {
        "ausserfern": "Außerfern",
        "azores": "Região Autónoma dos Açores",
        "berlin": "Berlin",
        "burgenlandkreis": "Burgenlandkreis",
        "campania": "Campania",
        "carinthia": "Kärnten",
        "catalonia": "Cataluña",
        "central-macedonia": "Kentriki Makedonia",
        "crete": "Kriti",
        "halland": "Hallands län",
        "hochsauerland": "Hochsauerlandkreis",
        "leipzig-region": "Leipzig",
        "murcia": "Región de Murcia",
        "navarre": "Comunidad Foral de Navarra",
        "piedmont-uncem": "Piemonte",
        "puglia": "Puglia",
        "riga": "Rīga",
        "salzburg": "Salzburg",
        "skane": "Skåne län",
        "vienna": "Wien",
        "vorarlberg": "Vorarlberg",
        "west-pomerania": "Zachodniopomorskie",
    }
    assert all(same for *_, same in rows)
    for slug in ("imst", "asco", "jyvaskyla", "linkoping", "postojna", "landeck-regiol", "het-hogeland"):
        assert ask(engine, "SELECT outline_code, nuts_code IS NOT NULL FROM region WHERE slug = :slug", slug=slug) == [
            (None, True)
        ]


def test_records_are_linked_to_the_place_of_their_name_near_their_point(engine):
    assert ask(
        engine,
        "SELECT place_id, name FROM practice JOIN place ON place_id = geoname_id WHERE slug = 'vienna-magdas-hotel'",
    ) == [(2761369, "Vienna")]
    far = """SELECT count(*) FROM practice JOIN place ON place_id = geoname_id
        WHERE place.country <> practice.country
        OR ST_Distance(place.location::geography, practice.location::geography) > 30000"""
    assert ask(engine, far) == [(0,)]
    assert ask(engine, "SELECT count(*) FROM practice WHERE place_id IS NOT NULL") == [(140,)]
    assert ask(engine, "SELECT DISTINCT place_id FROM practice WHERE place_name = 'Bezirk Imst'") == [(None,)]


def test_practices_cover_the_territory_of_their_code(engine):
    assert ask(engine, "SELECT count(*) FROM practice_territory") == [(147,)]
    assert ask(engine, "SELECT count(*) FROM practice WHERE nuts_code IS NULL AND country NOT IN ('GB', 'NO')") == [
        (0,)
    ]


def test_points_of_towns_and_of_regions_are_told_apart(engine):
    kinds = dict(ask(engine, "SELECT slug, location_kind FROM region"))
    assert (kinds["imst"], kinds["azores"], kinds["piedmont-uncem"]) == ("region", "region", "region")
    assert (kinds["cpmr"], kinds["postojna"], kinds["vienna"]) == ("municipality", "municipality", "municipality")
    assert ask(engine, "SELECT count(*) FROM practice WHERE location_kind = 'country'") == [(0,)]


def test_places_are_found_by_their_name_in_any_language(engine):
    for name, key in (("wien", 2761369), ("becs", 2761369), ("muenchen", 2867714), ("αθηνα", 264371)):
        found = ask(engine, "SELECT geoname_id FROM place WHERE folded_names LIKE :name", name=f"%|{name}|%")
        assert (key,) in found
    names = ask(engine, "SELECT names ->> 'de', names ->> 'it' FROM place WHERE geoname_id = 2761369")
    assert names == [("Wien", None)]  # the Italian name is the one that GeoNames gives: Vienna


@pytest.mark.parametrize(
    ("constraint", "statement"),
    [
        (
            "ck_territory_outline_valid",
            "UPDATE territory SET outline = ST_Multi(ST_GeomFromText("
            "'POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))', 4326)) WHERE code = 'AT'",
        ),
        (
            "ck_territory_sketch_valid",
            "UPDATE territory SET sketch = ST_GeomFromText('MULTIPOLYGON EMPTY', 4326) WHERE code = 'AT'",
        ),
        (
            "ck_practice_location_valid",
            "UPDATE practice SET location = ST_Point(200, 10, 4326) WHERE slug = 'imst-abc-cafe'",
        ),
        (
            "ck_practice_location_valid",
            "UPDATE practice SET location = ST_GeomFromText('POINT EMPTY', 4326) WHERE slug = 'imst-abc-cafe'",
        ),
        ("ck_practice_location_has_kind", "UPDATE practice SET location = NULL WHERE slug = 'imst-abc-cafe'"),
        ("ck_service_location_kind", "UPDATE service SET location_kind = 'street'"),
        ("ck_place_location_valid", "UPDATE place SET location = 'SRID=4326;POINT EMPTY' WHERE geoname_id = 2761369"),
        ("ck_practice_years_order", "UPDATE practice SET start_year = 2020, end_year = 2010"),
        ("ck_practice_country", "UPDATE practice SET country = 'Austria'"),
        ("ck_project_start_date", "UPDATE project SET start_date = '3.1.2022'"),
        ("fk_practice_nuts_code", "UPDATE practice SET nuts_code = 'AT999'"),
        (
            "fk_practice_term_vocabulary_key",
            "UPDATE practice_term SET key = 'cooking' WHERE position = 0 AND vocabulary = 'theme'",
        ),
    ],
)
def test_the_database_refuses_what_is_no_place_on_earth(session, constraint, statement):
    with pytest.raises(IntegrityError, match=constraint):
        session.execute(text(statement))


@pytest.mark.parametrize(
    "shape", ["ST_Point(10, 47, 3857)", "ST_GeomFromText('LINESTRING(0 0, 1 1)', 4326)", "ST_PointZ(1, 2, 3, 4326)"]
)
def test_the_database_refuses_other_types_and_systems(session, shape):
    with pytest.raises(Exception, match=r"SRID|type|dimension"):
        session.execute(text(f"UPDATE practice SET location = {shape} WHERE slug = 'imst-abc-cafe'"))


def test_packed_rings_close_and_count_in_ten_thousandths_of_a_degree():
    points = nuts.unpack_ring("100000 470000,10000 0,0 10000")
    assert points.tolist() == [[10.0, 47.0], [11.0, 47.0], [11.0, 48.0], [10.0, 47.0]]
    assert nuts.multipolygon("0 0,1 0,0 1").startswith("0106000020e610000001000000")


def test_packed_names_come_back():
    names = {"de": "Wien", "hu": "Bécs"}
    assert unpack_names(pack_names(names)) == names
    assert unpack_names("") == {}


def test_the_list_of_units_agrees_with_its_codes():
    with nuts.UNITS.open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == list(nuts.Unit._fields)
    for unit in nuts.read_units():
        assert unit.level == len(unit.code) - 2
        assert unit.country == iso_of_nuts(unit.code)
        assert unit.west < unit.east
        assert unit.south < unit.north
        assert unit.name_latin
