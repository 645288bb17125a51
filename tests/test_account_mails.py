"""Who did not change their account themselves learns of it: a mail for each change of how somebody gets in."""

from typing import Any

import pyotp
import pytest
from sqlalchemy import text

from mapapp import second_factor
from mapapp.sealing import seal

from .entering import change, give_password, made
from .people import PersonClient, sign_in

pytestmark = pytest.mark.usefixtures("quick_passwords")


def told(app: Any, account_id: int) -> list[str]:
    """Return the first lines of the mails about changes of an account, and forget them."""
    with app.extensions["engine"].begin() as connection:
        found = connection.execute(
            text("DELETE FROM message WHERE account_id = :a AND kind = 'changed' RETURNING plain"), {"a": account_id}
        )
        return [one.split("\n")[0] for one in found.scalars()]


def test_who_is_signed_out_elsewhere_learns_of_it(people_app: Any, partner_client: PersonClient) -> None:
    number = partner_client.account_id
    told(people_app, number)
    partner_client.send("/en/account/sessions/end-others")
    told(people_app, number)  # others of this module may have been there
    partner_client.send("/en/account/sessions/end-others")
    assert told(people_app, number) == [], "there was none"
    sign_in(people_app, number)
    partner_client.send("/en/account/sessions/end-others")
    assert told(people_app, number) == ["Your account was signed out on other devices."]


def test_second_factors_and_recovery_codes_are_told(people_app: Any, anyone: PersonClient) -> None:
    mail = "factors@example.org"
    number = anyone.account_id = made(people_app, mail, "moderator")
    key = people_app.extensions["settings"].secret_key
    change(people_app, "UPDATE account SET totp_secret = NULL WHERE id = :id", id=number)
    give_password(anyone, mail)
    secret = pyotp.random_base32()
    closed = seal(key, "new totp", secret, str(number))
    anyone.get("/en/account/second-factor")
    done = anyone.send("/en/account/second-factor/app", {"sealed": closed, "code": pyotp.TOTP(secret).now()})
    assert done.status_code == 200
    assert told(people_app, number) == ["A second factor was added to your account."], "also the first one"
    code = second_factor.new_recovery_codes()[0]
    change(
        people_app,
        "INSERT INTO recovery_code (account_id, hash) VALUES (:id, :hash)",
        id=number,
        hash=second_factor.recovery_hash(key, number, code),
    )
    other: PersonClient = people_app.test_client()
    give_password(other, mail)
    assert other.send("/en/account/second-step", {"code": code}).status_code == 303
    assert told(people_app, number) == ["A recovery code was used in place of your second factor."]
