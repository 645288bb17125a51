"""Writes the searchable documents of changed records: what text search reads, in the transaction of the change.

A document holds every text of its record twice, folded: as whole words, so that readers of any language and prefixes
find them, and stemmed in the text's own language. Vocabulary labels and country names are not in it: they are matched
in memory, in all languages, by `atlas/words.py`.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

# One row for each text: record, language, whether it is a title, the text.
_PRACTICE_TEXTS = """
SELECT practice_id AS id, language, true AS in_title, title AS said FROM practice_text WHERE {chosen_text}
UNION ALL
SELECT practice_id, language, false, concat_ws(' ', summary, description, lessons, transferability)
FROM practice_text WHERE {chosen_text}
UNION ALL
SELECT id, language_original, true, title_original FROM practice WHERE title_original IS NOT NULL AND {chosen}
UNION ALL
SELECT id, '', false, concat_ws(' ', organisation, place_name, array_to_string(partners, ' '),
  array_to_string(programmes, ' ')) FROM practice WHERE {chosen}
UNION ALL
SELECT practice.id, '', false, translate(place.folded_names, '|', ' ') FROM practice
JOIN place ON place.geoname_id = place_id WHERE {chosen}
UNION ALL
SELECT id, '', false, concat_ws(' ', name, name_latin) FROM (
  SELECT id, nuts_code AS code FROM practice WHERE nuts_code IS NOT NULL AND {chosen}
  UNION SELECT practice_id, code FROM practice_territory WHERE {chosen_text}
) AS lies, unnest(ARRAY[left(code, 2), left(code, 3), left(code, 4), left(code, 5)]) AS around
JOIN territory ON territory.code = around
UNION ALL
SELECT practice.id, '', false, concat_ws(' ', acronym, title_local) FROM practice
JOIN project ON project.id = project_id WHERE {chosen}
UNION ALL
SELECT practice.id, project_text.language, false, project_text.title FROM practice
JOIN project_text USING (project_id) WHERE {chosen}
"""
_SERVICE_TEXTS = """
SELECT service_id AS id, language, true AS in_title, name AS said FROM service_text WHERE {chosen_text}
UNION ALL
SELECT service_id, language, false, concat_ws(' ', description, eligibility, cost, documents)
FROM service_text WHERE {chosen_text}
UNION ALL
SELECT id, '', false, concat_ws(' ', organisation, place_name, address) FROM service WHERE {chosen}
UNION ALL
SELECT service.id, '', false, translate(place.folded_names, '|', ' ') FROM service
JOIN place ON place.geoname_id = place_id WHERE {chosen}
UNION ALL
SELECT service.id, region_text.language, false, region_text.name FROM service
JOIN region_text USING (region_id) WHERE {chosen}
"""
_TEXTS = {"practice": _PRACTICE_TEXTS, "service": _SERVICE_TEXTS}

# Positions are left out: they would make documents three times as large and are never asked for. A changed document is
# written, an equal one is left alone. Short words and numbers are no help against typing errors.
_WRITE = """
WITH texts AS ({texts}),
folded AS MATERIALIZED (SELECT id, language, in_title, atlas_fold(said) AS said FROM texts WHERE said <> ''),
whole AS MATERIALIZED (
  SELECT id, in_title, lexeme FROM folded, unnest(tsvector_to_array(to_tsvector('simple', said))) AS lexeme
),
words AS (
  SELECT id, in_title, lexeme FROM whole
  UNION ALL
  SELECT id, in_title, lexeme FROM folded,
    unnest(tsvector_to_array(to_tsvector(atlas_stemmer(language), said))) AS lexeme
  WHERE atlas_stemmer(language) <> 'simple'::regconfig
),
known AS (
  INSERT INTO known_word (collection, word)
  SELECT DISTINCT '{table}', lexeme FROM whole WHERE length(lexeme) BETWEEN 4 AND 40 AND lexeme !~ '[0-9]'
  ON CONFLICT DO NOTHING
),
documents AS (
  SELECT id, array_to_tsvector(coalesce(array_agg(lexeme) FILTER (WHERE in_title), '{{}}')) AS title,
    array_to_tsvector(array_agg(lexeme)) AS body
  FROM words GROUP BY id
)
INSERT INTO {table}_document AS kept ({table}_id, title, body) SELECT id, title, body FROM documents
ON CONFLICT ({table}_id) DO UPDATE SET title = excluded.title, body = excluded.body
WHERE (kept.title, kept.body) IS DISTINCT FROM (excluded.title, excluded.body)
"""


def write_documents(connection: Connection, collection: str, ids: Sequence[int] | None = None) -> None:
    """Write the documents of some records of a collection ("practice" or "service"), or of all.

    Call it in the transaction that changed the records, or the project, place or territory whose names they carry.
    """
    chosen = "true" if ids is None else f"{collection}.id = ANY(:ids)"
    chosen_text = "true" if ids is None else f"{collection}_id = ANY(:ids)"
    texts = _TEXTS[collection].format(chosen=chosen, chosen_text=chosen_text)
    given = {} if ids is None else {"ids": list(ids)}
    if ids is None:
        connection.execute(text("DELETE FROM known_word WHERE collection = :collection"), {"collection": collection})
    connection.execute(text(_WRITE.format(table=collection, texts=texts)), given)
    if ids is None:  # the planner knows nothing of a table that was filled in this transaction
        connection.execute(text(f"ANALYZE {collection}_document, known_word"))


def documents_missing(connection: Connection, collection: str) -> bool:
    """Whether some record has no document: the table was made anew under records that were there before."""
    missing = f"SELECT id FROM {collection} EXCEPT SELECT {collection}_id FROM {collection}_document"  # noqa: S608 our own
    return bool(connection.execute(text(f"SELECT EXISTS ({missing})")).scalar_one())
