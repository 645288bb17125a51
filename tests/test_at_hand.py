"""Features at hand: the same bytes as from PostgreSQL, of the state of the data that a request sees, or none."""

import mmap
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from mapapp.database import StatementCount
from mapapp.factory import create_app
from mapapp.formats import at_hand, written
from mapapp.formats.at_hand import BETWEEN, AtHand, Held
from mapapp.i18n import LANGUAGES
from mapapp.queries import features

ITEMS = "/ogc/collections/practices/items"
CAFE = f"{ITEMS}/imst-abc-cafe"
PAGES = (
    f"{ITEMS}?limit=60",
    f"{ITEMS}?limit=7&offset=31",
    f"{ITEMS}?limit=50&country=AT",
    f"{ITEMS}?limit=50&sortby=-title",
    f"{ITEMS}?limit=50&filter=start_year>2010",
    f"{ITEMS}?limit=50&q=language",
    f"{ITEMS}?offset=4000",
    f"{ITEMS}?limit=20&f=geojsonseq",
    f"{ITEMS}?limit=20&f=html",
)
SITE = "https://atlas.localhost"


@pytest.fixture
def site(settings, atlas_engine):
    """An application whose worker has the features of all languages at hand."""
    app = create_app(settings, atlas_engine)
    keeper = app.extensions["at hand"]
    scribe = written.Scribe(atlas_engine, keeper)
    client = app.test_client()
    for lang in LANGUAGES:
        client.get(f"{CAFE}?lang={lang}", base_url=SITE)
    scribe.look()
    yield SimpleNamespace(app=app, keeper=keeper, scribe=scribe, engine=atlas_engine)
    keeper.close()


def asked(app, address, base=SITE):
    """What another visitor is given: nothing is kept of the answer before."""
    for shelf in ("shelf", "timed shelf"):
        app.extensions[shelf]._kept.clear()
    answer = app.test_client().get(address, base_url=base)
    found = answer.data if not answer.is_json else {**answer.json, "timeStamp": ""}
    return answer.status_code, found, [one for one in answer.headers if one[0] != "Content-Length"]


def change(engine, statement):
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_and_features_are_the_same_with_and_without(settings, site, lang):
    bare = create_app(settings, site.engine)
    for address in (*PAGES, CAFE):
        address += f"{'&' if '?' in address else '?'}lang={lang}"
        assert asked(site.app, address) == asked(bare, address)


def test_what_is_at_hand_asks_no_table(site):
    for address in (PAGES[0], PAGES[2], CAFE):
        asked(site.app, address)  # the columns are built
        with StatementCount(site.engine) as count:
            assert asked(site.app, address)[0] == 200
        assert [one for one in count.statements if "data_version" not in one] == []


def test_a_change_is_shown_at_once_and_then_at_hand_again(site):
    size = site.keeper._files["en"].tell()
    change(
        site.engine,
        "UPDATE practice_text SET title = 'Another title' WHERE language = 'en' AND practice_id = "
        "(SELECT id FROM practice WHERE slug = 'imst-abc-cafe')",
    )
    assert asked(site.app, CAFE)[1]["properties"]["title"] == "Another title"
    assert site.keeper.waits_for("en", site.scribe._done + 1)
    site.scribe.look()
    assert asked(site.app, CAFE)[1]["properties"]["title"] == "Another title"
    with StatementCount(site.engine) as count:
        asked(site.app, CAFE)
    assert [one for one in count.statements if "data_version" not in one] == []
    assert 0 < site.keeper._files["en"].tell() - size < size / 20  # nothing but what changed was read


def test_what_goes_is_nobodys_any_more(site):
    everything = asked(site.app, f"{ITEMS}?limit=1000")[1]
    with site.engine.begin() as connection:
        key = connection.execute(text("DELETE FROM practice WHERE slug = 'imst-abc-cafe' RETURNING id")).scalar_one()
    site.scribe.look()
    held = site.keeper.find("en", f"{SITE}/en", site.scribe._done)
    assert held.one("imst-abc-cafe") is None
    assert held.many([key]) is None
    assert asked(site.app, CAFE)[0] == 404
    left = asked(site.app, f"{ITEMS}?limit=1000")[1]
    assert [one for one in everything["features"] if one["id"] != "imst-abc-cafe"] == left["features"]


def test_a_key_that_moves_to_another_practice_leads_to_that_one(site):
    change(site.engine, "UPDATE practice SET slug = 'somewhere-else' WHERE slug = 'imst-abc-cafe'")
    site.scribe.look()
    assert asked(site.app, CAFE)[0] == 404
    assert asked(site.app, f"{ITEMS}/somewhere-else")[1]["id"] == "somewhere-else"


def test_another_address_of_the_site_gets_its_own(site):
    for base in (SITE, "https://other.localhost"):
        assert (
            f'"url":"{base}/en/practices/imst-abc-cafe"'.encode()
            in site.app.test_client().get(CAFE, base_url=base).data
        )
        assert base in str(asked(site.app, PAGES[0], base)[1]["features"][0]["properties"]["url"])


