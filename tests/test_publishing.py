"""What an approval does to the public rows: seen at once everywhere, kept by imports, undone, retired, merged."""

import shutil

import pytest
from sqlalchemy import text

from geodata.load import STARTING_DATA, load
from mapapp.queries import practice_page, records
from mapapp.queries.values import of_evaluation, of_practice, of_service
from mapapp.writing import moderation
from mapapp.writing.moderation import Conflict
from tests.proposing import SITE, actor, practice_values, propose, publish, service_values, titled

SHOWN = "imst-abc-cafe"


@pytest.fixture
def connection(session):
    return session.connection()


@pytest.fixture
def cast(connection):
    return actor(connection, "partner", "house"), actor(connection, "moderator")


def row(connection, slug, columns):
    return connection.execute(text(f"SELECT {columns} FROM practice WHERE slug = :slug"), {"slug": slug}).one()


def source_versions(connection, slug):
    found = connection.execute(
        text("SELECT language, source_version FROM practice_text JOIN practice ON id = practice_id WHERE slug = :slug"),
        {"slug": slug},
    )
    return dict(found.all())


def test_what_was_proposed_is_what_is_published(connection, cast):
    contact = {"contact_name": "An office", "contact_mail": None, "contact_public": False}
    values = practice_values(
        **contact,
        territories=["AT33", "AT332"],
        texts={
            "en": dict(practice_values()["texts"]["en"]),
            "de": dict(practice_values()["texts"]["en"]) | {"title": "Garten", "origin": "translator"},
        },
    )
    slug = publish(connection, *cast, values)
    known = of_practice(connection, slug)
    expected = values | {"place_id": known.values["place_id"]}
    for words in expected["texts"].values():
        words["source_version"] = 1
    assert known == (1, expected)
    found = row(connection, slug, "nuts_code, place_id, confirmed_on")
    assert found.nuts_code == "AT332"
    named = text("SELECT name FROM place WHERE geoname_id = :id")
    assert connection.execute(named, {"id": found.place_id}).scalar() == "Innsbruck"
    assert found.confirmed_on is None
    offered = service_values(location={"lon": 11.4, "lat": 47.26}, location_kind="address")
    slug = publish(connection, *cast, offered, kind="service")
    published = of_service(connection, slug)
    texts = {"en": offered["texts"]["en"] | {"source_version": 1}}
    assert published == (1, offered | {"place_id": published.values["place_id"], "texts": texts})


def test_a_change_grows_the_version_and_leaves_translations_older_than_their_source(connection, cast):
    texts = {
        "en": dict(practice_values()["texts"]["en"]),
        "de": dict(practice_values()["texts"]["en"]) | {"title": "Garten", "origin": "translator"},
    }
    slug = publish(connection, *cast, practice_values(texts=texts))
    values = of_practice(connection, slug).values
    values["texts"]["en"]["summary"] = "They meet on Fridays."
    assert publish(connection, *cast, values, action="change", slug=slug) == slug
    assert row(connection, slug, "version").version == 2
    assert source_versions(connection, slug) == {"en": 2, "de": 1}
    values = of_practice(connection, slug).values
    values["texts"]["de"] |= {"summary": "Sie treffen sich freitags.", "source_version": None}
    publish(connection, *cast, values, action="change", slug=slug)
    assert source_versions(connection, slug) == {"en": 2, "de": 3}
    values = of_practice(connection, slug).values
    values["language"] = "de"
    del values["texts"]["en"]
    publish(connection, *cast, values, action="change", slug=slug)
    assert of_practice(connection, slug).values["texts"].keys() == {"de"}


def test_an_address_is_made_once_from_the_title_and_belongs_to_one_record_for_good(connection, cast):
    one = publish(connection, *cast, titled("Café für Zürich & Łódź!"))
    assert one == "cafe-fur-zurich-lodz"
    two = publish(connection, *cast, titled("Cafe fur Zurich Lodz"))
    assert two == f"{one}-2"
    publish(connection, *cast, titled("Renamed"), action="change", slug=one)
    assert row(connection, one, "slug").slug == one
    publish(connection, *cast, {}, action="retire", slug=two, note="It ended")
    assert publish(connection, *cast, titled("Cafe fur Zurich Lodz")) == f"{one}-3"
    assert publish(connection, *cast, titled("Σπίτι γλωσσών")) == "practice"
    assert len(publish(connection, *cast, titled("long " * 60))) <= 70


