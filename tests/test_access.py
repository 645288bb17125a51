"""Who may do what: every private route asked by everybody, with a record in every state.

A route that is missing from the table fails, and so does an entry whose route is gone. "Let in" means more than being
sent away: an empty form that is told what it lacks was let in; a record that is somebody else's is not found.
"""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from .cast import CAST, STATES, Stage, make_stage, private_rules
from .people import add_account

pytestmark = pytest.mark.usefixtures("quick_passwords")

ALL = frozenset(CAST)
PEOPLE = ALL - {"nobody"}
PASSWORD = PEOPLE - {"contributor"}
EVALUATORS = MODERATORS = frozenset({"moderator", "admin"})
REVIEWERS = MODERATORS | {"author", "stranger"}  # who moderates, or is an editor of some organisation
WRITERS = frozenset({"author", "fellow"})
EDITOR = frozenset({"author"})
ADMIN = frozenset({"admin"})
NONE: frozenset[str] = frozenset()
UNSENT = ("draft", "withdrawn")  # nobody but its writers sees what was not sent, or was taken back

SAMPLES: dict[str, Any] = {
    "lang": "en",
    "slug": "imst-abc-cafe",
    "folder": "practices",
    "kind": "practice",
    "key": "a-key-that-opens-nothing",
    "photo": UUID(int=1),
    "size": "small",
    "upload": UUID(int=1),
    "ending": "csv",
}
# Parts of an address that stand for something else on some pages.
ELSEWHERE: dict[str, dict[str, Any]] = {
    "admin_organisations": {"slug": "second-organisation"},
    "admin_vocabulary": {"vocabulary": "theme", "key": "housing"},
}

TABLE: dict[str, frozenset[str]] = {
    # One's own account. Signing in itself is open to all; what it answers to wrong words counts as being sent away.
    "GET account.index": PEOPLE,
    "GET mailbox.index": ALL,  # without a mail server and on this machine only
    "POST account.change": PEOPLE,
    "GET confirming.confirm_page": PEOPLE,
    "POST confirming.confirm": NONE,
    "GET account.delete_page": PEOPLE,
    "POST account.export": PEOPLE,
    "POST demo.sign_in": NONE,
    "POST mailed_links.go_on": ALL,
    "GET mailed_links.ask_page": ALL,
    "POST mailed_links.ask": ALL,
    "GET mailed_links.sent": ALL,
    "GET mailed_links.open_link": ALL,
    "POST mailed_links.use_link": ALL,
    "GET account.password_page": PASSWORD,
    "POST account.change_password": PASSWORD,
    "GET second_factors.second_factor_page": PEOPLE,
    "POST second_factors.add_app": PEOPLE,
    "POST second_factors.remove_app": PASSWORD,
    "POST second_factors.new_codes": PASSWORD,
    "POST second_factors.add_passkey": PEOPLE,
    "POST second_factors.passkey_options": PASSWORD,
    "POST second_factors.remove_passkey": PASSWORD,
    "GET entering.second_step_page": PEOPLE,
    "POST entering.second_step": NONE,
    "POST entering.second_step_passkey": NONE,
    "POST account.end_session": PEOPLE,
    "POST account.end_other_sessions": PEOPLE,
    "GET entering.sign_in_page": ALL,
    "POST entering.sign_in": NONE,
    "GET entering.signed_out": ALL,
    # Contributing. Without an account one is shown the ways in.
    "GET contribute.index": ALL,
    "GET contribute.new": ALL,
    "GET contribute.change": ALL,
    "POST contribute.create": PEOPLE,
    "POST contribute.propose_change": PEOPLE,
    "GET contribute.evaluate_which": EVALUATORS,
    "GET contribute.evaluate": EVALUATORS,
    "POST contribute.keep_evaluation": EVALUATORS,
    "GET contribute.areas": PEOPLE,
    "GET contribute.around": PEOPLE,
    "GET contribute.places": PEOPLE,
    "GET contribute.similar": PEOPLE,
    "GET contribute.mine": PEOPLE,
    "POST photos.send": PEOPLE,
    "GET bulk.index": PASSWORD,
    "GET bulk.template": PASSWORD,
    "POST bulk.send": PASSWORD,
    "GET bulk.look": NONE,  # a table that nobody has sent
    "POST bulk.decide": NONE,
    "GET freshness.question": NONE,  # a link that was never mailed
    "POST freshness.answer": NONE,
    "GET photos.show": NONE,  # a photo that nobody has sent
    "GET contribute.proposal": WRITERS,
    "GET contribute.edit": WRITERS,
    "POST contribute.write_on": WRITERS,
    "GET contribute.preview": WRITERS,
    "POST contribute.withdraw": WRITERS,
    "POST contribute.answer": WRITERS,
    # Review.
    "GET review.index": REVIEWERS,
    "GET review.proposal": MODERATORS | EDITOR,
    "POST review.decide approve": MODERATORS,
    "POST review.decide agree": EDITOR,
    "POST review.decide return": MODERATORS | EDITOR,
    "POST review.decide ask": MODERATORS | EDITOR,
    "POST review.decide catch-up": MODERATORS,
    "GET freshness.stale": MODERATORS,
    "GET review_records.duplicates": MODERATORS,
    "GET review_records.find": MODERATORS,
    "GET review_records.record": MODERATORS,
    "POST review_records.merge": MODERATORS,
    "POST review_records.retire": MODERATORS,
    "POST review_records.undo": NONE,  # of a proposal that there is not
}
ADMIN_BLUEPRINTS = re.compile(r"admin(_\w+)?\.")
# They end the session that asks: tests of accounts see to them.
LEAVING = {"POST entering.sign_out", "POST account.delete"}
# What a form must say for its record to be found.
FORMS = {"POST admin_vocabulary.move": {"key": "housing", "by": "1"}}
# What is not there for its readers while it was not sent.
HIDDEN = {"GET review.proposal": UNSENT}


