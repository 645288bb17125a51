"""Passwords: how they are kept, and which are too easy to guess."""

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12  # characters
LONGEST = 200
FEWEST_DIFFERENT = 6  # different characters
# Argon2id; one pass less than the library's default, because two workers with four threads each may be at it.
HASHER = PasswordHasher(time_cost=2, memory_cost=64 * 1024, parallelism=1)
# What people type when twelve characters are asked for; compared without case, digits and signs at the ends.
COMMON = frozenset(
    (
        *("password", "passwordpassword", "passwort", "passwortpasswort", "motdepasse", "contrasena", "contraseña"),
        *("haslo", "benvenuto", "passwordsicura", "passwordsegreta", "willkommen", "welcome", "administrator"),
        *("qwertyuiop", "qwertzuiop", "qwertyuiopasdf", "qwertzuiopasdf", "asdfghjkl", "abcdefghijkl"),
        *("iloveyou", "letmein", "letmeinletmein", "changeme", "geheim", "geheimnis", "secret", "supersecret"),
        *("superman", "princess", "football", "fussball", "sunshine", "hallo", "hallohallo", "practiceatlas"),
    )
)


def _same(password: str) -> str:
    """Return one spelling for characters that can be written in several ways: keyboards differ in that."""
    return unicodedata.normalize("NFKC", password)


def hash_of(password: str) -> str:
    """Return the argon2id hash that is kept of a password."""
    return HASHER.hash(_same(password))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return HASHER.hash("nobody has this password")


def fits(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one whose hash is kept. Without one it takes the same time and never is."""
    try:
        return HASHER.verify(kept or _nobodys(), _same(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def weakness(password: str, *personal: str | None) -> str | None:
    """Return why a password is refused: short, long, simple, common or personal; None for a good one.

    `personal` are words that others know of the person: mail address, name, the name of the site.
    """
    written = _same(password).casefold()
    if len(written) < SHORTEST:
        return "short"
    if len(written) > LONGEST:
        return "long"
    if len(set(written)) < FEWEST_DIFFERENT:
        return "simple"
    if written.strip("0123456789!?.,-_*#+$&@ ") in COMMON:
        return "common"
    words = [part for one in personal if one for part in (one.casefold(), one.casefold().split("@")[0])]
    rest = written
    for word in sorted((word for word in words if len(word) >= 4), key=len, reverse=True):
        rest = rest.replace(word, "")
    return "personal" if len(rest) < SHORTEST // 2 else None
