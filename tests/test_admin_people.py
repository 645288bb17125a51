"""Accounts, invitations and organisations in the hands of admins: done and noted, nobody is shut out."""

import html
import re
from typing import Any

import pytest
from sqlalchemy import text

from .people import PersonClient, add_account, sign_in


def rows(app: Any, statement: str, **values: Any) -> list[Any]:
    with app.extensions["engine"].connect() as connection:
        return list(connection.execute(text(statement), values))


def account_id(app: Any, mail: str) -> int:
    return int(rows(app, "SELECT id FROM account WHERE mail = :mail", mail=mail)[0].id)


def noted(app: Any, action: str, subject: str) -> int:
    return len(rows(app, "SELECT 1 FROM audit_entry WHERE action = :a AND subject = :s", a=action, s=subject))


@pytest.fixture
def partner(people_app: Any, partner_client: PersonClient) -> PersonClient:
    return partner_client


@pytest.mark.parametrize(
    "page", ["", "accounts", "accounts/invite", "accounts/1", "organisations", "organisations/new"]
)
def test_only_admins_come_in(people_app: Any, person: Any, anyone: PersonClient, page: str) -> None:
    assert anyone.get(f"/en/admin/{page}").status_code == 303
    for role in ("contributor", "partner", "moderator"):
        assert person(role).get(f"/en/admin/{page}").status_code == 403, role
    assert person("admin").get(f"/en/admin/{page}").status_code == 200


def test_an_invited_partner_gets_a_mail_and_the_rights(people_app: Any, admin_client: PersonClient) -> None:
    made = admin_client.send("/en/admin/organisations/new", {"name": "A town hall", "second_key": "1"})
    assert made.location == "/en/admin/organisations/a-town-hall?done=saved"
    of = str(rows(people_app, "SELECT id FROM organisation WHERE slug = 'a-town-hall'")[0].id)
    answer = admin_client.send(
        "/en/admin/accounts/invite",
        {
            "mail": "new-partner@example.org",
            "role": "partner",
            "language": "de",
            "may_evaluate": "1",
            "organisations": of,
            "editor_of": of,
        },
    )
    number = account_id(people_app, "new-partner@example.org")
    assert answer.location == f"/en/admin/accounts/{number}?done=invited"
    (mail,) = rows(people_app, "SELECT receiver, language, plain FROM message WHERE account_id = :a", a=number)
    assert (mail.receiver, mail.language) == ("new-partner@example.org", "de")
    assert re.search(r"http://\S+/de/account/link/\S{40,}", mail.plain)
    (given,) = rows(people_app, "SELECT role, may_evaluate FROM account WHERE id = :a", a=number)
    assert tuple(given) == ("partner", True)
    assert [
        tuple(one)
        for one in rows(people_app, "SELECT organisation_id::text, editor FROM member WHERE account_id = :a", a=number)
    ] == [(of, True)]
    assert noted(people_app, "invited", f"account:{number}") == 1
    shown = admin_client.get(f"/en/admin/accounts/{number}").text
    assert "Invited" in shown
    assert "Invite again" in shown
    again = admin_client.send(f"/en/admin/accounts/{number}/invited")
    assert again.location.endswith("?done=invited")
    assert len(rows(people_app, "SELECT 1 FROM message WHERE account_id = :a", a=number)) == 2
    assert len(rows(people_app, "SELECT 1 FROM token WHERE account_id = :a", a=number)) == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"mail": "nowhere"}, "mail"),
        ({"mail": ""}, "mail"),
        ({"mail": "a@b.org\r\nBcc: c@d.org"}, "mail"),
        ({"role": "contributor"}, "role"),
        ({"role": "emperor"}, "role"),
        ({"language": "tlh"}, "language"),
        ({"organisations": "999999"}, "organisations"),
    ],
)
def test_a_wrong_invitation_is_told_at_the_field_and_kept(
    people_app: Any, admin_client: PersonClient, sent: dict[str, str], field: str
) -> None:
    values = {"mail": "wrong@example.org", "role": "partner", "language": "en"} | sent
    answer = admin_client.send("/en/admin/accounts/invite", values)
    assert answer.status_code == 422
    assert f'id="{field}-fault-1"' in answer.text
    assert rows(people_app, "SELECT 1 FROM account WHERE mail = 'wrong@example.org'") == []
    if field != "mail":
        assert 'value="wrong@example.org"' in answer.text