def test_a_record_is_confirmed_when_a_member_of_its_owner_sends_it(connection):
    owner = actor(connection, "partner", "owner-house")
    stranger = actor(connection, "partner", "house")
    moderator = actor(connection, "moderator")
    slug = publish(connection, owner, moderator, practice_values(owner="owner-house"))
    first = row(connection, slug, "confirmed_on, confirmed_by")
    assert first.confirmed_by == "owner-house"
    assert first.confirmed_on is not None
    connection.execute(text("UPDATE practice SET confirmed_on = NULL, confirmed_by = NULL"))
    publish(connection, stranger, moderator, practice_values(owner="owner-house"), action="change", slug=slug)
    assert row(connection, slug, "confirmed_on").confirmed_on is None


def test_a_retired_record_leaves_every_public_table_and_comes_back_whole(connection, cast):
    before = of_practice(connection, "imst-abc-cafe")
    connection.execute(
        text(
            "INSERT INTO evaluation (practice_id, criterion, source_url, evaluator) "
            "SELECT id, (SELECT key FROM term WHERE vocabulary = 'criterion' LIMIT 1), 'https://example.org/', 'x' "
            "FROM practice WHERE slug = 'imst-abc-cafe'"
        )
    )
    said = of_evaluation(connection, SHOWN, evaluator="x")
    number = connection.execute(text("SELECT count(*) FROM evaluation")).scalar_one()
    publish(connection, *cast, {}, action="retire", slug=SHOWN, note="It ended")
    assert of_practice(connection, SHOWN) is None
    assert records.former(connection, "practice", SHOWN)[:2] == (None, "It ended")
    assert connection.execute(text("SELECT count(*) FROM evaluation")).scalar_one() < number
    base = connection.execute(text("SELECT base FROM proposal WHERE action = 'retire'")).scalar_one()
    assert publish(connection, *cast, base, slug=SHOWN) == SHOWN
    after = of_practice(connection, SHOWN)
    assert after.version > before.version
    plain = [
        {name: value for name, value in one.values.items() if name not in ("texts", "place_id")}
        for one in (before, after)
    ]
    assert plain[0] == plain[1]
    assert of_evaluation(connection, SHOWN, evaluator="x").values == said.values
    assert connection.execute(text("SELECT count(*) FROM evaluation")).scalar_one() == number
    assert records.former(connection, "practice", SHOWN) is None


def test_a_merged_record_leads_to_the_other_with_all_that_led_to_it(connection, cast):
    one, two, three = (publish(connection, *cast, titled(name)) for name in ("One", "Two", "Three"))
    moderator, other = cast[1], actor(connection, "admin")
    for gone, into in ((one, two), (two, three)):
        saved = propose(connection, moderator, {"into": into}, action="merge", slug=gone)
        moderation.approve(connection, other, saved.public_id, 1, SITE)
    assert records.former(connection, "practice", one).moved_to == three
    assert records.former(connection, "practice", two).moved_to == three
    assert of_practice(connection, three).version == 1
    late = propose(connection, cast[0], titled("Late"), action="change", slug=three)
    publish(connection, *cast, {}, action="retire", slug=three)
    with pytest.raises(Conflict) as caught:
        moderation.approve(connection, moderator, late.public_id, 1, SITE)
    assert (caught.value.what, caught.value.current) == ("stale", None)


def test_an_evaluation_replaces_what_its_evaluator_said_before(connection):
    author, moderator = actor(connection, "admin"), actor(connection, "moderator")
    keys = connection.execute(text("SELECT key FROM term WHERE vocabulary = 'criterion' ORDER BY position")).scalars()
    first, second = list(keys)[:2]
    said = {"level": "high", "strength": "Strong", "room_for_improvement": None, "evidence": "Seen"}
    values = {
        "practice": SHOWN,
        "framework": "REGIN",
        "version": "2021",
        "evaluator": "A region",
        "date": "2026-05",
        "source_url": None,
        "language": "en",
        "criteria": {first: said, second: said | {"level": "low"}},
    }
    draft = {"kind": "evaluation", "slug": SHOWN}
    publish(connection, author, moderator, values, **draft)
    assert of_evaluation(connection, SHOWN, evaluator="A region").values == values
    shown = [one for one in practice_page.detail(connection, SHOWN, "de").evaluations if one.evaluator == "A region"]
    assert {(one.version, one.evidence, one.evidence_language) for one in shown} == {("2021", "Seen", "en")}
    changed = values | {"criteria": {second: said}}
    late = propose(connection, author, values | {"date": "2025"}, action="change", **draft)
    publish(connection, author, moderator, changed, action="change", **draft)
    assert of_evaluation(connection, SHOWN, evaluator="A region").values == changed
    with pytest.raises(Conflict):
        moderation.approve(connection, moderator, late.public_id, 1, SITE)


