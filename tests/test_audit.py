"""The audit log: every action has words, denials are noted, and nobody fills the log from outside."""

import ast
import re
from pathlib import Path
from typing import Any

from sqlalchemy import text

import mapapp
from mapapp.forms import site
from mapapp.i18n import LANGUAGES
from mapapp.queries.site import IN_LANGUAGES
from mapapp.views import acting, admin_log, log_words
from mapapp.writing import auditing
from mapapp.writing.stepping import DECISIONS

from .entering import change, read
from .people import PersonClient
from .proposing import actor, practice_values, propose


def noted() -> set[str]:
    """Return the actions that the code notes: the words given to functions of that name."""
    found = {f"proposal_{step}" for step in DECISIONS}
    for file in Path(mapapp.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in ("note", "_note"):
                for given in (one for argument in call.args for one in _said(argument)):
                    found.add(given)
    return found


def _said(given: ast.expr) -> list[str]:
    if isinstance(given, ast.IfExp):
        return _said(given.body) + _said(given.orelse)
    return [given.value] if isinstance(given, ast.Constant) and isinstance(given.value, str) else []


def test_every_action_has_words(people_app: Any) -> None:
    with people_app.test_request_context("/en/admin/log"):
        names = admin_log.action_names()
    actions = noted()
    assert {"password_reset", "invitation_accepted", "denied", "proposal_approved"} <= actions
    assert actions - set(names) == set()


def details() -> set[str]:
    """Return the details that the code notes by name."""
    own = {"account_id", "subject", "address"}
    return {
        given.arg
        for file in Path(mapapp.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in ("note", "_note")
        for given in call.keywords
        if given.arg is not None and given.arg not in own
    }


def test_every_detail_has_words(people_app: Any) -> None:
    with people_app.test_request_context("/en/admin/log"):
        names = log_words.detail_names()
    noted_by_name = details()
    assert {"reason", "role", "answer", "into"} <= noted_by_name
    assert noted_by_name - set(names) == set()


def test_details_are_in_the_readers_language(people_app: Any, admin_client: PersonClient) -> None:
    engine = people_app.extensions["engine"]
    with engine.begin() as connection:
        about = {"kind": "practice", "what": "merge", "record": "merge", "role": "moderator", "by": "command line"}
        auditing.note(connection, "worded", **about, second_key=True, reason="<i>new</i>", unheard="practice")
    page = admin_client.get("/de/admin/log?action=worded").text
    said = re.findall(r'<p class="log-details">(.*?)</p>', page)
    assert sorted(said) == [
        "Art: Praxisbeispiel",
        "Aufgabe: Moderation",
        "Eintrag: merge",
        "Grund: &lt;i&gt;new&lt;/i&gt;",
        "Was: Zusammenlegen",
        "Zweiter Schlüssel: ja",
        "unheard: practice",
        "Über: Kommandozeile",
    ]


def test_lists_of_an_entry_are_words_too(people_app: Any, admin_client: PersonClient) -> None:
    with people_app.extensions["engine"].begin() as connection:
        found = connection.execute(
            text("INSERT INTO organisation (slug, name) VALUES ('logged', 'Haus <b>Eins</b>') RETURNING id")
        ).scalar_one()
        about: dict[str, Any] = {
            "labels": {"de": "Größe", "it": None},
            "synonyms": {"de": ["eins", "zwei"], "it": []},
            "organisations": {str(found): True, "999999": False},
            "settings": ["contact", "welcome:it", "unheard:de"],
        }
        auditing.note(connection, "listed", subject="organisation:logged", **about)
        auditing.note(connection, "listed", subject="term:theme/housing", organisations=[found], unheard=["a", "b"])
    page = admin_client.get("/de/admin/log?action=listed").text
    assert sorted(re.findall(r'<p class="log-details">(.*?)</p>', page)) == [
        "Einstellungen: Kontakt; Begrüßung (Italienisch); unheard (Deutsch)",
        "Organisationen: Haus &lt;b&gt;Eins&lt;/b&gt;",
        "Organisationen: Haus &lt;b&gt;Eins&lt;/b&gt; (Redaktion); 999999 (Mitglied)",
        "Suchwörter: Deutsch: eins, zwei; Italienisch: nichts",
        "Wörter: Deutsch: Größe; Italienisch: nichts",
        "unheard: a, b",
    ]
    assert '<a href="/de/admin/organisations/logged">organisation:logged</a>' in page


def test_every_setting_of_the_site_has_words(people_app: Any) -> None:
    form = site.make(site.of_values({}), IN_LANGUAGES, LANGUAGES, ("daily",))
    with people_app.test_request_context("/en/admin/log"):
        names = log_words.setting_names()
    assert {name for name, _language in site.clean(form, IN_LANGUAGES, LANGUAGES)} - set(names) == set()


def test_strangers_do_not_fill_the_log(people_app: Any, anyone: PersonClient) -> None:
    change(people_app, "DELETE FROM attempt")
    change(people_app, "DELETE FROM audit_entry")
    for _ in range(acting.STRANGERS.most + 5):
        assert anyone.post("/en/account/sign-in", data={"csrf": "forged"}).status_code == 403
    assert len(read(people_app, "SELECT 1 FROM audit_entry")) == acting.STRANGERS.most


def test_asking_for_somebody_elses_proposal_is_noted(people_app: Any, other_partner_client: PersonClient) -> None:
    with people_app.extensions["engine"].begin() as connection:
        saved = propose(connection, actor(connection, "partner", "house"), practice_values())
    address = f"/en/contribute/proposals/{saved.public_id}"
    assert other_partner_client.get(address).status_code == 404
    denied = read(people_app, "SELECT account_id FROM audit_entry WHERE action = 'denied' AND subject = :s", s=address)
    assert [one.account_id for one in denied] == [other_partner_client.account_id]
