"""Which records hold the words of a search: one statement for all of its words, ids packed as bytes."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text


class Found(NamedTuple):
    """The ids (packed big-endian int32) of the records that hold a word or one of its inflections in a title; those of
    which a title has a word that begins so; those that hold it anywhere, as a beginning too where that was asked."""

    title: bytes
    title_start: bytes
    anywhere: bytes


# atlas_fold is applied to the word, never to a column. A quoted operand may hold anything; a word that the parser
# takes apart (it knows no other letters than its locale's) must be found in all its parts, hence & for <->: documents
# hold no positions. An inflection is found by the stems of the word in every language that the texts are in.
_FIND = """
WITH asked AS MATERIALIZED (
  SELECT place,
    to_tsquery('simple', quoted) AS whole,
    coalesce((SELECT string_agg(stem::text, ' | ') FROM (
      SELECT DISTINCT to_tsquery(atlas_stemmer(language), quoted) AS stem
      FROM unnest(CAST(:languages AS text[])) AS language) AS stems WHERE numnode(stem) > 0), '')::tsquery AS stems,
    replace(to_tsquery('simple', quoted || ':*')::text, '<->', '&')::tsquery AS start,
    starting
  FROM unnest(CAST(:words AS text[]), CAST(:starts AS bool[])) WITH ORDINALITY AS given (word, starting, place),
    LATERAL (SELECT '''' || translate(atlas_fold(word), '''\\', '  ') || '''' AS quoted) AS q
), words AS (
  SELECT place, starting, start, replace((whole || stems)::text, '<->', '&')::tsquery AS whole FROM asked
), asking AS MATERIALIZED (
  SELECT place, starting, start, whole, CASE WHEN starting THEN whole || start ELSE whole END AS anywhere FROM words
)
SELECT
  (SELECT string_agg(int4send({table}_id), '') FROM {table}_document WHERE title @@ whole),
  CASE WHEN starting THEN (SELECT string_agg(int4send({table}_id), '') FROM {table}_document WHERE title @@ start) END,
  (SELECT string_agg(int4send({table}_id), '') FROM {table}_document WHERE body @@ anywhere)
FROM asking ORDER BY place
"""
_FINDS = {name: text(_FIND.format(table=name)) for name in ("practice", "service")}

_LIKE = text("""
SELECT word FROM known_word WHERE collection = :collection AND word % :word
ORDER BY similarity(word, :word) DESC, word LIMIT 20
""")
_TOWN = text("SELECT EXISTS (SELECT FROM place WHERE folded_names LIKE :name AND population >= 5000)")
_LANGUAGES = text("SELECT DISTINCT language FROM service_text")


def find(
    connection: Connection,
    collection: str,
    words: Sequence[str],
    starts: Sequence[bool],
    languages: Sequence[str],
) -> list[Found]:
    """Return what each word finds. `starts` says which words may be the beginning of one; `languages` (BCP 47) are
    those whose inflections count."""
    given = {"words": list(words), "starts": list(starts), "languages": list(languages)}
    rows = connection.execute(_FINDS[collection], given)
    return [Found(*(bytes(ids or b"") for ids in row)) for row in rows]


def similar_words(connection: Connection, collection: str, word: str) -> list[str]:
    """Return up to 20 words of the records that look like a folded word, the likest first."""
    return list(connection.execute(_LIKE, {"collection": collection, "word": word}).scalars())


def is_town(connection: Connection, word: str) -> bool:
    """Whether a folded word (letters and digits only) names a town, in any language: then it is no typing error."""
    return bool(connection.execute(_TOWN, {"name": f"%|{word}|%"}).scalar_one())


def languages_of_services(connection: Connection) -> list[str]:
    """Return the languages that texts of services are written in."""
    return list(connection.execute(_LANGUAGES).scalars())
