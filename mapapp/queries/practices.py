"""Practices as rows for cards and pages: ids or one slug in, typed rows out, in the reader's language."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from .photos import BEST_ALT, Shown
from .practice_page import PracticePage, detail

__all__ = ["PracticeCard", "PracticePage", "PracticeTitle", "cards", "detail", "titles"]


class PracticeCard(NamedTuple):
    """What a card shows. Texts are in the reader's language, else in English, else in their source language, and say
    which; lon and lat are degrees (EPSG:4326), None where the practice has no point."""

    id: int
    slug: str
    title: str
    title_language: str
    title_origin: str
    summary: str | None
    summary_language: str
    place: str | None
    country: str
    location_kind: str | None
    themes: list[str]
    start_year: int | None
    end_year: int | None
    status: str
    confirmed_on: date | None
    updated_at: datetime
    lon: float | None
    lat: float | None
    photo: Shown | None


class PracticeTitle(NamedTuple):
    """What the marker of one practice says and shows: its name, where it is, and its first theme."""

    id: int
    slug: str
    title: str
    title_language: str
    place: str | None
    country: str
    location_kind: str | None
    theme: str | None


# The one text row a reader is shown: own language, else English, else the source, else whatever there is.
_SHOWN = """
JOIN LATERAL (
  SELECT language, origin, title, summary FROM practice_text
  WHERE practice_id = practice.id
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS shown ON true
"""
# An answer's summary may be missing in a translation; then the source's stands, marked with its language.
_SUMMARY = """
LEFT JOIN LATERAL (
  SELECT language, summary FROM practice_text
  WHERE practice_id = practice.id AND summary IS NOT NULL
  ORDER BY language = :lang DESC, language = 'en' DESC, is_source DESC, language LIMIT 1
) AS told ON true
"""
_PHOTO = f"""
LEFT JOIN LATERAL (
  SELECT photo.id, width, height, told.words, told.language, credit
  FROM practice_photo JOIN photo ON photo.id = photo_id {BEST_ALT}
  WHERE practice_id = practice.id ORDER BY position, photo.id LIMIT 1
) AS first ON true
"""  # noqa: S608 - only the constant above is put in
_PHOTO_COLUMNS = len(Shown._fields)
_CARDS = text(f"""
SELECT practice.id, slug, shown.title, shown.language, shown.origin, told.summary,
  coalesce(told.language, shown.language), place_name, country, location_kind,
  ARRAY(SELECT key FROM practice_term WHERE practice_id = practice.id AND vocabulary = 'theme' ORDER BY position, key),
  start_year, end_year, status, confirmed_on, updated_at, ST_X(location), ST_Y(location),
  first.id, first.width, first.height, first.words, first.language, first.credit
FROM unnest(CAST(:ids AS int[])) WITH ORDINALITY AS asked (id, place)
JOIN practice ON practice.id = asked.id
{_SHOWN} {_SUMMARY} {_PHOTO}
ORDER BY asked.place
""")  # noqa: S608 - only constants above are put together
_TITLES = text(f"""
SELECT practice.id, slug, shown.title, shown.language, place_name, country, location_kind,
  (SELECT key FROM practice_term WHERE practice_id = practice.id AND vocabulary = 'theme'
   ORDER BY position, key LIMIT 1)
FROM unnest(CAST(:ids AS int[])) WITH ORDINALITY AS asked (id, place)
JOIN practice ON practice.id = asked.id
{_SHOWN}
ORDER BY asked.place
""")  # noqa: S608 - only constants above are put together


def _plain(ids: object) -> list[int]:
    """Return ids as Python integers; an answer's are a numpy array."""
    return ids.tolist() if hasattr(ids, "tolist") else [int(one) for one in ids]  # type: ignore[attr-defined]


def cards(connection: Connection, ids: object, lang: str) -> list[PracticeCard]:
    """Return the cards of ids (a sequence or a slice of an answer's ids) in their order: one statement.

    An id whose practice is gone by now is left out.
    """
    rows = connection.execute(_CARDS, {"ids": _plain(ids), "lang": lang})
    return [PracticeCard._make([*row[:-_PHOTO_COLUMNS], _photo(row[-_PHOTO_COLUMNS:])]) for row in rows]


def _photo(cells: Sequence[Any]) -> Shown | None:
    return Shown(*cells) if cells[0] is not None else None


def titles(connection: Connection, ids: object, lang: str) -> list[PracticeTitle]:
    """Return slug and title of ids in their order, for the markers of single practices: one statement."""
    return [PracticeTitle(*row) for row in connection.execute(_TITLES, {"ids": _plain(ids), "lang": lang})]
