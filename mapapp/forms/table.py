"""Tables that people send: what their columns mean, and each row as the practice form would have sent it.

A row goes through the same form as everything that is typed. Nothing here reads a database: words and places are
looked up by whoever calls.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from ..folding import fold
from .coordinates import Point, decimal
from .fields import N_, Fault, Sent, tidy
from .parts import LANGUAGES

Cell = str | list[str]
Texts = Mapping[str, Mapping[str, str]]  # by language and field
TEXTS = ("title", "summary", "description", "lessons", "transferability")
VOCABULARIES = {
    "themes": "theme",
    "dimensions": "dimension",
    "target_groups": "target_group",
    "organisation_type": "organisation_type",
}
LISTS = ("themes", "dimensions", "target_groups", "partners", "programmes", "territories")
LONGER = ("description", "lessons", "transferability")  # in our downloads their language has a column of its own
TARGETS = (
    *TEXTS,
    "language",
    "description_language",
    "place_name",
    "country",
    "nuts",
    "territories",
    "location_kind",
    "lat",
    "lon",
    "coordinates",
    *VOCABULARIES,
    "organisation",
    "partners",
    "programmes",
    "project",
    "start_year",
    "end_year",
    "status",
    "budget_eur",
    "website",
    "source_title",
    "source_url",
    "contact_name",
    "contact_mail",
    "contact_public",
    "slug",
)
_PLAIN = ("place_name", "organisation", "budget_eur", "website", "source_title", "source_url")
_CONTACT = ("contact_name", "contact_mail")
# What columns are called, beside the names of the fields themselves: English, German, Italian.
_CALLED = {
    "title": "name titel name_der_praxis bezeichnung titolo nome denominazione practice praxis",
    "summary": "abstract short_description zusammenfassung kurzbeschreibung kurzfassung riassunto sintesi",
    "description": "what_it_does beschreibung was_geschieht descrizione desc",
    "lessons": "results results_and_lessons lessons_learned ergebnisse erfahrungen risultati insegnamenti",
    "transferability": "transfer ubertragbarkeit trasferibilita",
    "language": "lang sprache lingua",
    "place_name": "place town city municipality ort ortsname gemeinde stadt luogo comune citta localita",
    "country": "country_code land staat landercode paese stato nazione",
    "nuts": "nuts_code nuts_id nuts3 nuts_3 nuts2 codice_nuts region_code",
    "territories": "covers covered_territories gebiete gebiet territori",
    "location_kind": "precision location_type genauigkeit ortsart precisione",
    "lat": "latitude y breite breitengrad geogr_breite latitudine",
    "lon": "lng long longitude x lange langengrad geogr_lange longitudine",
    "coordinates": "coords latlon lat_lon koordinaten coordinate wkt",
    "themes": "theme topic topics thema themen tema temi",
    "dimensions": "dimension dimensionen dimensione dimensioni",
    "target_groups": "target_group zielgruppe zielgruppen gruppi_destinatari destinatari",
    "organisation": "organization lead lead_organisation trager tragerin organizzazione ente",
    "organisation_type": "organization_type type_of_organisation art_der_organisation organisationsart "
    "tipo_di_organizzazione",
    "partners": "partner partnerinnen kooperationspartner",
    "programmes": "programme program programs programm programma funding forderung programmi finanziamento",
    "project": "projekt progetto",
    "start_year": "start from year_from beginn startjahr von anno_inizio inizio year jahr anno erstes_jahr",
    "end_year": "end until to year_to ende endjahr bis anno_fine fine letztes_jahr",
    "status": "state stand stato_attuale",
    "budget_eur": "budget cost costs kosten costo total_cost",
    "website": "web homepage internet webseite web_address sito sito_web",
    "source_title": "source quelle fonte",
    "source_url": "source_address quelladresse link_quelle indirizzo_della_fonte source_link link",
    "contact_name": "contact contact_person kontakt kontaktperson ansprechperson contatto referente "
    "persona_di_contatto",
    "contact_mail": "contact_email contact_e_mail email mail e_mail kontakt_mail e_mail_kontakt mail_di_contatto",
    "contact_public": "contact_is_public show_contact kontakt_offentlich kontakt_zeigen contatto_pubblico",
    "slug": "id_practice",
}
_YES = frozenset(["yes", "y", "true", "1", "x", "ja", "j", "wahr", "si", "s", "vero"])
_KINDS = {
    "address": "adresse anschrift indirizzo point punkt punto exact genau",
    "municipality": "gemeinde stadt ort comune citta town city place",
    "region": "bezirk provinz provincia district regione",
    "country": "staat paese stato nation",
}
_STATUS = {
    "running": "lauft laufend aktiv active ongoing in_corso attivo",
    "ended": "beendet abgeschlossen finished completed concluso terminato",
    "unknown": "unbekannt sconosciuto",
}


class Words(NamedTuple):
    """What words in cells stand for, each by its folded form: terms by vocabulary, countries, languages, projects."""

    terms: Mapping[str, Mapping[str, str]]
    countries: Mapping[str, str]
    languages: Mapping[str, str]
    projects: Mapping[str, str]


class Defaults(NamedTuple):
    """What is taken where a row says nothing."""

    language: str
    location_kind: str
    owner: str
    source_title: str


def _key(heading: str) -> str:
    return "_".join(re.findall(r"[^\W_]+", fold(heading)))


_TARGET_OF = {word: target for target, words in _CALLED.items() for word in words.split()} | {
    target: target for target in TARGETS
}
_OWN = {target: target for target in TARGETS} | {"place": "place_name"}  # the names that our own files use
_NEVER = frozenset({"url", "licence", "confirmed_on", "updated_at", "fid", "id", "ogc_fid"}) | {
    *("attribution", "search", "search_url"),
}


def guess(headings: Sequence[str], labels: Mapping[str, str] | None = None) -> list[str]:
    """Return what each column seems to be: a target, a text with its language ("title:de"), or an empty string.

    `labels` are the targets by what the site calls them in some language. No target is given twice.
    """
    called = {_key(words): target for words, target in (labels or {}).items()} | _TARGET_OF
    keys = [_key(heading) for heading in headings]
    named = [_target(key, called) for key in keys]
    # A heading that is the very name of a field stands for it, wherever it is: KML has its own "Name" and "end".
    exact = {key for key in keys if key in _OWN}
    found: list[str] = []
    for key, target in zip(keys, named, strict=True):
        own = key in exact or not any(_OWN[one] == target for one in exact)
        found.append(target if own and target not in found else "")
    return found


def _target(key: str, called: Mapping[str, str]) -> str:
    if key in _NEVER:
        return ""
    stem, _underscore, language = key.rpartition("_")
    if key not in called and language in LANGUAGES and called.get(stem) in TEXTS:
        return f"{called[stem]}:{language}"
    return called.get(key, "")


def is_target(text: str) -> bool:
    """Tell whether a text names what a column can be."""
    name, _colon, language = text.partition(":")
    return name in TARGETS and (not language or (name in TEXTS and language in LANGUAGES))


def line(cell: Cell) -> str:
    """Return a cell as one text."""
    return "; ".join(cell) if isinstance(cell, list) else cell.strip()


def items(cell: Cell, known: Collection[str] = ()) -> list[str]:
    """Return the items of a cell: between semicolons, bars or lines; between commas where each is one of the `known`
    words (folded)."""
    found = cell if isinstance(cell, list) else re.split(r"[;|\n]", cell)
    split = []
    for item in (tidy(one) for one in found):
        parts = [part.strip() for part in item.split(",")]
        several = fold(item) not in known and all(fold(part) in known for part in parts)
        split += parts if several else [item]
    return [one for one in split if one]


def _choice(cell: Cell, known: Mapping[str, str]) -> str:
    text = tidy(line(cell))
    return known.get(fold(text), text)


def _named(words: Mapping[str, str]) -> dict[str, str]:
    return {word.replace("_", " "): key for key, listed in words.items() for word in [key, *listed.split()]}


_KIND_OF, _STATUS_OF = _named(_KINDS), _named(_STATUS)


def _year(cell: Cell) -> str:
    """Return the year that a cell holds, be it a number or a date; what is none of these as it is."""
    text = tidy(line(cell))
    found = re.fullmatch(
        r"(\d{4})(?:\.0+)?|(\d{4})[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?:[T ].*)?|\d{1,2}[./]\d{1,2}[./](\d{4})", text
    )
    return next((part for part in found.groups() if part), text) if found else text


def _degrees(cell: Cell) -> float | None:
    try:
        return float(line(cell).replace(",", ".").replace("−", "-").rstrip("°").strip())
    except ValueError:
        return None


def coordinates(cells: Mapping[str, Cell], geometry: Point | None) -> str:
    """Return a row's point as the form reads it; an empty text where it has none."""
    if geometry is not None:
        return decimal(geometry)
    lat, lon = (line(cells.get(name, "")) for name in ("lat", "lon"))
    if lat or lon:
        latitude, longitude = _degrees(lat), _degrees(lon)
        if latitude is None or longitude is None:
            return f"{lat} {lon}".strip()  # the form says what is wrong with it
        return decimal(Point(latitude, longitude))
    return tidy(line(cells.get("coordinates", "")))


