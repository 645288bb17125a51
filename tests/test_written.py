"""Features written beforehand: the same bytes as made on the spot, and never those of a state that has gone."""

import threading

import pytest
from sqlalchemy import text

from mapapp.factory import create_app
from mapapp.formats import fields, written
from mapapp.formats.at_hand import AtHand
from mapapp.i18n import LANGUAGES
from mapapp.queries import export, features

CHANGES = {
    "a practice": "UPDATE practice SET place_name = 'Elsewhere' WHERE slug = 'imst-abc-cafe'",
    "its place": "UPDATE practice SET location = ST_Point(10.5, 47.5, 4326) WHERE slug = 'imst-abc-cafe'",
    "a text": "UPDATE practice_text SET title = title || '!' WHERE is_source",
    "a text that comes": (
        "INSERT INTO practice_text (practice_id, language, origin, is_source, title) "
        "SELECT id, 'cy', 'author', false, 'Teitl' FROM practice ORDER BY id LIMIT 3"
    ),
    "a text that goes": "DELETE FROM practice_text WHERE NOT is_source",
    "a theme that goes": "DELETE FROM practice_term WHERE vocabulary = 'theme' AND position > 0",
    "themes that go elsewhere": (
        "UPDATE practice_term SET practice_id = (SELECT min(id) FROM practice) WHERE vocabulary = 'dimension' AND "
        "practice_id = (SELECT max(practice_id) FROM practice_term WHERE vocabulary = 'dimension') AND key NOT IN "
        "(SELECT key FROM practice_term WHERE practice_id = (SELECT min(id) FROM practice))"
    ),
    "a project's key": "UPDATE project SET slug = slug || '-again' WHERE id = (SELECT min(project_id) FROM practice)",
    "no more practices": "TRUNCATE practice CASCADE",
    "no more texts": "TRUNCATE practice_text",
}


def stored(engine):
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT language, practice_id, line FROM practice_feature"))
        return {(language, key): bytes(line) for language, key, line in rows}


def made(engine):
    """Every feature as it is now, made on the spot."""
    found = {}
    columns = [(field.name, field.sql) for field in fields.PRACTICE.fields]
    with engine.connect() as connection:
        keys = sorted(export.all_ids(connection, "practice"))
        for lang in LANGUAGES:
            values = {"lang": lang, "site": written.SITE, "licence": fields.LICENCE, "ids": keys}
            lines = export.copy_lines(
                connection, "practice", columns, written.LINE, written.geojson.COPY_OPTIONS, values
            )
            found |= {(lang, key): line[:-1] for key, line in zip(keys, lines, strict=True)}
    return found


def test_pages_and_files_are_the_same_bytes_with_and_without(settings, atlas_engine):
    addresses = [
        f"{path}?lang={lang}"
        for lang in (*LANGUAGES, "es")
        for path in (
            "/ogc/collections/practices/items/imst-abc-cafe",
            "/practices.geojson",
            "/practices.geojsons",
            "/practices/imst-abc-cafe.geojson",
        )
    ]
    addresses += [f"/ogc/collections/practices/items?limit=60&f={form}" for form in ("geojsonseq", "csv")]

    def answers():
        client = create_app(settings, atlas_engine).test_client()  # another one each time: nothing is kept
        return [client.get(address, base_url="https://atlas.localhost").data for address in addresses]

    before = answers()
    assert written.fill(atlas_engine) == len(made(atlas_engine)) > 400
    assert stored(atlas_engine) == made(atlas_engine)
    assert answers() == before
    assert b'"url":"https://atlas.localhost/de/practices/imst-abc-cafe"' in before[0] + before[4]
    assert written.fill(atlas_engine) == 0
    with atlas_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE practice_feature SET line = '{\"read\": 1}'")
    assert [b'"read": 1' in one for one in answers()] == [
        "csv" not in address and "lang=es" not in address for address in addresses
    ]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changes_is_thrown_out_with_the_change(atlas_engine, change):
    written.fill(atlas_engine)
    before = len(stored(atlas_engine))
    with atlas_engine.begin() as connection:
        assert connection.execute(text(change)).rowcount
    left, now = stored(atlas_engine), made(atlas_engine)
    assert len(left) < before
    assert left.items() <= now.items()
    if len(left) > len(LANGUAGES):
        assert written.fill(atlas_engine) == len(now) - len(left)
    assert stored(atlas_engine).keys() >= left.keys()


def test_a_change_beside_the_writing_waits_and_leaves_nothing_old(atlas_engine, dial):
    """The writer sees the state of before; the change must not pass it by."""
    other = dial(atlas_engine.url.render_as_string(hide_password=False))
    columns, line = written._sql()
    values = {"lang": "de", "site": written.SITE, "licence": fields.LICENCE, "form": written.form()}

    def change():
        with other.begin() as connection:
            connection.execute(text("UPDATE practice SET place_name = 'Elsewhere' WHERE slug = 'imst-abc-cafe'"))

    with atlas_engine.begin() as connection:
        assert features.write(connection, columns, line, {**values, "after": 0, "most": 500})
        thread = threading.Thread(target=change)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(10)
    assert stored(atlas_engine).items() <= made(atlas_engine).items()
    assert len(stored(atlas_engine)) == len(made(atlas_engine)) // len(LANGUAGES) - 1


def test_what_an_earlier_version_wrote_is_written_again(settings, atlas_engine):
    written.fill(atlas_engine)
    with atlas_engine.begin() as connection:
        connection.execute(text("UPDATE practice_feature SET form = 'earlier', line = '{}'"))
    client = create_app(settings, atlas_engine).test_client()
    one = client.get("/ogc/collections/practices/items/imst-abc-cafe").json
    assert one["properties"]["country"] == "AT"
    assert written.fill(atlas_engine) == len(made(atlas_engine))
    assert stored(atlas_engine) == made(atlas_engine)


def test_many_new_features_are_counted_for_the_planner(atlas_engine, monkeypatch):
    monkeypatch.setattr(written, "BATCH", 40)
    assert written.fill(atlas_engine) == len(made(atlas_engine))
    with atlas_engine.connect() as connection:
        known = connection.execute(text("SELECT reltuples FROM pg_class WHERE relname = 'practice_feature'"))
        assert known.scalar_one() == len(made(atlas_engine))


def test_the_scribe_writes_whenever_something_has_changed(atlas_engine, tmp_path):
    scribe = written.Scribe(atlas_engine, AtHand(tmp_path))
    scribe.look()
    everything = made(atlas_engine)
    assert stored(atlas_engine) == everything
    with atlas_engine.begin() as connection:
        connection.execute(text(CHANGES["a practice"]))
    assert len(stored(atlas_engine)) == len(everything) - len(LANGUAGES)
    scribe.look()
    assert stored(atlas_engine) == made(atlas_engine)