def test_somebody_with_a_password_is_not_invited_again(people_app: Any, admin_client: PersonClient) -> None:
    with people_app.extensions["engine"].begin() as connection:
        number = add_account(connection, "there@example.org", "partner")
        connection.execute(text("UPDATE account SET password_hash = 'x' WHERE id = :a"), {"a": number})
    values = {"mail": "There@example.org", "role": "admin", "language": "en"}
    answer = admin_client.send("/en/admin/accounts/invite", values)
    assert answer.status_code == 422
    assert "has an account already" in answer.text
    assert rows(people_app, "SELECT role FROM account WHERE id = :a", a=number)[0].role == "partner"


def test_rights_change_and_unknown_fields_do_not(
    people_app: Any, admin_client: PersonClient, partner: PersonClient
) -> None:
    of = str(partner.organisation_id)
    sent = {"role": "moderator", "organisations": of, "mail": "other@example.org", "name": "Other", "id": "1"}
    assert admin_client.send(f"/en/admin/accounts/{partner.account_id}", sent).status_code == 303
    (row,) = rows(people_app, "SELECT role, mail, name FROM account WHERE id = :a", a=partner.account_id)
    assert row.role == "moderator"
    assert row.mail != "other@example.org"
    assert row.name != "Other"
    editor = rows(people_app, "SELECT editor FROM member WHERE account_id = :a", a=partner.account_id)
    assert [one.editor for one in editor] == [False]
    assert noted(people_app, "account_changed", f"account:{partner.account_id}") == 1
    admin_client.send(f"/en/admin/accounts/{partner.account_id}", {"role": "partner"})
    assert rows(people_app, "SELECT 1 FROM member WHERE account_id = :a", a=partner.account_id) == []


def test_a_shut_account_is_signed_out_and_its_links_are_dead(people_app: Any, admin_client: PersonClient) -> None:
    with people_app.extensions["engine"].begin() as connection:
        number = add_account(connection, "shut@example.org", "partner")
    theirs = sign_in(people_app, number)
    assert theirs.get("/en/admin/").status_code == 403
    assert admin_client.send(f"/en/admin/accounts/{number}/disabled").location.endswith("done=disabled")
    assert theirs.get("/en/admin/").status_code == 303
    assert "Open the account" in admin_client.get(f"/en/admin/accounts/{number}").text
    admin_client.send(f"/en/admin/accounts/{number}/enabled")
    assert rows(people_app, "SELECT disabled_at FROM account WHERE id = :a", a=number)[0].disabled_at is None
    assert noted(people_app, "account_disabled", f"account:{number}") == 1


def test_sessions_end_and_a_lost_second_factor_goes(people_app: Any, admin_client: PersonClient) -> None:
    with people_app.extensions["engine"].begin() as connection:
        number = add_account(connection, "lost@example.org", "moderator")
    theirs = sign_in(people_app, number)
    admin_client.send(f"/en/admin/accounts/{number}/sessions")
    assert theirs.get("/en/admin/").status_code == 303
    admin_client.send(f"/en/admin/accounts/{number}/second-factor")
    (row,) = rows(people_app, "SELECT totp_secret FROM account WHERE id = :a", a=number)
    assert row.totp_secret is None
    assert noted(people_app, "second_factor_reset", f"account:{number}") == 1


