"""Vocabularies in the hands of admins: what they change is seen and found at once, and no load takes it back."""

import re
from typing import Any

import pytest
from sqlalchemy import Engine, text

from geodata.load import STARTING_DATA, load
from mapapp.atlas import Atlas
from mapapp.search import Search, parse
from mapapp.writing import term_merging, vocabulary

from .people import PersonClient

HTML = {"Accept": "text/html"}


class Admin:
    """Somebody who acts on the tables themselves."""

    def __init__(self, engine: Engine) -> None:
        with engine.begin() as connection:
            statement = text("INSERT INTO account (mail, role) VALUES ('admin@example.org', 'admin') RETURNING id")
            self.id = connection.execute(statement).scalar_one()


def rows(engine: Engine, statement: str, **values: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(statement), values))


def found(client: Any, address: str) -> int:
    """Return how many records a page says that there are."""
    page = client.get(address, headers=HTML).text
    return int(page.split('data-total="')[1].split('"')[0])


def test_new_words_are_shown_and_found_at_once(
    people_app: Any, admin_client: PersonClient, anyone: PersonClient
) -> None:
    before = anyone.get("/de/", headers=HTML)
    assert found(anyone, "/de/?q=Bleibewunsch") == 0
    housing = found(anyone, "/de/?theme=housing")
    page = admin_client.get("/en/admin/vocabularies/theme/housing").text
    assert 'name="label-de"' in page
    answer = admin_client.send(
        "/en/admin/vocabularies/theme/housing",
        {"label-en": "Housing", "label-de": "Wohnen & <b>Bleiben</b>", "synonyms-de": "Bleibewunsch\n\n bleibewunsch "},
    )
    assert answer.location == "/en/admin/vocabularies/theme/housing?done=saved"
    after = anyone.get("/de/", headers=HTML | {"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Wohnen &amp; &lt;b&gt;Bleiben&lt;/b&gt;" in after.text
    assert found(anyone, "/de/?q=Bleibewunsch") == housing
    noted = rows(people_app.extensions["engine"], "SELECT details FROM audit_entry WHERE action = 'term_changed'")
    assert noted[-1].details["labels"]["de"] == "Wohnen & <b>Bleiben</b>"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"label-en": ""}, "label-en"),
        ({"label-en": "Employment"}, "label-en"),
        ({"label-en": "Health", "label-de": "x" * 121}, "label-de"),
        ({"label-en": "Health", "synonyms-fr": "\n".join(f"mot{n}" for n in range(101))}, "synonyms-fr"),
    ],
)
def test_what_cannot_be_said_is_told_at_the_field(admin_client: PersonClient, sent: dict[str, str], field: str) -> None:
    answer = admin_client.send("/en/admin/vocabularies/theme/health", sent)
    assert answer.status_code == 422
    assert f'id="{field}-fault-1"' in answer.text
    assert f'<li><a href="#{field}">' in answer.text


def test_terms_change_places(people_app: Any, admin_client: PersonClient) -> None:
    def order() -> list[str]:
        statement = "SELECT key FROM term WHERE vocabulary = 'dimension' ORDER BY position"
        return [one.key for one in rows(people_app.extensions["engine"], statement)]

    before = order()
    assert admin_client.send("/en/admin/vocabularies/dimension", {"key": before[0], "by": "1"}).status_code == 303
    assert order() == [before[1], before[0], *before[2:]]
    assert admin_client.send("/en/admin/vocabularies/dimension", {"key": before[0], "by": "x"}).status_code == 404
    assert admin_client.send("/en/admin/vocabularies/dimension", {"key": "no", "by": "1"}).status_code == 404
    assert admin_client.get("/en/admin/vocabularies/no").status_code == 404


def test_a_merged_term_leads_to_the_other(people_app: Any, admin_client: PersonClient, anyone: PersonClient) -> None:
    engine = people_app.extensions["engine"]
    both = found(anyone, "/en/?theme=culture-sport&theme=participation")
    assert both > found(anyone, "/en/?theme=participation")
    words = found(anyone, "/en/?q=Sport")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO proposal (kind, action, values, base) VALUES ('practice', 'create', "
                """'{"themes": ["culture-sport", "participation"], "title": "x"}', null)"""
            )
        )
    address = "/en/admin/vocabularies/theme/culture-sport/merge"
    assert admin_client.send(address, {"into": "participation"}).status_code == 422  # not sure yet
    answer = admin_client.send(address, {"into": "participation", "sure": "1"})
    assert answer.location == "/en/admin/vocabularies/theme/participation?done=merged"
    for theme in ("culture-sport", "participation"):
        assert found(anyone, f"/en/?theme={theme}") == both, theme
    page = anyone.get("/en/?theme=culture-sport", headers=HTML).text
    assert "not among the choices" not in page
    assert 'data-value="culture-sport"' not in page
    assert found(anyone, "/en/?q=Sport") >= words
    assert anyone.get("/practices.geojson?theme=culture-sport").status_code == 200
    (proposal,) = rows(engine, "SELECT values FROM proposal")
    assert proposal.values == {"themes": ["participation"], "title": "x"}
    assert admin_client.send(address, {"into": "participation", "sure": "1"}).status_code == 404
    assert admin_client.get("/en/admin/vocabularies/theme/participation").status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "field", "told"),
    [
        ({"into": "participation"}, 422, "sure", "Tick the box to say that you are sure."),
        ({"into": "health", "sure": "1"}, 409, "into", "Choose another term."),
        ({"into": "no", "sure": "1"}, 422, "into", "This is not there any more."),
    ],
)
def test_a_merge_that_is_refused_says_why_where_it_was_asked(
    admin_client: PersonClient, sent: dict[str, str], status: int, field: str, told: str
) -> None:
    answer = admin_client.send("/en/admin/vocabularies/theme/health/merge", sent)
    assert answer.status_code == status
    before, _, section = answer.text.partition('aria-labelledby="merge"')
    assert told not in before
    (fault,) = re.findall(rf'<p class="field-error" id="{field}-error" role="alert">(.*?)</p>', section)
    assert fault.endswith(told)
    (asked,) = re.findall(rf'<[^<>]* id="{field}"[^<>]*>', section)
    assert f'aria-invalid="true" aria-describedby="{field}-error" autofocus' in asked  # the page opens there


