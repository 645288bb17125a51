"""How often people may try what others could guess at: the limits, and what is said when one is reached."""

from datetime import timedelta

from flask import request
from flask_babel import ngettext

from ..writing import attempts
from ..writing.attempts import Limit, Try
from . import acting, asked

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
# Per account, per address (a town hall is behind one), and of the whole site.
PASSWORDS = (Limit(10, QUARTER), Limit(60, QUARTER), Limit(1000, QUARTER))
LINKS = (Limit(5, HOUR), Limit(30, HOUR), Limit(500, HOUR))
CODES = (Limit(8, QUARTER), Limit(60, QUARTER), Limit(1000, QUARTER))


def who(kind: str, mail: str) -> str:
    """Return the name under which the tries at one account are counted."""
    return f"{kind}:account:{attempts.of_mail(asked.settings().secret_key, mail)}"


def wait(kind: str, mail: str, limits: tuple[Limit, Limit, Limit]) -> int:
    """Count a try and return for how many seconds there may be no other; 0 when it is within the limits."""
    account, address, everybody = limits
    with acting.transaction() as connection:
        return attempts.take(
            connection,
            Try(who(kind, mail), account),
            Try(f"{kind}:address:{attempts.of_address(request.remote_addr)}", address),
            Try(f"{kind}:all", everybody),
        )


def in_words(seconds: int) -> str:
    """Return what somebody is told who has to wait."""
    minutes = -(-seconds // 60)
    return ngettext(
        "That was too often. Please wait a minute and try again.",
        "That was too often. Please wait %(num)d minutes and try again.",
        minutes,
    )