def test_people_are_told_what_admins_do_to_their_account(people_app: Any, admin_client: PersonClient) -> None:
    with people_app.extensions["engine"].begin() as connection:
        number = add_account(connection, "told@example.org", "moderator")
        invited = add_account(connection, "not-yet@example.org", "moderator")
        connection.execute(text("UPDATE account SET password_hash = 'x', language = 'de' WHERE id = :a"), {"a": number})
    page = f"/en/admin/accounts/{number}"
    for act in ("second-factor", "sessions", "disabled", "enabled"):
        admin_client.send(f"{page}/{act}")
        admin_client.send(f"/en/admin/accounts/{invited}/{act}")
    admin_client.send(page, {"role": "moderator", "may_evaluate": "1"})  # nothing changes
    admin_client.send(page, {"role": "partner"})
    sent = "SELECT kind, language, plain, html FROM message WHERE account_id = :a ORDER BY id"
    mails = rows(people_app, sent, a=number)
    assert [(one.kind, one.language) for one in mails] == [("changed", "de")] * 5
    assert len({one.plain for one in mails}) == 5
    assert all("/de/account/link" in one.plain and "/de/account/link" in one.html for one in mails[:2])
    assert all("/de/imprint" in one.plain and "/account/link" not in one.html for one in mails[2:])
    told = rows(people_app, "SELECT 1 FROM message WHERE account_id = :a AND plain LIKE '%second factor%'", a=invited)
    assert told == [], "who has not come in yet has nothing to lose"


def test_admins_cannot_shut_themselves_out(people_app: Any, admin_client: PersonClient) -> None:
    own = f"/en/admin/accounts/{admin_client.account_id}"
    assert admin_client.send(own, {"role": "partner"}).status_code == 422
    assert admin_client.send(f"{own}/disabled").status_code == 409
    assert admin_client.send(f"{own}/second-factor").status_code == 409
    assert admin_client.get("/en/admin/").status_code == 200


def test_a_contributor_gets_no_role_without_an_invitation(
    people_app: Any, admin_client: PersonClient, contributor_client: PersonClient
) -> None:
    admin_client.send(f"/en/admin/accounts/{contributor_client.account_id}", {"role": "admin"})
    (row,) = rows(people_app, "SELECT role FROM account WHERE id = :a", a=contributor_client.account_id)
    assert row.role == "contributor"


def test_the_list_is_searched_filtered_and_paged(people_app: Any, admin_client: PersonClient) -> None:
    with people_app.extensions["engine"].begin() as connection:
        for number in range(60):
            add_account(connection, f"listed-{number:02}@example.org", "partner")
    first = admin_client.get("/en/admin/accounts?q=listed-&role=partner")
    assert first.text.count("/en/admin/accounts/") - first.text.count("accounts/invite") == 50
    after = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert after
    second = admin_client.get("/en/admin/accounts" + after[1].replace("&amp;", "&")).text
    assert "listed-59@example.org" in second
    assert "listed-00@example.org" not in second
    assert "No account fits" in admin_client.get("/en/admin/accounts?q=100%25").text
    assert "No account fits" in admin_client.get("/en/admin/accounts?role=%00&state=x&after=%27|9").text


def test_an_organisation_is_changed_and_not_made_twice(people_app: Any, admin_client: PersonClient) -> None:
    assert admin_client.send("/en/admin/organisations/new", {"name": "Office for Newcomers"}).status_code == 303
    same = admin_client.send("/en/admin/organisations/new", {"name": "office for newcomers", "website": "example.org"})
    assert same.status_code == 422
    assert 'value="example.org"' in same.text
    address = "/en/admin/organisations/office-for-newcomers"
    for wrong in ({"name": ""}, {"name": "x", "website": "javascript:alert(1)"}, {"name": "x", "region": "atlantis"}):
        assert admin_client.send(address, wrong).status_code == 422
    answer = admin_client.send(address, {"name": "Office", "region": "imst", "second_key": "1", "slug": "other"})
    assert answer.location == f"{address}?done=saved"
    (row,) = rows(
        people_app,
        "SELECT o.name, r.slug, second_key FROM organisation o JOIN region r ON r.id = o.region_id "
        "WHERE o.slug = 'office-for-newcomers'",
    )
    assert tuple(row) == ("Office", "imst", True)
    assert admin_client.send("/en/admin/organisations/atlantis", {"name": "x"}).status_code == 404


def test_the_forms_of_a_page_lead_where_they_are_taken(people_app: Any, admin_client: PersonClient) -> None:
    adapter = people_app.url_map.bind("localhost")
    for path in (f"accounts/{admin_client.account_id}", "vocabularies/theme/housing", "organisations", "site", "links"):
        actions = re.findall(r'<form[^>]* action="([^"]*)"', admin_client.get(f"/en/admin/{path}").text)
        for action in actions:
            assert adapter.test(html.unescape(action), method="POST"), (path, action)