def test_a_retired_term_is_offered_no_more_and_stays_on_its_records(
    people_app: Any, admin_client: PersonClient, anyone: PersonClient
) -> None:
    from mapapp.queries import data_version
    from mapapp.queries.vocabulary import offered

    number = found(anyone, "/en/?target_group=women")
    assert number
    address = "/en/admin/vocabularies/target_group/women"
    assert admin_client.send(f"{address}/retired").location == f"{address}?done=retired"
    with people_app.extensions["engine"].connect() as connection:
        versions = data_version.read(connection)
        assert "women" not in dict(offered(connection, versions, "target_group", "en"))
        assert "women" in dict(offered(connection, versions, "target_group", "en", but=("women",)))
    assert found(anyone, "/en/?target_group=women") == number
    assert admin_client.send(f"{address}/offered").location == f"{address}?done=offered"
    # The levels of evidence, the states of a practice: the code relies on them.
    assert admin_client.send("/en/admin/vocabularies/status/running/retired").status_code == 409


def test_a_load_takes_nothing_back(atlas_engine: Engine) -> None:
    admin = Admin(atlas_engine)
    with atlas_engine.begin() as connection:
        vocabulary.say(connection, admin, "theme", "housing", {"de": "Wohnraum"}, {"de": ["bude"], "fr": []})
        vocabulary.move(connection, admin, "theme", "governance", -20)
        term_merging.merge(connection, admin, "theme", "culture-sport", "participation")
        term_merging.merge(connection, admin, "organisation_type", "social-enterprise", "ngo")
        vocabulary.retire(connection, admin, "target_group", "women", True)
        # What changed in its file since the first load is written again: with the terms that are there now.
        connection.execute(text("UPDATE loaded_record SET sha256 = 'other' WHERE kind IN ('practice', 'need')"))
    tables = "term", "term_label", "term_synonym", "practice_term", "former_term"
    before = {name: rows(atlas_engine, f"SELECT * FROM {name} ORDER BY 1, 2, 3, 4") for name in tables}
    kinds = rows(atlas_engine, "SELECT organisation_type, count(*) FROM practice GROUP BY 1 ORDER BY 1")
    report = load(atlas_engine, STARTING_DATA)
    assert report.loaded
    after = {name: rows(atlas_engine, f"SELECT * FROM {name} ORDER BY 1, 2, 3, 4") for name in tables}
    for name in set(tables) - {"practice_term"}:
        assert after[name] == before[name], name
    assert {one[:3] for one in after["practice_term"]} == {one[:3] for one in before["practice_term"]}
    assert rows(atlas_engine, "SELECT organisation_type, count(*) FROM practice GROUP BY 1 ORDER BY 1") == kinds
    lines = str(report)
    assert "label theme|housing|de: was changed here since it was loaded; kept" in lines
    assert "synonym theme|participation|" not in lines.replace("changed here", "")
    assert "unchanged" in next(
        line for line in str(load(atlas_engine, STARTING_DATA)).splitlines() if "practice:" in line
    )


def test_an_old_key_is_read_as_the_new_one(atlas_engine: Engine) -> None:
    admin = Admin(atlas_engine)
    with atlas_engine.begin() as connection:
        term_merging.merge(connection, admin, "service_category", "legal", "counselling")
        term_merging.merge(connection, admin, "service_category", "counselling", "health")
    with atlas_engine.connect() as connection:
        known = Atlas().current(connection, "service").known
        read = parse({"category": ["legal", "counselling", "health"]}, known, "service")
    assert read.search == Search(category=("health",))
    assert read.problems == ()


def test_what_is_not_possible_is_refused(atlas_engine: Engine) -> None:
    admin = Admin(atlas_engine)
    for act, reason in (
        (lambda c: term_merging.merge(c, admin, "theme", "housing", "housing"), "same"),
        (lambda c: term_merging.merge(c, admin, "theme", "housing", "no"), "unknown"),
        (lambda c: term_merging.merge(c, admin, "status", "running", "ended"), "closed"),
        (lambda c: vocabulary.retire(c, admin, "criterion", "relevance", True), "closed"),
        (lambda c: vocabulary.say(c, admin, "theme", "no", {}, {}), "unknown"),
        (lambda c: vocabulary.say(c, admin, "theme", "housing", {"en": None}, {}), "english"),
    ):
        with atlas_engine.begin() as connection, pytest.raises(vocabulary.Refused) as refused:
            act(connection)
        assert refused.value.reason == reason
