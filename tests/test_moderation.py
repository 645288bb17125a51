"""What may happen to a proposal: every step from every state by everybody; seen revisions, second keys, two at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier

import pytest
from sqlalchemy import text

from mapapp.queries import proposals
from mapapp.queries.values import of_practice
from mapapp.writing import moderation
from mapapp.writing.moderation import Conflict, Draft, Refused
from tests.proposing import (
    SITE,
    actor,
    mails,
    practice_values,
    propose,
    publish,
    put,
    service_values,
    state_of,
    titled,
)

STATES = ("draft", "submitted", "agreed", "approved", "returned", "withdrawn")
PEOPLE = ("author", "fellow", "editor", "other", "contributor", "moderator", "admin")
OPEN = {"submitted", "agreed"}

# step → from which states it is possible, and for whom. Written here a second time, on purpose.
LEGAL = {
    "save": {state: {"author", "fellow", "editor"} for state in STATES if state != "approved"},
    "submit": {state: {"author", "fellow", "editor"} for state in ("draft", "returned")},
    "withdraw": {state: {"author", "fellow", "editor"} for state in ("draft", "submitted", "agreed", "returned")}
    | {"withdrawn": {"author", "fellow", "editor"}},  # again: nothing happens
    "agree": {"submitted": {"editor"}},
    "approve": {state: {"moderator", "admin"} for state in OPEN},
    "return": {"submitted": {"moderator", "admin", "editor"}, "agreed": {"moderator", "admin"}},
    "ask": {"submitted": {"moderator", "admin", "editor"}, "agreed": {"moderator", "admin"}},
    "answer": {state: {"author", "fellow", "editor"} for state in OPEN},
    "catch_up": {state: {"moderator", "admin"} for state in OPEN},
}
AFTER = {
    "save": {"returned": "returned"},
    "submit": {},
    "withdraw": {},
    "agree": {},
    "approve": {},
    "return": {},
    "ask": {"submitted": "submitted", "agreed": "agreed"},
    "answer": {"submitted": "submitted", "agreed": "agreed"},
    "catch_up": {"submitted": "submitted", "agreed": "agreed"},
}
USUAL = {
    "save": "draft",
    "submit": "submitted",
    "withdraw": "withdrawn",
    "agree": "agreed",
    "approve": "approved",
    "return": "returned",
}


@pytest.fixture
def connection(session):
    return session.connection()


@pytest.fixture
def people(connection):
    return {
        "author": actor(connection, "partner", "house"),
        "fellow": actor(connection, "admin", "house")._replace(role="partner"),
        "editor": actor(connection, "partner", "house", editor=True),
        "other": actor(connection, "partner", "elsewhere", editor=True),
        "contributor": actor(connection, "contributor"),
        "moderator": actor(connection, "moderator"),
        "admin": actor(connection, "admin"),
    }


def take(connection, step, who, saved):
    act = {
        "save": lambda: moderation.save_draft(
            connection, who, Draft("practice", titled(f"By {who.id}"), public_id=saved.public_id, revision=1)
        ),
        "submit": lambda: moderation.submit(connection, who, saved.public_id, 1, SITE),
        "withdraw": lambda: moderation.withdraw(connection, who, saved.public_id),
        "agree": lambda: moderation.agree(connection, who, saved.public_id, 1),
        "approve": lambda: moderation.approve(connection, who, saved.public_id, 1, SITE),
        "return": lambda: moderation.return_(connection, who, saved.public_id, 1, "Please", SITE),
        "ask": lambda: moderation.ask(connection, who, saved.public_id, 1, "Why?", SITE),
        "answer": lambda: moderation.answer(connection, who, saved.public_id, "Because", SITE),
        "catch_up": lambda: moderation.catch_up(connection, who, saved.public_id, 1),
    }
    act[step]()


def test_every_step_from_every_state_by_everybody_is_legal_or_refused_and_changes_nothing(connection, people):
    slug = publish(connection, people["other"], people["moderator"], practice_values())
    draft = Draft("practice", titled("Another"), action="change", slug=slug, organisation="house")
    saved = moderation.save_draft(connection, people["author"], draft)
    wrong = []
    for step, state, name in product(LEGAL, STATES, PEOPLE):
        outer = connection.begin_nested()
        put(connection, saved.public_id, state)
        legal = name in LEGAL[step].get(state, ())
        try:
            with connection.begin_nested():
                take(connection, step, people[name], saved)
            expected = AFTER[step].get(state, USUAL.get(step))
        except (Refused, Conflict):
            expected = state
            if legal:
                wrong.append((step, state, name, "refused"))
        else:
            if not legal:
                wrong.append((step, state, name, "allowed"))
        if state_of(connection, saved.public_id) != expected:
            wrong.append((step, state, name, state_of(connection, saved.public_id)))
        outer.rollback()
    assert wrong == []


def test_a_decision_is_about_the_revision_that_was_seen(connection, people):
    author, moderator = people["author"], people["moderator"]
    saved = propose(connection, author, practice_values())
    again = moderation.save_draft(
        connection, author, Draft("practice", titled("Another"), public_id=saved.public_id, revision=saved.revision)
    )
    assert again.state == "draft"  # whoever writes on takes it out of the queue
    assert moderation.submit(connection, author, saved.public_id, again.revision, SITE).state == "submitted"
    for decide in (moderation.approve, moderation.agree):
        more = (SITE,) if decide is moderation.approve else ()
        who = moderator if decide is moderation.approve else people["editor"]
        connection.execute(text("UPDATE proposal SET organisation_id = (SELECT id FROM organisation LIMIT 1)"))
        with pytest.raises((Conflict, Refused)):
            decide(connection, who, saved.public_id, saved.revision, *more)
    with pytest.raises(Conflict) as caught:
        moderation.return_(connection, moderator, saved.public_id, saved.revision, "No", SITE)
    assert caught.value.what == "changed"
    assert caught.value.revision == again.revision


def test_what_two_tabs_save_is_not_lost_unseen(connection, people):
    saved = moderation.save_draft(connection, people["author"], Draft("practice", practice_values()))
    first = Draft("practice", titled("One"), public_id=saved.public_id, revision=1)
    assert moderation.save_draft(connection, people["author"], first).revision == 2
    with pytest.raises(Conflict) as caught:
        moderation.save_draft(connection, people["author"], first._replace(values=titled("Two")))
    assert caught.value.what == "changed"
    assert caught.value.proposed["texts"]["en"]["title"] == "One"


def test_a_form_that_is_sent_twice_is_one_proposal(connection, people):
    draft = Draft("practice", practice_values(), key="form-1")
    first = moderation.save_draft(connection, people["author"], draft)
    assert moderation.save_draft(connection, people["author"], draft) == first
    for _ in range(2):
        assert moderation.submit(connection, people["author"], first.public_id, 1, SITE).state == "submitted"
    assert [kind for kind, _ in mails(connection)] == ["proposal_submitted"]
    with pytest.raises(Refused):
        moderation.save_draft(connection, people["other"], draft)


def test_double_clicks_make_one_decision_one_step_and_one_mail(connection, people):
    saved = propose(connection, people["author"], practice_values())
    for act, words in ((moderation.ask, "Why?"), (moderation.return_, "Please")):
        for _ in range(2):
            act(connection, people["moderator"], saved.public_id, 1, words, SITE)
    moderation.submit(connection, people["author"], saved.public_id, 1, SITE)
    slugs = {moderation.approve(connection, people["moderator"], saved.public_id, 1, SITE).slug for _ in range(2)}
    assert slugs == {"garden-of-languages"}
    steps = list(connection.execute(text("SELECT step FROM proposal_step ORDER BY id")).scalars())
    assert steps == ["saved", "submitted", "asked", "returned", "submitted", "approved"]
    noted = connection.execute(
        text("SELECT action FROM audit_entry WHERE subject = :it ORDER BY id"), {"it": f"proposal:{saved.public_id}"}
    )
    assert list(noted.scalars()) == ["proposal_returned", "proposal_approved"]
    told = ["submitted", "asked", "returned", "submitted", "approved"]
    assert [kind for kind, _ in mails(connection)] == [f"proposal_{kind}" for kind in told]


def test_nobody_approves_their_own_unless_they_are_alone(connection, people):
    moderator = people["moderator"]
    saved = propose(connection, moderator, practice_values())
    with pytest.raises(Refused) as caught:
        moderation.approve(connection, moderator, saved.public_id, 1, SITE)
    assert caught.value.reason == "own_proposal"
    connection.execute(text("UPDATE account SET disabled_at = now() WHERE role = 'admin'"))
    moderation.approve(connection, moderator, saved.public_id, 1, SITE)
    assert state_of(connection, saved.public_id) == "approved"


def test_a_second_key_is_turned_by_an_editor_of_the_organisation_first(connection):
    author = actor(connection, "partner", "careful", second_key=True)
    editor = actor(connection, "partner", "careful", editor=True, second_key=True)
    moderator = actor(connection, "moderator")
    saved = propose(connection, author, practice_values(), organisation="careful")
    assert ("proposal_to_agree", "careful-partner-editor@example.org") in mails(connection)
    with pytest.raises(Refused) as caught:
        moderation.approve(connection, moderator, saved.public_id, 1, SITE)
    assert caught.value.reason == "second_key"
    assert moderation.agree(connection, editor, saved.public_id, 1).state == "agreed"
    assert moderation.approve(connection, moderator, saved.public_id, 1, SITE).version == 1
    own = propose(connection, editor, titled("By the editor"), organisation="careful")
    assert own.state == "agreed"


@pytest.mark.parametrize(
    "shut", ["disabled_at = now()", "mail = NULL, deleted_at = now()", "totp_secret = NULL, password_hash = NULL"]
)
def test_nobody_waits_for_people_who_cannot_act(connection, shut):
    author = actor(connection, "partner", "careful", second_key=True)
    actor(connection, "partner", "careful", editor=True, second_key=True)
    moderator = actor(connection, "moderator")
    actor(connection, "admin")
    waits = propose(connection, author, practice_values(), organisation="careful")
    assert proposals.one(connection, waits.public_id, "en").needs_key
    connection.execute(text(f"UPDATE account SET {shut} WHERE mail LIKE 'careful%editor%' OR role = 'admin'"))
    assert not proposals.one(connection, waits.public_id, "en").needs_key
    assert moderation.approve(connection, moderator, waits.public_id, 1, SITE).version == 1
    own = propose(connection, moderator, titled("By the only moderator"))
    assert moderation.approve(connection, moderator, own.public_id, 1, SITE).version == 1


@pytest.mark.parametrize("action", ["change", "retire"])
def test_the_owners_editors_are_told_what_others_did_to_their_record(connection, people, action):
    editor, moderator = people["editor"], people["moderator"]
    connection.execute(text("UPDATE account SET language = 'de' WHERE id = :id"), {"id": editor.id})
    slug = publish(connection, editor, moderator, practice_values(owner="house"), organisation="house")
    own = propose(connection, editor, titled("By us", owner="house"), action="change", slug=slug, organisation="house")
    moderation.approve(connection, moderator, own.public_id, 1, SITE)
    assert "owned_changed" not in [kind for kind, _ in mails(connection)]
    values = titled("By them", owner="house") if action == "change" else {}
    other = propose(connection, people["contributor"], values, action=action, slug=slug, note="Why")
    moderation.approve(connection, moderator, other.public_id, 1, SITE)
    told = connection.execute(text("SELECT receiver, language, plain FROM message WHERE kind = 'owned_changed'")).all()
    assert [(one.receiver, one.language) for one in told] == [("house-partner-editor@example.org", "de")]
    assert f"/de/practices/{slug}" in told[0].plain


def test_what_may_not_be_proposed_is_refused(connection, people):
    cases = [
        ("not_your_organisation", people["other"], Draft("practice", practice_values(), organisation="house")),
        ("no_record", people["author"], Draft("practice", practice_values(), action="change", slug="nowhere")),
        ("may_not_evaluate", people["author"], Draft("evaluation", {})),
        ("not_yours", people["author"], Draft("practice", {"into": "x"}, action="merge", slug="imst-abc-cafe")),
    ]
    for reason, who, draft in cases:
        with pytest.raises(Refused) as caught:
            moderation.save_draft(connection, who, draft)
        assert caught.value.reason == reason
    saved = propose(connection, people["author"], practice_values(project="no-such-project"))
    with pytest.raises(Refused) as caught:
        moderation.approve(connection, people["moderator"], saved.public_id, 1, SITE)
    assert (caught.value.reason, caught.value.detail) == ("unpublishable", "project")
    assert state_of(connection, saved.public_id) == "submitted"
    saved = propose(connection, people["author"], service_values(source_url=None), "service")
    with pytest.raises(Refused) as caught:
        moderation.approve(connection, people["moderator"], saved.public_id, 1, SITE)
    assert (caught.value.reason, caught.value.detail) == ("unpublishable", "ck_service_source")


def test_a_proposal_from_an_older_version_is_shown_with_all_three_texts(connection, people):
    slug = publish(connection, people["author"], people["moderator"], practice_values())
    change = {"action": "change", "slug": slug}
    late = propose(connection, people["author"], titled("Late"), **change)
    publish(connection, people["author"], people["moderator"], titled("Early"), **change)
    with pytest.raises(Conflict) as caught:
        moderation.approve(connection, people["moderator"], late.public_id, 1, SITE)
    found = caught.value
    three = [one["texts"]["en"]["title"] for one in (found.base, found.current, found.proposed)]
    assert (found.what, three) == ("stale", ["Garden of Languages", "Early", "Late"])
    assert state_of(connection, late.public_id) == "submitted"
    # Somebody whose page was made from version 1 begins from what they saw.
    moderation.save_draft(connection, people["author"], Draft("practice", {}, **change, base_version=1, key="k"))
    base = connection.execute(text("SELECT base FROM proposal WHERE key = 'k'")).scalar_one()
    assert base["texts"]["en"]["title"] == "Garden of Languages"


def test_a_proposal_is_put_on_top_of_what_was_published_meanwhile_and_seen_anew(connection, people):
    author, moderator = people["author"], people["moderator"]
    slug = publish(connection, author, moderator, practice_values())
    change = {"action": "change", "slug": slug}
    late = propose(connection, author, titled("Late", organisation="Proposed"), organisation="house", **change)
    publish(connection, author, moderator, titled("Early", place_name="Hall in Tirol"), **change)
    wrong = []
    for state, name in product(STATES, PEOPLE):
        outer = connection.begin_nested()
        put(connection, late.public_id, state)
        try:
            moderation.catch_up(connection, people[name], late.public_id, 1)
            if state not in OPEN or name not in ("moderator", "admin"):
                wrong.append((state, name, "allowed"))
        except (Refused, Conflict):
            if state in OPEN and name in ("moderator", "admin"):
                wrong.append((state, name, "refused"))
        outer.rollback()
    assert wrong == []
    again = {moderation.catch_up(connection, moderator, late.public_id, 1).revision for _ in range(2)}
    assert again == {2}  # a second click changes nothing
    with pytest.raises(Conflict) as caught:
        moderation.approve(connection, people["admin"], late.public_id, 1, SITE)  # the revision of before
    assert caught.value.what == "changed"
    moderation.approve(connection, moderator, late.public_id, 2, SITE)
    values = of_practice(connection, slug).values
    # Theirs where only they changed it, the proposal's where both did.
    assert (values["place_name"], values["organisation"]) == ("Hall in Tirol", "Proposed")
    assert values["texts"]["en"]["title"] == "Late"
    publish(connection, author, moderator, {}, action="retire", slug=slug)
    gone = propose(connection, author, practice_values(), slug=slug)
    publish(connection, author, moderator, practice_values(), slug=slug)
    with pytest.raises(Conflict):
        moderation.catch_up(connection, moderator, gone.public_id, 1)


def test_of_two_moderators_at_once_one_decides_and_the_other_is_told(atlas_engine):
    rounds = 6
    with atlas_engine.begin() as connection:
        author = actor(connection, "partner", "house")
        two = (actor(connection, "moderator"), actor(connection, "admin"))
        waiting = [propose(connection, author, titled(f"Number {number}")) for number in range(rounds)]

    def decide(number, who):
        start.wait(timeout=10)
        with atlas_engine.begin() as connection:
            try:
                if number % 2 or who is two[0]:
                    return moderation.approve(connection, who, waiting[number].public_id, 1, SITE).slug
                return moderation.return_(connection, who, waiting[number].public_id, 1, "No", SITE).state
            except Conflict as conflict:
                return conflict.what

    for number in range(rounds):
        start = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(lambda who, at=number: decide(at, who), two))
        assert told.count("decided") == 1, told
    with atlas_engine.connect() as connection:
        decided = connection.execute(
            text("SELECT count(*) FROM proposal_step WHERE step IN ('approved', 'returned')")
        ).scalar_one()
        published = connection.execute(text("SELECT count(*) FROM practice WHERE slug LIKE 'number-%'")).scalar_one()
        approved = connection.execute(text("SELECT count(*) FROM proposal WHERE state = 'approved'")).scalar_one()
    assert decided == rounds
    assert published == approved
