"""Vocabulary terms in their order, with labels and synonyms per language."""

from mapapp.writing.incoming import Label, Synonym, Term

from .. import cells
from ..reading import Row
from .checking import Files

VOCABULARIES = ("vocabulary", "key", *(f"label_{tag}" for tag in ("en", "de", "it", "es", "fr", "sv", "pt")))
LABELS = ("vocabulary", "key", "language", "label")
SYNONYMS = ("vocabulary", "key", "language", "synonym")


def read_terms(files: Files) -> tuple[Term, ...]:
    """Return the terms of vocabularies.csv; its label columns are for reference only, labels.csv is right."""
    terms: list[Term] = []
    for row in files.tables["vocabularies.csv"].rows:
        vocabulary = row.need("vocabulary", cells.title, "")
        key = row.need("key", cells.title, "")
        known = files.terms.setdefault(vocabulary, ())
        if key in known:
            row.refuse("key", f"'{key}' was there before in the vocabulary {vocabulary}")
        if not _kept(files, row):
            continue
        terms.append(Term(vocabulary, key, len(known)))
        files.terms[vocabulary] = (*known, key)
    return tuple(terms)


def read_labels(files: Files) -> tuple[Label, ...]:
    """Return the labels of all terms; within a vocabulary and language no two terms share one."""
    labels: list[Label] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in files.tables["labels.csv"].rows:
        vocabulary, key, language = _term_and_language(files, row)
        label = row.need("label", cells.title, "")
        for column, same in (("language", (vocabulary, key, language)), ("label", (vocabulary, "", language, label))):
            if not row.problems and same in seen:
                row.refuse(column, f"'{row[column]}' was there before on line {seen[same]}")
        if not _kept(files, row):
            continue
        seen |= dict.fromkeys(((vocabulary, key, language), (vocabulary, "", language, label)), row.line)
        # Only the English labels were written as such; the README beside the files says how the others were made.
        labels.append(Label(vocabulary, key, language, label, "author" if language == "en" else "machine"))
    _every_term_has_a_label(files, labels)
    return tuple(labels)


def read_synonyms(files: Files) -> tuple[Synonym, ...]:
    """Return the words that people type for a term."""
    synonyms: list[Synonym] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in files.tables["synonyms.csv"].rows:
        vocabulary, key, language = _term_and_language(files, row)
        synonym = row.need("synonym", cells.title, "")
        same = (vocabulary, language, synonym)
        if not row.problems and same in seen:
            row.refuse("synonym", f"'{synonym}' was there before on line {seen[same]}")
        if _kept(files, row):
            seen[same] = row.line
            synonyms.append(Synonym(vocabulary, key, language, synonym))
    return tuple(synonyms)


def _term_and_language(files: Files, row: Row) -> tuple[str, str, str]:
    vocabulary = row.need("vocabulary", cells.title, "")
    if vocabulary and vocabulary not in files.terms:
        row.refuse("vocabulary", f"'{vocabulary}' is not a vocabulary of vocabularies.csv")
        key = ""
    else:
        key = row.need("key", files.term(vocabulary) if vocabulary else cells.title, "")
    return vocabulary, key, row.need("language", cells.language, "")


def _kept(files: Files, row: Row) -> bool:
    files.bad.extend(row.problems)
    return not row.problems


def _every_term_has_a_label(files: Files, labels: list[Label]) -> None:
    """Refuse terms without an English label: every language falls back to it."""
    in_english = {(label.vocabulary, label.key) for label in labels if label.language == "en"}
    for row in files.tables["vocabularies.csv"].rows:
        if not row.problems and (row["vocabulary"], row["key"]) not in in_english:
            row.refuse("key", f"'{row['key']}' has no English label in labels.csv")
            files.bad.extend(row.problems)