def test_while_features_are_missing_none_are_held(settings, atlas_engine):
    app = create_app(settings, atlas_engine)
    keeper = app.extensions["at hand"]
    assert asked(app, CAFE)[0] == 200
    written.fill(atlas_engine)
    change(atlas_engine, "DELETE FROM practice_feature WHERE practice_id = (SELECT min(id) FROM practice)")
    keeper.renew(atlas_engine, "en", written.form())
    with atlas_engine.connect() as connection:
        version = features.version(connection)
    assert keeper.waits_for("en", version)
    written.fill(atlas_engine)
    keeper.renew(atlas_engine, "en", written.form())
    assert not keeper.waits_for("en", version)
    keeper.close()


def test_one_language_is_at_hand_before_the_others_are_written(settings, atlas_engine):
    app = create_app(settings, atlas_engine)
    assert asked(app, CAFE)[0] == asked(app, f"{CAFE}?lang=de")[0] == 200
    written.fill(atlas_engine, ("en",))
    keeper = app.extensions["at hand"]
    for lang in ("en", "de"):
        keeper.renew(atlas_engine, lang, written.form())
    with atlas_engine.connect() as connection:
        version = features.version(connection)
    assert [keeper.waits_for(lang, version) for lang in LANGUAGES] == [False, True, False]
    keeper.close()


def test_what_was_thrown_out_does_not_pile_up(site):
    for _turn in range(4):
        change(site.engine, "UPDATE practice_text SET title = title || '!'")
        site.scribe.look()
        held = site.keeper._held["en"]
        assert site.keeper._files["en"].tell() <= 3 * int((held.ends - held.starts).sum())
    assert asked(site.app, f"{CAFE}?lang=de")[1]["properties"]["title"].endswith("!!!!")


def test_after_a_restore_nothing_of_the_table_before_is_shown(site):
    """Its numbers begin anew: what was written since the last one would be nothing."""
    with site.engine.begin() as connection:
        connection.execute(text("CREATE TABLE restored (LIKE practice_feature INCLUDING ALL)"))
        connection.execute(text("DROP TABLE practice_feature"))
        connection.execute(text("ALTER TABLE restored RENAME TO practice_feature"))
        connection.execute(text("UPDATE practice SET place_name = 'Elsewhere' WHERE slug = 'imst-abc-cafe'"))
    site.scribe.look()
    with site.engine.connect() as connection:
        assert site.keeper._held["en"].version == features.version(connection)
    assert asked(site.app, CAFE)[1]["properties"]["place"] == "Elsewhere"


def test_on_a_full_disk_features_come_from_the_database(site, monkeypatch):
    monkeypatch.setattr(at_hand.shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(1, 1, 0))
    change(site.engine, "UPDATE practice SET place_name = 'Elsewhere' WHERE slug = 'imst-abc-cafe'")
    with pytest.raises(OSError, match="nearly full"):
        site.scribe.look()
    assert asked(site.app, CAFE)[1]["properties"]["place"] == "Elsewhere"


def test_without_practices_there_is_nothing_to_hold(settings, atlas_engine):
    app = create_app(settings, atlas_engine)
    with atlas_engine.begin() as connection:
        connection.execute(text("TRUNCATE practice CASCADE"))
    assert asked(app, CAFE)[0] == 404
    written.Scribe(atlas_engine, app.extensions["at hand"]).look()
    assert asked(app, CAFE)[0] == 404
    assert asked(app, PAGES[0])[1]["features"] == []
    app.extensions["at hand"].close()


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=30), st.data())
def test_any_keys_in_any_order_give_their_features(lines, data):
    lengths = np.array([len(line) for line in lines])
    starts = np.cumsum(lengths + len(BETWEEN)) - lengths - len(BETWEEN)
    nothing = np.zeros(0, np.int64).data
    whole = mmap.mmap(-1, int(lengths.sum()) + len(BETWEEN) * len(lines))
    whole.write(BETWEEN.join([*lines, b""]))
    held = Held("", 1, 1, 1, starts, starts + lengths, nothing, nothing, memoryview(whole))
    keys = data.draw(st.lists(st.integers(0, len(lines) - 1)))
    assert BETWEEN.join(held.many(keys)) == BETWEEN.join([lines[key] for key in keys])
    assert held.many([*keys, len(lines)]) is None
    assert held.one("any") is None


def test_files_of_features_have_no_name(tmp_path, atlas_engine):
    keeper = AtHand(tmp_path / "features")
    keeper.find("en", f"{SITE}/en", 0)
    written.Scribe(atlas_engine, keeper).look()
    assert keeper._files["en"].tell() > 100_000
    assert list((tmp_path / "features").iterdir()) == []
    keeper.close()


def test_slugs_of_one_hash_are_told_apart(settings, atlas_engine, monkeypatch):
    monkeypatch.setattr(at_hand, "hash", lambda _slug: 1, raising=False)
    app = create_app(settings, atlas_engine)
    asked(app, CAFE)
    written.Scribe(atlas_engine, app.extensions["at hand"]).look()
    for one in asked(app, f"{ITEMS}?limit=5")[1]["features"]:
        assert asked(app, f"{ITEMS}/{one['id']}")[1]["id"] == one["id"]
    assert asked(app, f"{ITEMS}/nowhere")[0] == 404
    app.extensions["at hand"].close()