@pytest.fixture(scope="module")
def stage(people_app: Any) -> Stage:
    return make_stage(people_app)


@pytest.fixture(scope="module")
def routes(stage: Stage) -> list[tuple[str, str, str]]:
    """(name in the table, method, rule) of every private route; one with a fixed choice of steps once for each."""
    found = []
    for endpoint, method, rule in private_rules(stage.app):
        steps = re.search(r"<any\(([^)]*)\):step>", rule)
        for step in [one.strip(" '") for one in steps[1].split(",")] if steps else [""]:
            name = f"{method} {endpoint} {step}".strip()
            found.append((name, method, rule.replace(steps[0], step) if steps else rule))
    return found


def address_of(rule: str, name: str, **more: Any) -> str:
    """Return an address of a route, with records that there are."""
    samples = SAMPLES | ELSEWHERE.get(name.split()[1].split(".")[0], {}) | more

    def part(found: re.Match[str]) -> str:
        one_of = re.match(r"<any\('?([^',)]+)", found[0])
        return str(samples.get(found[1], one_of[1] if one_of else "x"))

    return re.sub(r"<(?:[^<>]*:)?(\w+)>", part, rule)


def let_in(answer: Any) -> bool:
    """Tell whether an answer is more than being sent away."""
    if answer.status_code in (401, 403, 404, 410):
        return False
    return not (answer.status_code == 303 and "/account/sign-in" in answer.headers["Location"])


def asked_by(stage: Stage, who: str, name: str, address: str) -> Any:
    client = stage.clients[who]
    answer = client.get(address) if name.startswith("GET") else client.send(address, FORMS.get(name))
    assert answer.status_code < 500, f"{name} {address} as {who}: {answer.status_code}"
    return answer


def test_every_private_route_stands_in_the_table(routes: list[tuple[str, str, str]]) -> None:
    names = {name for name, _method, _rule in routes if not ADMIN_BLUEPRINTS.match(name.split()[1])} - LEAVING
    assert names - TABLE.keys() == set(), "a route without a rule"
    assert TABLE.keys() - names == set(), "a rule without a route"


def test_only_those_of_the_table_are_let_in(stage: Stage, routes: list[tuple[str, str, str]]) -> None:
    with stage.app.extensions["engine"].begin() as connection:
        spare = add_account(connection, "somebody@example.org", "partner")
        organisation = connection.execute(text("SELECT id FROM organisation WHERE slug = 'first-organisation'"))
        assert organisation.scalar_one()
    wrong = []
    for name, _method, rule in routes:
        if name in LEAVING or "public_id" in rule:
            continue
        expected = ADMIN if ADMIN_BLUEPRINTS.match(name.split()[1]) else TABLE[name]
        for who in CAST:
            answer = asked_by(stage, who, name, address_of(rule, name, number=spare))
            if let_in(answer) != (who in expected):
                wrong.append(f"{name} as {who}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("state", STATES)
def test_a_proposal_is_open_to_those_of_the_table_only(
    stage: Stage, routes: list[tuple[str, str, str]], state: str
) -> None:
    wrong = []
    for name, method, rule in routes:
        if "public_id" not in rule:
            continue
        expected = NONE if state in HIDDEN.get(name, ()) else TABLE[name]
        shared = stage.proposal(state) if method == "GET" else ""
        for who in CAST:
            one = shared or stage.proposal(state)
            answer = asked_by(stage, who, name, address_of(rule, name, public_id=one))
            if let_in(answer) != (who in expected):
                wrong.append(f"{name} as {who}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)


def test_leaving_is_for_those_who_are_in(stage: Stage, routes: list[tuple[str, str, str]]) -> None:
    for name, _method, rule in routes:
        if name in LEAVING:
            answer = asked_by(stage, "nobody", name, address_of(rule, name))
            assert answer.status_code in (303, 401), name


def test_a_form_from_elsewhere_changes_nothing(stage: Stage, routes: list[tuple[str, str, str]]) -> None:
    admin = stage.clients["admin"]
    for name, method, rule in routes:
        if method == "GET":
            continue
        address = address_of(rule, name, number=999_999_999, public_id=UUID(int=1))
        for headers in ({"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}, {}):
            answer = admin.post(address, data={"csrf": "not ours"}, headers=headers)
            assert answer.status_code == 403, f"{name} {headers}"


def test_the_languages_of_a_form_that_lacks_something_lead_to_pages(stage: Stage) -> None:
    moderator = stage.clients["moderator"]
    page = moderator.send(f"/en/review/{stage.proposal('submitted')}/return", {"revision": 1})
    assert page.status_code == 422
    languages = re.findall(r'href="([^"]*)" lang="\w+" hreflang', page.text)
    assert len(languages) >= 3
    assert {moderator.get(address).status_code for address in languages} == {200}
