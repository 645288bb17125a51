"""The vocabularies as those who run the site see them: terms in order, their words per language, how often they are
used."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from ..looks import Look

#: Vocabularies whose terms may be merged and retired. The others are read by the code itself, or are a framework's.
OPEN = ("theme", "target_group", "organisation_type", "service_category")


class Vocabulary(NamedTuple):
    """A vocabulary with how many terms it has, and how many of them are retired."""

    name: str
    terms: int
    retired: int


class Listed(NamedTuple):
    """A term in its place. `languages`: in how many it has a label; `uses`: how many records have it."""

    key: str
    label: str
    retired_at: datetime | None
    languages: int
    synonyms: int
    uses: int


class Former(NamedTuple):
    """A merged term whose key leads to another one now. `label` is its word then, in the reader's language or in
    English; `can_part`: what the merge changed is known, so that it can be taken back."""

    key: str
    label: str
    at: datetime
    can_part: bool


class Term(NamedTuple):
    """A term with its words by language, its look, and the former keys that lead to it."""

    vocabulary: str
    key: str
    retired_at: datetime | None
    labels: Mapping[str, str]
    synonyms: Mapping[str, list[str]]
    look: Look
    former: tuple[Former, ...]


_VOCABULARIES = text("SELECT vocabulary, count(*), count(retired_at) FROM term GROUP BY vocabulary ORDER BY vocabulary")
_USES = """
SELECT vocabulary, key, practice_id AS id FROM practice_term
UNION ALL SELECT 'organisation_type', organisation_type, id FROM practice
UNION ALL SELECT 'status', status, id FROM practice
UNION ALL SELECT 'service_category', category, id FROM service
UNION ALL SELECT 'criterion', criterion, id FROM evaluation
UNION ALL SELECT 'need_kind', kind, id FROM need
UNION ALL SELECT 'theme', theme, id FROM need
UNION ALL SELECT 'event_type', type, id FROM event
UNION ALL SELECT 'membership_role', role, project_id FROM membership
UNION ALL SELECT 'indicator', indicator, region_id FROM region_indicator
UNION ALL SELECT 'level', level, id FROM region
UNION ALL SELECT 'destination_type', destination_type, id FROM region
UNION ALL SELECT 'coord_precision', location_kind, id FROM practice
UNION ALL SELECT 'coord_precision', location_kind, id FROM service
"""
_LISTED = text(f"""
SELECT term.key, coalesce(own.label, english.label, term.key), retired_at,
  (SELECT count(*) FROM term_label AS l WHERE l.vocabulary = term.vocabulary AND l.key = term.key),
  (SELECT count(*) FROM term_synonym AS s WHERE s.vocabulary = term.vocabulary AND s.key = term.key),
  coalesce(used.number, 0)
FROM term
LEFT JOIN term_label AS own
  ON own.vocabulary = term.vocabulary AND own.key = term.key AND own.language = :lang
LEFT JOIN term_label AS english
  ON english.vocabulary = term.vocabulary AND english.key = term.key AND english.language = 'en'
LEFT JOIN (SELECT key, count(*) AS number FROM ({_USES}) AS every WHERE vocabulary = :vocabulary GROUP BY key) AS used
  ON used.key = term.key
WHERE term.vocabulary = :vocabulary ORDER BY term.position, term.key
""")  # noqa: S608 constants only
_TERM = text("SELECT retired_at, colour, icon FROM term WHERE vocabulary = :vocabulary AND key = :key")
_LABELS = text("SELECT language, label FROM term_label WHERE vocabulary = :vocabulary AND key = :key ORDER BY language")
_SYNONYMS = text("""
SELECT language, array_agg(synonym ORDER BY synonym) FROM term_synonym
WHERE vocabulary = :vocabulary AND key = :key GROUP BY language
""")
_FORMER = text("""
SELECT key, coalesce(
    jsonb_path_query_first(kept, 'strict $.labels[*] ? (@[0] == $lang)[1]', given) #>> '{}',
    jsonb_path_query_first(kept, 'strict $.labels[*] ? (@[0] == "en")[1]') #>> '{}', key), at,
  kept ->> 'into' IS NOT DISTINCT FROM moved_to
FROM former_term, jsonb_build_object('lang', CAST(:lang AS text)) AS given
WHERE vocabulary = :vocabulary AND moved_to = :key ORDER BY key
""")
_COLOURS = text("SELECT key, colour FROM term WHERE vocabulary = 'theme' ORDER BY position, key")
_LANGUAGES = text("SELECT language FROM term_label UNION SELECT language FROM term_synonym ORDER BY 1")


def vocabularies(connection: Connection) -> list[Vocabulary]:
    """Return every vocabulary."""
    return [Vocabulary(*row) for row in connection.execute(_VOCABULARIES)]


def listed(connection: Connection, vocabulary: str, lang: str) -> list[Listed]:
    """Return the terms of a vocabulary in their order, labels for a reader of `lang`; none for no such vocabulary."""
    return [Listed(*row) for row in connection.execute(_LISTED, {"vocabulary": vocabulary, "lang": lang})]


def one(connection: Connection, vocabulary: str, key: str, lang: str = "en") -> Term | None:
    """Return a term, or None; the words of those that were merged with it are for a reader of `lang`."""
    given = {"vocabulary": vocabulary, "key": key}
    found = connection.execute(_TERM, given).one_or_none()
    if found is None:
        return None
    return Term(
        vocabulary,
        key,
        found.retired_at,
        {language: label for language, label in connection.execute(_LABELS, given)},
        {language: list(words) for language, words in connection.execute(_SYNONYMS, given)},
        Look(found.colour, found.icon),
        tuple(Former(*row) for row in connection.execute(_FORMER, {**given, "lang": lang})),
    )


def used_colours(connection: Connection) -> dict[str, str]:
    """Return which theme has a colour (see `mapapp.looks`): colour → key."""
    return {colour or key: key for key, colour in connection.execute(_COLOURS)}


def languages(connection: Connection) -> list[str]:
    """Return the languages in which there are words of vocabularies."""
    return list(connection.execute(_LANGUAGES).scalars())
