"""In what shape a collection leaves: which columns, in which reference system, in one language or in all."""

import re
from typing import NamedTuple

from . import crs, fields
from .fields import Collection, Field

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")  # what the tables hold a language to


class Shape(NamedTuple):
    """A collection as it is taken away. `epsg` is one of `crs.OFFERED`; `languages` are those of `lang=all`, else
    empty; `wkt` asks tables for the geometry as text instead of two columns of coordinates, and `north_first` for that
    text in the order of axes of an authority that names the north first."""

    collection: Collection
    epsg: int = crs.GEOGRAPHIC
    languages: tuple[str, ...] = ()
    wkt: bool = False
    north_first: bool = False

    def columns(self) -> list[tuple[str, str]]:
        """Return (name, SQL) of the columns to read, for `queries.export.copy_lines`."""
        return [(field.name, field.sql) for field in self.properties()]

    def properties(self) -> tuple[Field, ...]:
        """Return the fields of a format that can hold a structure: with `lang=all`, one more holds all texts."""
        more = (fields.translations(self.collection),) if self.languages else ()
        return (*self.collection.fields, *more)

    def cells(self) -> list[tuple[Field, str]]:
        """Return the fields of a format that is a table, and the SQL of each over the columns read (alias v).

        With `lang=all` every text stands once more for each language: title_de, title_it …
        """
        named = {field.name: field for field in self.collection.fields}
        plain = [(field, f"v.{field.name}") for field in self.collection.fields]
        return plain + [
            (
                named[name]._replace(name=f"{name}_{tag.lower().replace('-', '_')}"),
                f"v.translations -> '{tag}' ->> '{name}'",
            )
            for name in fields.texts(self.collection)
            for tag in self.languages
            if _TAG.fullmatch(tag)
        ]

    def geometry(self) -> str:
        """Return the SQL of the geometry in the reference system asked for."""
        return "v.geometry" if self.epsg == crs.GEOGRAPHIC else f"ST_Transform(v.geometry, {self.epsg:d})"