def language_of(cells: Mapping[str, Cell], words: Words, longer: bool = False) -> str:
    """Return the language that a row says its texts have; `longer` asks for that of the longer ones."""
    own = _choice(cells.get("description_language", ""), words.languages) if longer else ""
    own = own or _choice(cells.get("language", ""), words.languages)
    return own if own.lower() not in LANGUAGES else own.lower()


def texts_of(
    cells: Mapping[str, Cell], words: Words, defaults: Defaults, before: Texts | None = None
) -> dict[str, dict[str, str]]:
    """Return the texts of a row by language. Where two columns give one text, as in files of all languages, that one
    counts which says something else than the record did `before`."""
    found: dict[str, dict[str, str]] = {}
    for target, cell in cells.items():
        name, _colon, language = target.partition(":")
        text = "\n".join(cell) if isinstance(cell, list) else cell.strip()
        if name in TEXTS and text:
            own = language or language_of(cells, words, name in LONGER) or defaults.language
            said = found.setdefault(own, {})
            if name not in said or tidy(text) != tidy((before or {}).get(own, {}).get(name, "")):
                said[name] = text
    return found


def overlay(given: Sent, cells: Mapping[str, Cell], geometry: Point | None, words: Words, defaults: Defaults) -> None:
    """Put what a row says into what the form has: an empty cell changes nothing."""
    _put_texts(given, texts_of(cells, words, defaults, _texts_in(given)))
    for name in _PLAIN:
        if text := tidy(line(cells.get(name, ""))):
            given[name] = [text]
    for name in ("start_year", "end_year"):
        if text := _year(cells.get(name, "")):
            given[name] = [text]
    _put_terms(given, cells, words)
    for name in ("partners", "programmes"):
        if listed := items(cells.get(name, "")):
            given[name] = ["\n".join(listed)]
    if codes := [code.upper() for code in items(cells.get("territories", ""))]:
        given["territories"] = codes
    for name, known in (
        ("country", words.countries),
        ("project", words.projects),
        ("status", _STATUS_OF),
        ("location_kind", _KIND_OF),
    ):
        if text := _choice(cells.get(name, ""), known):
            given[name] = [text]
    if point := coordinates(cells, geometry):
        given["coordinates"] = [point]
    _put_contact(given, cells)


