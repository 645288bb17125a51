"""Thirty ways to smuggle a script into a page, each of which says what it reached by opening a dialog; and the way to
put them into every column of the database that holds words.

A column that is added later is poisoned without anybody thinking of it. One that must not be stands in SPARED with the
reason; one that the database itself holds to a form (a key, a date, a closed list) refuses, and is left alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from mapapp import models  # noqa: F401 registers the tables
from mapapp.database import Base

PAYLOADS: tuple[str, ...] = (
    "<script>alert(1)</script>",
    "<ScRiPt>alert(2)</sCrIpT>",
    "</script><script>alert(3)</script>",
    "<img src=x onerror=alert(4)>",
    '"><img src=x onerror=alert(5)>',
    "'><img src=x onerror=alert(6)>",
    '" onmouseover="alert(7)" autofocus onfocus="alert(7)" x="',
    "' onmouseover='alert(8)' autofocus onfocus='alert(8)' x='",
    "` onfocus=alert(9) autofocus x=`",
    "<svg onload=alert(10)>",
    "<svg><script>alert(11)</script></svg>",
    "<svg><animate onbegin=alert(12) attributeName=x dur=1s>",
    "<body onload=alert(13)>",
    "<iframe src=javascript:alert(14)></iframe>",
    "<iframe srcdoc='<script>parent.alert(15)</script>'></iframe>",
    "<details open ontoggle=alert(16)>",
    "<math><mtext></mtext><mglyph><style></math><img src=x onerror=alert(17)>",
    "<a href=javascript:alert(18) autofocus>x</a>",
    "[x](javascript:alert(19))",
    "[x](data:text/html,<script>alert(20)</script>)",
    '![x](x" onerror="alert(21))',
    "<javascript:alert(22)>",
    "{{ ''.__class__ }}${alert(23)}#{alert(23)}<%= alert(23) %>",
    "<template><script>alert(24)</script></template>",
    '<noscript><p title="</noscript><img src=x onerror=alert(25)>">',
    "<style>@import 'javascript:alert(26)';</style>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(27)'>",
    "<base href=//elsewhere.example/><link rel=stylesheet href=x.css>",
    "<form action=javascript:alert(29)><button autofocus>x</button></form>",
    "]]><script>alert(30)</script><!-- --><![CDATA[",
)
ALL = " ".join(PAYLOADS)
GROUPS = [" ".join(PAYLOADS[start : start + 3]) for start in range(0, len(PAYLOADS), 3)]  # for what may not be long
# Each row begins with another one: what stands first decides which way out of a page is tried first.
TURNS = [" ".join([*PAYLOADS[start:], *PAYLOADS[:start]]) for start in range(0, len(PAYLOADS), 3)]

_CODE = "a code that is chosen from a list, held to it where it is taken in"
_OURS = "written by the program itself"
_SECRET = "never shown; changed, nobody could sign in"
_SLUG = "an address that the program made, or one that was looked up"
SPARED: Mapping[str, str] = {
    "account.mail": "held to the form of a mail address wherever one is typed",
    "account.language": _CODE,
    "account.password_hash": _SECRET,
    "account.totp_secret": _SECRET,
    "attempt.what": _OURS,
    "audit_entry.action": _OURS,
    "checked_link.problem": _OURS,
    "data_version.collection": _OURS,
    "evaluation.framework": _CODE,
    "former_record.kind": _OURS,
    "former_record.slug": _SLUG,
    "former_record.moved_to": _SLUG,
    "former_term.vocabulary": _OURS,
    "former_term.key": _OURS,
    "former_term.moved_to": _OURS,
    "former_term.kept": "the labels of a term that went up in another one, which come back through the same form",
    "freshness.kind": _OURS,
    "freshness.slug": _SLUG,
    "known_word.collection": _OURS,
    "practice_feature.form": _OURS,
    "practice_feature.language": _OURS,
    "known_word.word": "letters alone, folded",
    "loaded_file.name": _OURS,
    "loaded_file.sha256": _OURS,
    "loaded_record.kind": _OURS,
    "loaded_record.key": _OURS,
    "loaded_record.sha256": _OURS,
    "media_report.language": _CODE,
    "message.message_id": _OURS,
    "message.language": _CODE,
    "message.kind": _OURS,
    "message.receiver": "held to the form of a mail address",
    "message.subject": "drawn from the other columns; a test of its own looks at mails",
    "message.plain": "drawn from the other columns; a test of its own looks at mails",
    "message.html": "drawn from the other columns; a test of its own looks at mails",
    "place.folded_names": "letters alone, folded",
    "practice.language_original": _CODE,
    "project.themes": _CODE,
    "proposal.base": "has a form; the tests that propose put payloads into each of its texts",
    "proposal.values": "has a form; the tests that propose put payloads into each of its texts",
    "proposal.key": _OURS,
    "proposal.language": _CODE,
    "proposal.slug": _SLUG,
    "service.languages": _CODE,
    "service.opening_hours": "days and times, held to their form where they are taken in",
    "session.state": _OURS,
    "site_setting.name": _OURS,
    "site_setting.language": _CODE,
    "term.colour": _CODE,
    "term.icon": _CODE,
    "territory.later_code": _CODE,
    "token.about": _OURS,
}
# The rows that pages of the tests show, where these are not the latest.
ROWS = {
    "event_text": "language = 'en'",
    "term_label": "language IN ('en', 'de')",
    "term_synonym": "language IN ('en', 'de')",
    "place": "geoname_id IN (SELECT geoname_id FROM place WHERE country = 'AT' ORDER BY population DESC LIMIT 40)",
    "territory": "country = 'AT'",
}

SHORT = {"site_setting.value"}  # a name that is too long for the squares of the second factor is refused when typed


def mark(column: str) -> str:
    """Return what tells that words on a page came from a column, "table.column"."""
    return f"~{column}~"


def columns() -> Iterator[tuple[str, str, Any]]:
    """Give (table, column, type) of everything in the database that could hold words."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.computed is None and isinstance(column.type, Text | ARRAY | JSONB):
                yield table.name, column.name, column.type


def poison(connection: Connection) -> dict[str, int]:
    """Put payloads into every column that takes them; return the number of rows, by "table.column"."""
    taken = {}
    for table, column, kind in columns():
        name = f"{table}.{column}"
        if name in SPARED:
            continue
        rows = ROWS.get(table, f'ctid IN (SELECT ctid FROM "{table}" ORDER BY ctid DESC LIMIT 12)')
        for words in (GROUPS,) if name in SHORT else (TURNS, GROUPS):
            said = "(CAST(:words AS text[]))[number % :turns + 1] || :mark || number"
            if isinstance(kind, ARRAY):
                said = f"ARRAY[{said}, {said}]"
            if isinstance(kind, JSONB):
                said = f"(SELECT coalesce(jsonb_object_agg(key, {said}), '{{}}') FROM jsonb_each(one.{column}))"
            counted = f'SELECT ctid AS row, row_number() OVER () AS number FROM "{table}" WHERE {rows}'
            statement = text(
                f'UPDATE "{table}" AS one SET {column} = {said} FROM ({counted}) AS it WHERE one.ctid = it.row'
            )
            try:
                with connection.begin_nested():
                    given = {"words": words, "turns": len(words), "mark": mark(name)}
                    taken[name] = connection.execute(statement, given).rowcount
                break
            except DBAPIError:
                continue
    return taken
