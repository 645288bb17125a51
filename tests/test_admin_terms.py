"""Terms that admins add, and merges that they take back."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import Engine, text

from geodata.load import STARTING_DATA, load
from mapapp.queries import records
from mapapp.writing import moderation, term_merging, vocabulary

from .people import PersonClient
from .proposing import SITE, actor, practice_values, propose, publish
from .test_admin_vocabulary import HTML, Admin, found, rows

NEW = "/en/admin/vocabularies/theme/new"
CLIMATE = {
    "label-en": "Climate & <i>energy</i>",
    "label-de": "Klima",
    "synonyms-de": "Wetterwunsch",
    "after": "housing",
    "colour": "spare-b",
    "icon": "leaf",
}


def test_a_new_theme_is_offered_found_and_drawn_at_once(
    people_app: Any, admin_client: PersonClient, anyone: PersonClient, person: Any
) -> None:
    engine = people_app.extensions["engine"]
    page = admin_client.get(NEW).text
    assert 'value="spare-a"' in page
    before = anyone.get("/it/", headers=HTML)
    answer = admin_client.send(NEW, CLIMATE)
    assert answer.location == "/en/admin/vocabularies/theme/climate-i-energy-i?done=added"
    key = "climate-i-energy-i"
    with engine.begin() as connection:
        values = practice_values(themes=[key], location={"lon": -8.2, "lat": 53.4}, country="IE")
        slug = publish(connection, actor(connection, "partner"), actor(connection, "moderator"), values)
    explore = anyone.get("/it/", headers=HTML | {"If-None-Match": before.headers["ETag"]}).text
    option = explore[explore.index(f'data-value="{key}"') :][:600]
    assert "theme-spare-b" in option
    assert "#leaf" in option
    assert "Climate &amp; &lt;i&gt;energy&lt;/i&gt;" in option  # Italian falls back
    looks = re.findall(r'data-looks="([^"]*)"', explore)
    assert json.loads(looks[0].replace("&#34;", '"')) == {key: ["spare-b", "leaf"]}
    assert found(anyone, f"/de/?theme={key}") == found(anyone, "/de/?q=Wetterwunsch") == 1
    for address in (f"/en/practices/{slug}", f"/en/?theme={key}", "/en/insights", f"/en/practices/{slug}/card"):
        assert "theme-spare-b" in anyone.get(address, headers=HTML).text, address
    order = [one.key for one in rows(engine, "SELECT key FROM term WHERE vocabulary = 'theme' ORDER BY position, key")]
    assert order.index(key) == order.index("housing") + 1
    form = person("partner", "first-organisation").get("/de/contribute/practices/new").text
    assert re.search(rf'class="choice theme-spare-b"><input type="checkbox" name="themes" value="{key}"', form)
    (noted,) = rows(engine, "SELECT subject, details FROM audit_entry WHERE action = 'term_added'")
    assert noted.subject == f"term:theme/{key}"
    assert noted.details["icon"] == "leaf"
    # Its look can be another later; one that there is not is none.
    address = f"/en/admin/vocabularies/theme/{key}"
    assert admin_client.send(f"{address}/look", {"colour": "spare-c", "icon": "globe"}).status_code == 303
    assert "theme-spare-c" in anyone.get(f"/en/practices/{slug}").text
    assert admin_client.send(f"{address}/look", {"colour": "#ff0000", "icon": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"label-en": ""}, "label-en"),
        ({"label-en": "Housing", "key": "homes"}, "label-en"),
        ({"label-de": "Wohnen"}, "label-de"),
        ({"key": "housing"}, "key"),
        ({"key": "Über uns"}, "key"),
        ({"key": "new"}, "key"),
        ({"key": "spare-a"}, "key"),
        ({"label-en": "Ελλάδα"}, "key"),
        ({"colour": ""}, "colour"),
        ({"colour": "javascript"}, "colour"),
        ({"icon": "menu"}, "icon"),
    ],
)
def test_what_cannot_be_added_is_told_at_the_field(
    admin_client: PersonClient, sent: dict[str, str], field: str
) -> None:
    answer = admin_client.send(NEW, {"label-en": "Something new", "colour": "spare-d", "icon": "bike"} | sent)
    assert answer.status_code == 422
    assert f'id="{field}-fault-1"' in answer.text
    assert "Something new" in answer.text or "label-en" in sent


def test_a_key_that_nobody_wrote_is_not_at_fault(admin_client: PersonClient) -> None:
    answer = admin_client.send(NEW, {"label-en": "", "key": "", "colour": "spare-d", "icon": "bike"})
    assert 'id="label-en-fault-1"' in answer.text
    assert 'id="key-fault-1"' not in answer.text


def test_the_top_of_the_page_leads_to_everything_that_is_not_right(admin_client: PersonClient) -> None:
    page = admin_client.send(NEW, {"label-en": "", "key": "Not A Key"})
    assert page.status_code == 422
    head = page.text[: page.text.index('<form class="stack"')]
    for at in ("label-en", "key", "colour", "icon"):
        assert f'href="#{at}"' in head, at
        assert f'id="{at}"' in page.text, at


def test_terms_are_added_where_nothing_relies_on_them(people_app: Any, admin_client: PersonClient) -> None:
    kind = "/en/admin/vocabularies/organisation_type/new"
    assert admin_client.send(kind, {"label-en": "Library", "colour": "spare-a"}).status_code == 303
    (row,) = rows(people_app.extensions["engine"], "SELECT colour, icon FROM term WHERE key = 'library'")
    assert tuple(row) == (None, None)
    for name in ("status", "criterion", "nothing"):
        address = f"/en/admin/vocabularies/{name}/new"
        assert admin_client.get(address).status_code == 404
        assert admin_client.send(address, {"label-en": "Odd"}).status_code == 404


TABLES = {
    "term": "vocabulary, key, position, retired_at IS NULL, colour, icon",
    "term_label": "*",
    "term_synonym": "*",
    "former_term": "vocabulary, key, moved_to",
    "practice_term": "*",
    "need": "id, theme",
    "practice": "id, organisation_type",
    "service": "id, category",
    "proposal": "id, values, base",
}


def everything(engine: Engine) -> dict[str, list[Any]]:
    return {name: sorted(map(str, rows(engine, f"SELECT {what} FROM {name}"))) for name, what in TABLES.items()}


@pytest.fixture
def proposed(atlas_engine: Engine) -> Engine:
    """The starting data with a published practice, and proposals that name what is merged."""
    with atlas_engine.begin() as connection:
        partner, moderator = actor(connection, "partner"), actor(connection, "moderator")
        publish(connection, partner, moderator, practice_values(themes=["culture-sport", "participation", "housing"]))
        propose(connection, partner, practice_values(themes=["housing", "culture-sport"], organisation_type="ngo"))
    return atlas_engine


def test_a_merge_that_is_undone_leaves_nothing_behind_and_a_load_changes_nothing(proposed: Engine) -> None:
    admin = Admin(proposed)
    with proposed.begin() as connection:
        new = vocabulary.New("climate", {"en": "Climate", "de": "Klima"}, {"de": ["Wetter"]}, "housing")
        vocabulary.add(connection, admin, "theme", new)
    before = everything(proposed)
    for name, key, into in (
        ("theme", "culture-sport", "participation"),
        ("target_group", "women", "youth"),
        ("organisation_type", "ngo", "social-enterprise"),
        ("service_category", "legal", "counselling"),
    ):
        with proposed.begin() as connection:
            if not rows(proposed, "SELECT 1 FROM term WHERE vocabulary = :v AND key = :k", v=name, k=into):
                into = rows(proposed, "SELECT key FROM term WHERE vocabulary = :v AND key <> :k", v=name, k=key)[0].key
            merged = term_merging.merge(connection, admin, name, key, into)
        assert everything(proposed) != before
        with proposed.begin() as connection:
            assert term_merging.part(connection, admin, name, key) == merged
        assert everything(proposed) == before, name
    entries = rows(proposed, "SELECT details FROM audit_entry WHERE action = 'terms_parted'")
    assert len(entries) == 4
    assert entries[0].details["into"] == "participation"
    report = str(load(proposed, STARTING_DATA))
    assert everything(proposed) == before, report
    assert "climate" not in report


def test_what_was_changed_since_the_merge_stays(proposed: Engine) -> None:
    admin = Admin(proposed)
    with proposed.begin() as connection:
        term_merging.merge(connection, admin, "theme", "culture-sport", "participation")
        had = [
            one.slug
            for one in connection.execute(
                text(
                    "SELECT slug FROM practice JOIN practice_term ON practice_id = practice.id "
                    "WHERE vocabulary = 'theme' AND key = 'participation' ORDER BY slug"
                )
            )
        ]
        kept = connection.execute(text("SELECT kept FROM former_term WHERE key = 'culture-sport'")).scalar_one()
        alone = [slug for slug, _place, both in kept["records"]["with"] if not both]
        lost, proposed_on = alone[0], alone[1]
        # One record has another theme since; somebody has begun to change a second one.
        connection.execute(
            text(
                "UPDATE practice_term SET key = 'governance' WHERE key = 'participation' AND practice_id = "
                "(SELECT id FROM practice WHERE slug = :s)"
            ),
            {"s": lost},
        )
        base = records.known(connection, "practice", proposed_on)
        assert base
        partner = actor(connection, "partner")
        values = base.values | {"organisation": "Another house"}
        saved = propose(connection, partner, values, action="change", slug=proposed_on)
    with proposed.begin() as connection:
        term_merging.part(connection, admin, "theme", "culture-sport")
        now = {
            slug: set(keys)
            for slug, keys in connection.execute(
                text(
                    "SELECT slug, array_agg(key) FROM practice JOIN practice_term ON practice_id = practice.id "
                    "WHERE vocabulary = 'theme' GROUP BY slug"
                )
            )
        }
        assert "culture-sport" not in now[lost]
        assert {"culture-sport"} <= now[proposed_on]
        assert "participation" not in now[proposed_on]
        assert {slug for slug in now if "culture-sport" in now[slug]} <= set(had)
        row = connection.execute(
            text("SELECT values, base, revision FROM proposal WHERE public_id = :i"), {"i": saved.public_id}
        ).one()
        assert "culture-sport" in row.values["themes"]
        assert row.base["themes"] == row.values["themes"]
        # It counts as changed: who looked at it before decides on something else.
        assert row.revision > saved.revision
        moderator = actor(connection, "moderator")
        with pytest.raises(moderation.Conflict):
            moderation.approve(connection, moderator, saved.public_id, saved.revision, SITE)
        moderation.approve(connection, moderator, saved.public_id, row.revision, SITE)


def test_what_cannot_be_undone_says_why(atlas_engine: Engine) -> None:
    admin = Admin(atlas_engine)
    with atlas_engine.begin() as connection:
        term_merging.merge(connection, admin, "theme", "culture-sport", "participation")
        term_merging.merge(connection, admin, "theme", "participation", "governance")
        term_merging.merge(connection, admin, "theme", "health", "housing")
        vocabulary.say(connection, admin, "theme", "language", {"de": "Gesundheit"}, {})
        label = connection.execute(
            text("SELECT kept #>> '{labels}' FROM former_term WHERE key = 'health'")
        ).scalar_one()
        assert "Gesundheit" in label
    for key, reason in (("culture-sport", "later"), ("nothing", "unknown"), ("health", "taken")):
        with atlas_engine.begin() as connection, pytest.raises(vocabulary.Refused) as refused:
            term_merging.part(connection, admin, "theme", key)
        assert refused.value.reason == reason
    with atlas_engine.begin() as connection, pytest.raises(vocabulary.Refused) as refused:
        vocabulary.add(connection, admin, "theme", vocabulary.New("health", {"en": "Well-being"}, {}))
    assert refused.value.reason == "former"
    with atlas_engine.begin() as connection:
        term_merging.part(connection, admin, "theme", "participation")
        term_merging.part(connection, admin, "theme", "culture-sport")
        statement = text("SELECT key FROM former_term ORDER BY key")
        assert list(connection.execute(statement).scalars()) == ["health"]


def test_a_merge_is_undone_on_the_page_of_the_term_that_stayed(
    people_app: Any, admin_client: PersonClient, anyone: PersonClient
) -> None:
    number = found(anyone, "/en/?target_group=women")
    address = "/en/admin/vocabularies/target_group"
    other = rows(
        people_app.extensions["engine"], "SELECT key FROM term WHERE vocabulary = 'target_group' AND key <> 'women'"
    )[0].key
    assert admin_client.send(f"{address}/women/merge", {"into": other, "sure": "1"}).status_code == 303
    page = admin_client.get(f"{address}/{other}").text
    assert 'value="women"' in page
    assert '<th scope="row">Women <span class="hint">women</span>' in page
    german = admin_client.get(f"/de/admin/vocabularies/target_group/{other}").text
    assert '<th scope="row">Frauen <span class="hint">women</span>' in german
    actions = set(re.findall(r'<form[^>]* action="(/en/admin/[^"]*)"', page))
    assert {f"{address}/{other}{end}" for end in ("", "/retired", "/merge", "/part")} <= actions
    before = anyone.get("/en/", headers=HTML).headers["ETag"]
    answer = admin_client.send(f"{address}/{other}/part", {"former": "women"})
    assert answer.location == f"{address}/women?done=parted"
    assert anyone.get("/en/", headers=HTML | {"If-None-Match": before}).status_code == 200
    assert found(anyone, "/en/?target_group=women") == number
    assert admin_client.send(f"{address}/{other}/part", {"former": "women"}).status_code == 409
