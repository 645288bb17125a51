"""A record's texts in the reader's language, and which other language stands in where it has none."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Row, case, select
from sqlalchemy.orm import InstrumentedAttribute

SHARED = "en"  # the language that most records have, and the first to stand in for a missing one


class Said(NamedTuple):
    """A text, the language (BCP 47) that it is in, and who made it: author, translator or machine."""

    text: str
    language: str
    origin: str


def preference(text: Any, lang: str) -> Any:
    """Return what orders the rows of a text table: the language asked for, English, the source, others."""
    return case((text.language == lang, 0), (text.language == SHARED, 1), (text.is_source, 2), else_=3)


def best(text: Any, key: InstrumentedAttribute[int], record_id: Any, lang: str, name: str) -> Any:
    """Return the one text row of a record that a reader of `lang` gets, to be joined as `name`.

    Meant for titles and names, which every text row has; longer texts may be missing in a row: see `by_field`.
    """
    return (
        select(text)
        .where(key == record_id)
        .order_by(preference(text, lang), text.language)
        .limit(1)
        .correlate_except(text)
        .lateral(name)
    )


def by_field(rows: Iterable[Row[Any]], fields: tuple[str, ...]) -> dict[str, Said]:
    """Return each field from the first row that has it; `rows` come in the order of `preference`."""
    said: dict[str, Said] = {}
    for row in rows:
        for field in fields:
            value = getattr(row, field)
            if value and field not in said:
                said[field] = Said(value, row.language, row.origin)
    return said
