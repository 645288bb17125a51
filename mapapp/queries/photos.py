"""Photos: which are public, who may see the others, those of a practice, those that nothing names any more."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text


class Shown(NamedTuple):
    """A photo of a public practice. `alt` describes it in `alt_language`, the best for the reader; width and height in
    pixels are those of the large file."""

    id: UUID
    width: int
    height: int
    alt: str
    alt_language: str
    credit: str


class Size(NamedTuple):
    """A photo that was taken in; width and height in pixels are those of the large file."""

    id: UUID
    width: int
    height: int


# What is seen, told in the reader's language, else in English, else in whatever there is.
BEST_ALT = """
CROSS JOIN LATERAL (
  SELECT key AS language, value AS words FROM jsonb_each_text(alt)
  ORDER BY key = :lang DESC, key = 'en' DESC, key LIMIT 1
) AS told
"""
_OF_PRACTICE = text(f"""
SELECT photo.id, width, height, told.words, told.language, credit
FROM practice_photo JOIN photo ON photo.id = photo_id {BEST_ALT}
WHERE practice_id = :practice ORDER BY position, photo.id
""")  # noqa: S608 - only the constant above is put in
_OF_ALL = text(f"""
SELECT practice.slug, photo.id, width, height, told.words, told.language, credit
FROM practice_photo JOIN photo ON photo.id = photo_id JOIN practice ON practice.id = practice_id {BEST_ALT}
ORDER BY practice.slug, position, photo.id
""")  # noqa: S608 - only the constant above is put in
_PUBLIC = text("SELECT EXISTS (SELECT FROM practice_photo WHERE photo_id = :photo)")
_NAMED = """
  (jsonb_path_query_array(proposal.values, '$.photos[*].id') ? CAST(photo.id AS text)
   OR jsonb_path_query_array(proposal.base, '$.photos[*].id') ? CAST(photo.id AS text))
"""
_OWN = text(f"""
SELECT EXISTS (
  SELECT FROM photo WHERE id = :photo AND (account_id = :account OR EXISTS (
    SELECT FROM proposal WHERE (author_id = :account OR organisation_id = ANY(:organisations)) AND {_NAMED})))
""")  # noqa: S608 - only the constant above is put in
_SIZES = text("SELECT id, width, height FROM photo WHERE id = ANY(CAST(:photos AS uuid[]))")
_NAMELESS = text(f"""
SELECT id FROM photo WHERE created_at < :before
AND NOT EXISTS (SELECT FROM practice_photo WHERE photo_id = photo.id)
AND NOT EXISTS (SELECT FROM proposal WHERE {_NAMED})
FOR UPDATE
""")  # noqa: S608 - only the constant above is put in


def of_practice(connection: Connection, practice_id: int, lang: str) -> tuple[Shown, ...]:
    """Return the photos of a practice in their order, for a reader of `lang`."""
    return tuple(Shown(*row) for row in connection.execute(_OF_PRACTICE, {"practice": practice_id, "lang": lang}))


def of_all(connection: Connection, lang: str) -> dict[str, list[Shown]]:
    """Return the photos of every practice that has any, by its slug and in their order, for a reader of `lang`."""
    found: dict[str, list[Shown]] = {}
    for slug, *photo in connection.execute(_OF_ALL, {"lang": lang}):
        found.setdefault(slug, []).append(Shown(*photo))
    return found


def is_public(connection: Connection, photo_id: UUID) -> bool:
    """Tell whether a public practice shows the photo."""
    return bool(connection.execute(_PUBLIC, {"photo": photo_id}).scalar_one())


def is_of(connection: Connection, photo_id: UUID, account_id: int, organisations: list[int]) -> bool:
    """Tell whether somebody has sent a photo, or a proposal of theirs or of their organisations names it."""
    given = {"photo": photo_id, "account": account_id, "organisations": organisations}
    return bool(connection.execute(_OWN, given).scalar_one())


def sizes(connection: Connection, photo_ids: list[str]) -> dict[str, Size]:
    """Return the photos that there are, by id as text."""
    return {str(row[0]): Size(*row) for row in connection.execute(_SIZES, {"photos": photo_ids})}


def nameless(connection: Connection, before: datetime) -> list[UUID]:
    """Return the photos older than `before` that neither a practice nor a proposal names, and lock them."""
    return list(connection.execute(_NAMELESS, {"before": before}).scalars())
