"""What rows of several files have in common: vocabularies, references between files, countries, points, texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mapapp.countries import iso_of_nuts, parse_country
from mapapp.dates import ends_before, parse_partial_date
from mapapp.writing.incoming import Point, Record, Text

from .. import cells
from ..reading import BadRow, Row, Table

# The countries of Europe without NUTS codes have no box here: then only the range of degrees is checked.
Box = tuple[float, float, float, float]
MARGIN_DEGREES = 0.5  # points near a border lie outside a simplified one


@dataclass(slots=True)
class Files:
    """What has been read so far: tables by name, terms by vocabulary, territories, and the records that are usable."""

    tables: Mapping[str, Table]
    terms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    territories: Mapping[str, str] = field(default_factory=dict)  # code → Latin name
    boxes: Mapping[str, Box] = field(default_factory=dict)  # ISO country → west, south, east, north in degrees
    usable: dict[str, set[str]] = field(default_factory=dict)  # kind → keys
    present: dict[str, set[str]] = field(default_factory=dict)  # kind → keys, usable or not
    records: list[Record] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    texts: dict[tuple[str, str], list[Text]] = field(default_factory=dict)  # kind and key → translations

    def term(self, vocabulary: str) -> Callable[[str], str]:
        """Return the reader of a key of a vocabulary."""

        def parse(cell: str) -> str:
            if cell not in self.terms.get(vocabulary, ()):
                raise ValueError(f"'{cell}' is not a key of the vocabulary {vocabulary}")
            return cell

        return parse

    def term_list(self, vocabulary: str) -> Callable[[str], tuple[str, ...]]:
        """Return the reader of several keys of a vocabulary."""
        one = self.term(vocabulary)
        return lambda cell: tuple(one(key) for key in cells.many(cell))

    def key_of(self, kind: str, file: str) -> Callable[[str], str]:
        """Return the reader of a reference to a record of another file."""

        def parse(cell: str) -> str:
            if cell not in self.usable.get(kind, ()):
                raise ValueError(f"'{cell}' is not the slug of a usable row of {file}")
            return cell

        return parse

    def add(self, row: Row, record: Record) -> None:
        """Keep the record of a row, or note why it cannot be used; a key may come once."""
        present = self.present.setdefault(record.kind, set())
        if not row.problems and record.key in present:
            row.refuse(next(iter(row.cells)), f"'{record.key}' was there before in this file")
        present.add(record.key)
        if row.problems:
            self.bad.extend(row.problems)
        else:
            self.usable.setdefault(record.kind, set()).add(record.key)
            self.records.append(record)

    def translations(self, kind: str, key: str) -> tuple[Text, ...]:
        """Return the translations of a record, in the order of their languages."""
        return tuple(sorted(self.texts.get((kind, key), ()), key=lambda text: text.language))


def point(row: Row, country: str | None, files: Files) -> Point | None:
    """Return the point of a row's `lat` and `lon`; both or neither are given, and they lie in its country."""
    given = [column for column in ("lat", "lon") if row[column]]
    if len(given) == 1:
        row.refuse("lon" if given == ["lat"] else "lat", "is empty though the other coordinate is given")
        return None
    latitude, longitude = row.read("lat", cells.latitude), row.read("lon", cells.longitude)
    if latitude is None or longitude is None:
        return None
    box = files.boxes.get(country or "")
    if box and not _within(latitude, longitude, box):
        swapped = "; latitude and longitude are swapped" if _within(longitude, latitude, box) else ""
        row.refuse("lat", f"{row['lat']}, {row['lon']} lies outside {country}{swapped}")
        return None
    return Point(longitude, latitude)


def _within(latitude: float, longitude: float, box: Box) -> bool:
    west, south, east, north = box
    return (
        west - MARGIN_DEGREES <= longitude <= east + MARGIN_DEGREES
        and south - MARGIN_DEGREES <= latitude <= north + MARGIN_DEGREES
    )


def country(row: Row) -> str:
    """Return the country of a row as ISO 3166-1 code."""
    return row.need("country", parse_country, "")


def nuts_code(row: Row, country: str, files: Files) -> str | None:
    """Return the NUTS 2021 code of a row, which must exist and lie in its country."""
    code = row.read("nuts_code", cells.nuts)
    if code is None:
        return None
    if code not in files.territories:
        row.refuse("nuts_code", f"'{code}' is not a code of NUTS 2021")
        return None
    if country and iso_of_nuts(code) != country:
        row.refuse("nuts_code", f"'{code}' lies in {iso_of_nuts(code)}, not in {country}")
        return None
    return code


def kind_of_place(precision: str | None, code: str | None) -> str | None:
    """Return the location kind of a point: what its file says; a code of a whole country makes it the country's."""
    if precision == "region" and code is not None and len(code) == 2:
        return "country"
    return precision


def in_order(row: Row, start: str, end: str) -> None:
    """Refuse a row whose end is surely before its start; both columns hold partial dates or years."""
    if row.problems or not row[start] or not row[end]:
        return
    if ends_before(parse_partial_date(row[end]), parse_partial_date(row[start])):
        row.refuse(end, f"'{row[end]}' is before {start} '{row[start]}'")


def source_text(language: str, values: Mapping[str, str | None]) -> Text:
    """Return the text that translations are made from."""
    return Text(language, values, origin="author", is_source=True)
