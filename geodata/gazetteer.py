"""The gazetteer as committed: places of Europe with their names per language (GeoNames, CC BY 4.0).

Packed places: one line a place, cells separated by tabs: GeoNames id, name, ISO country, population, latitude,
longitude (EPSG:4326, degrees), names in other languages (`de=Wien|hu=Bécs`, only those that differ from the name),
all names folded between bars (`|vienna|wien|becs|`).
"""

import hashlib
import json
import lzma
from collections.abc import Iterator, Mapping
from pathlib import Path

from mapapp.writing.incoming import IncomingPlace, Point, ReferenceFile

PLACES = Path(__file__).parent / "places" / "places.tsv.xz"
COUNT = 98_759  # lines of the file; a test counts them


def reference_file() -> ReferenceFile[IncomingPlace]:
    """Return the gazetteer as a file to load when it is new."""
    return ReferenceFile("places", hashlib.sha256(PLACES.read_bytes()).hexdigest(), COUNT, read_places)


def read_places(path: Path = PLACES) -> Iterator[IncomingPlace]:
    """Yield all places in the order of their ids."""
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            key, name, country, population, latitude, longitude, names, folded = line.rstrip("\n").split("\t")
            yield IncomingPlace(
                int(key),
                name,
                json.dumps(unpack_names(names), ensure_ascii=False) if names else "{}",
                folded,
                country,
                int(population),
                str(Point(float(longitude), float(latitude))),
            )


def pack_names(names: Mapping[str, str]) -> str:
    """Return names by language as one cell."""
    return "|".join(f"{language}={name}" for language, name in sorted(names.items()))


def unpack_names(cell: str) -> dict[str, str]:
    """Return the names by language of a cell."""
    pairs = (part.partition("=") for part in cell.split("|") if part)
    return {language: name for language, _, name in pairs}