def test_an_import_leaves_alone_what_was_changed_retired_or_said_anew_here(atlas_engine, tmp_path):
    with atlas_engine.begin() as connection:
        author, moderator = actor(connection, "admin"), actor(connection, "moderator")
        slugs = list(
            connection.execute(
                text("SELECT DISTINCT slug FROM practice JOIN evaluation ON practice_id = practice.id ORDER BY slug")
            ).scalars()
        )
        changed, retired, evaluated = slugs[:3]
        values = of_practice(connection, changed).values | {"organisation": "Changed here"}
        publish(connection, author, moderator, values, action="change", slug=changed)
        publish(connection, author, moderator, {}, action="retire", slug=retired)
        said = of_evaluation(connection, evaluated).values
        kept = dict(list(said["criteria"].items())[:1])
        kept[next(iter(kept))] |= {"strength": "Said here"}
        draft = {"kind": "evaluation", "slug": evaluated, "action": "change"}
        publish(connection, author, moderator, said | {"criteria": kept}, **draft)
    folder = tmp_path / "data"
    shutil.copytree(STARTING_DATA, folder)
    for name in ("practices.csv", "practice_evaluations.csv"):
        path = folder / name
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        path.write_text("\n".join([lines[0], *(line.replace(" the ", " the very ") for line in lines[1:])]))
    report = load(atlas_engine, folder)
    assert report.loaded, list(report.lines())
    with atlas_engine.connect() as connection:
        assert of_practice(connection, changed).values["organisation"] == "Changed here"
        assert of_practice(connection, retired) is None
        assert of_evaluation(connection, evaluated).values["criteria"] == kept


def test_a_place_is_as_precise_as_its_kind(connection, cast):
    codes = {}
    for kind in ("address", "region", "country"):
        slug = publish(connection, *cast, titled(kind, location_kind=kind))
        codes[kind] = row(connection, slug, "nuts_code").nuts_code
    assert codes == {"address": "AT332", "region": "AT33", "country": "AT"}
    nowhere = titled("Nowhere", location=None, location_kind=None)
    assert row(connection, publish(connection, *cast, nowhere), "nuts_code").nuts_code is None


def test_a_draft_is_seen_nowhere_and_an_approval_everywhere(people_app, people_engine, anyone):
    word = "Quittenblütenfest"
    with people_engine.begin() as connection:
        author, moderator = actor(connection, "partner", "house"), actor(connection, "moderator")
        saved = propose(connection, author, titled(f"{word} in Innsbruck"))
    places = {
        "list": f"/en/?q={word}",
        "search": f"/practices.geojson?q={word}",
        "file": "/practices.csv",
        "feed": "/en/feed.atom",
        "site map": "/sitemap.xml",
        "all": "/practices.geojson",
        "map": "/practices.geojson?bbox=11.40,47.26,11.41,47.28",
    }

    def shown():
        return {name for name, path in places.items() if seen(anyone.get(path).get_data(as_text=True))}

    def seen(body):
        return f"{word} in Innsbruck" in body or "quittenblutenfest-in-innsbruck" in body

    assert shown() == set()
    for rule in people_app.url_map.iter_rules():
        if rule.endpoint == "mailbox.index":  # the mail to its author, on their own machine
            continue
        if "GET" in (rule.methods or ()) and not rule.arguments - {"lang"}:
            path = rule.build({"lang": "en"}, append_unknown=False)[1]
            body = anyone.get(f"{path}?q={word}").get_data().decode(errors="replace")  # some are no text
            assert not seen(body.replace(f'value="{word}', "")), path
    assert anyone.get("/en/practices/quittenblutenfest-in-innsbruck").status_code == 404
    with people_engine.begin() as connection:
        moderation.approve(connection, moderator, saved.public_id, 1, SITE)
    assert shown() == set(places)
    assert anyone.get("/en/practices/quittenblutenfest-in-innsbruck").status_code == 200

    with people_engine.begin() as connection:
        publish(connection, author, moderator, {}, action="retire", slug="quittenblutenfest-in-innsbruck")
    assert shown() == set()
    gone = anyone.get("/de/practices/quittenblutenfest-in-innsbruck")
    assert gone.status_code == 410
    with people_engine.begin() as connection:
        other = publish(connection, author, moderator, titled("One of two"))
        publish(connection, moderator, actor(connection, "admin"), {"into": SHOWN}, action="merge", slug=other)
    moved = anyone.get(f"/de/practices/{other}?q=x")
    assert (moved.status_code, moved.location) == (301, f"/de/practices/{SHOWN}?q=x")
    assert anyone.get("/de/practices/never-there").status_code == 404
