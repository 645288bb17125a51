"""Names of seas: our own short list, because no package at hand carries them."""

from __future__ import annotations

import csv
from typing import NamedTuple

from .shapes import point_to_mercator
from .sources import Source

PLACE_COLUMNS = ("key", "longitude", "latitude", "first_zoom", "last_zoom")


class Sea(NamedTuple):
    """A sea's label: `point` is EPSG:3857 metres, zooms are display zooms, both included."""

    point: tuple[float, float]
    first_zoom: int
    last_zoom: int
    names: dict[str, str]


def read_seas(source: Source) -> list[Sea]:
    """The list in file order. An empty cell means that the English name is shown."""
    seas = []
    with source.path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            names = {"name": row["en"]} | {
                f"name_{language}": name
                for language, name in row.items()
                if language not in PLACE_COLUMNS and name and name != row["en"]
            }
            point = point_to_mercator(float(row["longitude"]), float(row["latitude"]))
            seas.append(Sea(point, int(row["first_zoom"]), int(row["last_zoom"]), names))
    return seas