def _put_contact(given: Sent, cells: Mapping[str, Cell]) -> None:
    """Put in who is the contact. What was ticked for one person is not ticked for another: only a clear yes is."""
    before = [given.get(name) for name in _CONTACT]
    for name in _CONTACT:
        if text := tidy(line(cells.get(name, ""))):
            given[name] = [text]
    word = fold(tidy(line(cells.get("contact_public", ""))))
    if word or before != [given.get(name) for name in _CONTACT]:
        given["contact_public"] = ["1"] if word in _YES else []


def _put_terms(given: Sent, cells: Mapping[str, Cell], words: Words) -> None:
    for name, vocabulary in VOCABULARIES.items():
        known = words.terms.get(vocabulary, {})
        if found := [known.get(fold(item), item) for item in items(cells.get(name, ""), known)]:
            given[name] = list(dict.fromkeys(found)) if name in LISTS else found[:1]


def _texts_in(given: Sent) -> dict[str, dict[str, str]]:
    """Return the texts that the form has, by language."""
    found: dict[str, dict[str, str]] = {}
    for name, values in given.items():
        number = re.fullmatch(r"texts-(\d+)-language", name)
        if number and values:
            texts = ((text, given.get(f"texts-{number[1]}-{text}", [])) for text in TEXTS)
            found[values[0]] = {text: said[0] for text, said in texts if said}
    return found


def _put_texts(given: Sent, texts: Mapping[str, Mapping[str, str]]) -> None:
    numbers = {
        values[0]: name.split("-")[1] for name, values in given.items() if re.fullmatch(r"texts-\d+-language", name)
    }
    for language, said in texts.items():
        number = numbers.setdefault(language, str(len(numbers)))
        given[f"texts-{number}-language"] = [language]
        given |= {f"texts-{number}-{name}": [text] for name, text in said.items()}


def begin(cells: Mapping[str, Cell], geometry: Point | None, words: Words, defaults: Defaults) -> Sent:
    """Return a new practice as its row says it."""
    given = Sent()
    texts = texts_of(cells, words, defaults)
    own = language_of(cells, words)
    language = own or (defaults.language if defaults.language in texts or not texts else next(iter(texts)))
    given["language"] = [language]
    given["texts-0-language"] = [language]
    overlay(given, cells, geometry, words, defaults)
    if defaults.owner:
        given["owner"] = [defaults.owner]
    if "source_title" not in given and "source_url" not in given and defaults.source_title:
        given["source_title"] = [defaults.source_title]
    return given


def nothing_said(cells: Mapping[str, Cell], geometry: Point | None) -> bool:
    """Tell whether a row has nothing in the columns that mean something."""
    return geometry is None and not any(cells.values())


def faults(cells: Mapping[str, Cell], ragged: bool) -> list[Fault]:
    """Return what is wrong with a row as such."""
    found = []
    if ragged:
        found.append(
            Fault(
                N_(
                    "This row has more cells than there are headings. Is there a separator in a text that is not "
                    "between quotation marks?"
                )
            )
        )
    lat, lon = (line(cells.get(name, "")) for name in ("lat", "lon"))
    if bool(lat) != bool(lon):
        found.append(Fault(N_("A point needs both latitude and longitude.")))
    return found
