"""Second factors that a person types: codes of an app (TOTP, RFC 6238) and codes kept on paper."""

import hmac
import re
import secrets
import time

import pyotp

from .sealing import proof

STEP = 30  # seconds
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
CODES = 10


def new_secret() -> str:
    """Return a new shared secret in base 32."""
    return pyotp.random_base32()


def address(secret: str, mail: str, site_name: str) -> str:
    """Return the otpauth address that an app reads from the square."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=mail, issuer_name=site_name.replace(":", " "))


def matching_step(secret: str, code: str, now: float | None = None) -> int | None:
    """Return the half-minute whose code was typed: this one, the last or the next, as clocks differ; else None."""
    typed = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", typed):
        return None
    current = int((time.time() if now is None else now) // STEP)
    app = pyotp.TOTP(secret, interval=STEP)
    matching = [step for step in (current, current - 1, current + 1) if hmac.compare_digest(app.at(step * STEP), typed)]
    return matching[0] if matching else None


def new_recovery_codes() -> list[str]:
    """Return ten codes of twelve letters and digits, in groups of four, each good once (59 bits)."""
    return ["-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(CODES)]


def recovery_hash(secret_key: str, account_id: int, code: str) -> bytes:
    """Return what is kept of a recovery code; spaces, hyphens and capitals do not matter."""
    return proof(secret_key, "recovery code", str(account_id), re.sub(r"[\s-]", "", code).lower())
