"""Mails as rows: what is to be said is written in the transaction that is the reason for it; `mailing.py` sends it.

A kind of mail is two templates, `templates/mail/KIND.txt` (its first line is the subject) and `KIND.html`. They are
drawn here, in the receiver's language, by a Jinja environment that knows nothing of a request.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from sqlalchemy import Connection, insert

from .. import i18n
from ..models.proposal import Message
from .mail_look import LOOK

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
CATALOGUES = ROOT / "translations"
# What has no place in a line: control characters, and the separators that some programs take for an end of line.
_BREAKS = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,253}")


class Site(NamedTuple):
    """Who writes: the name of the site and its public address, without a slash at the end (see Settings.address)."""

    name: str
    address: str


class Receiver(NamedTuple):
    """To whom a mail goes, and in which of the interface's languages."""

    mail: str
    language: str
    account_id: int | None = None


class _Kind(NamedTuple):
    subject: Template
    plain: Template
    html: Template


def one_line(words: str) -> str:
    """Return a text as one line without control characters: fit for a header of a mail."""
    return _BREAKS.sub(" ", words).strip()


@lru_cache(maxsize=8)
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"], default_for_string=False, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = Translations.load(CATALOGUES, [language]) if language != i18n.LANGUAGES[0] else NullTranslations()
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {
        "lang": language,
        "format_day": lambda value: i18n.day(value, language),
        "direction": i18n.direction(language),
        "look": LOOK,
    }
    return environment


@lru_cache(maxsize=128)
def _kind(kind: str, language: str) -> _Kind:
    environment = _environment(language)
    said = (TEMPLATES / "mail" / f"{kind}.txt").read_text(encoding="utf-8")
    # The subject is drawn by itself: no text that a person wrote can end it and begin another header or the body.
    subject, body = said.split("\n", 1)
    return _Kind(
        environment.from_string(subject),
        environment.from_string(body.lstrip("\n")),
        environment.get_template(f"mail/{kind}.html"),
    )


def draw(kind: str, language: str, values: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the subject (one line), the plain text and the HTML of a mail. `values` hold what its templates name, and
    `site` (see Site). A language that the interface does not speak is written to in English."""
    spoken = language if language in i18n.LANGUAGES else i18n.LANGUAGES[0]
    kind_ = _kind(kind, spoken)
    clean = {name: _UNSEEN.sub("", value) if isinstance(value, str) else value for name, value in values.items()}
    subject = one_line(kind_.subject.render(clean))[:200]
    plain = kind_.plain.render(clean).strip() + "\n"
    return subject, plain, kind_.html.render(clean, subject=subject)


def queue(connection: Connection, kind: str, receiver: Receiver, values: Mapping[str, Any]) -> int:
    """Write a mail to be sent after this transaction; return its id. `values`: see `draw`.

    Raises ValueError when the receiver's address is none that a mail can be sent to.
    """
    if not _ADDRESS.fullmatch(receiver.mail):
        raise ValueError("not a mail address")
    subject, plain, html = draw(kind, receiver.language, values)
    statement = insert(Message).values(
        message_id=f"<{uuid4()}@practice-atlas>",
        account_id=receiver.account_id,
        receiver=receiver.mail,
        language=receiver.language,
        kind=kind,
        subject=subject,
        plain=plain,
        html=html,
    )
    return int(connection.execute(statement.returning(Message.id)).scalar_one())
