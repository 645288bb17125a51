"""Records as KML 2.2 (OGC 07-147r2): placemarks with every field as data, coloured by what they are about."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import orjson

from . import geojson
from .colours import Colour
from .feed import xml_text
from .fields import Field
from .shapes import Shape

MEDIA_TYPE = "application/vnd.google-earth.kml+xml"
COPY_OPTIONS = geojson.COPY_OPTIONS


def line_sql(shape: Shape) -> str:
    """Return the SQL of what a placemark is made from, as one JSON text, over `queries.export.copy_lines`."""
    cells = ", ".join(f"{sql} AS {field.name}" for field, sql in shape.cells())
    return (
        "json_build_array(v.slug, ST_AsKML(v.geometry, 6), "  # noqa: S608 names from our own lists
        f"(SELECT row_to_json(p) FROM (SELECT {cells}) p))::text"
    )


def _text(value: object) -> str:
    return escape(xml_text(str(value)))


def head(name: str, about: Sequence[tuple[str, str]], colours: Sequence[Colour]) -> bytes:
    """Return everything before the first placemark. `about` are (what, words): licence, source, date, search."""
    said = "\n".join(f"{label}: {words}" for label, words in about if words)
    styles = "".join(
        f'<Style id="{one.key}"><IconStyle><color>{_abgr(one.value)}</color><scale>0.9</scale></IconStyle></Style>\n'
        for one in colours
    )
    data = "".join(
        f"<Data name={quoteattr(label)}><value>{_text(words)}</value></Data>" for label, words in about if words
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document id="atlas">\n'
        f"<name>{_text(name)}</name>\n<description>{_text(said)}</description>\n{styles}"
        f"<ExtendedData>{data}</ExtendedData>\n"
    ).encode()


def _abgr(colour: str) -> str:
    """Return #rrggbb as KML writes it: opacity, blue, green, red."""
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return f"ff{blue}{green}{red}"


def placemark(row: bytes, fields: Sequence[Field], styled_by: str) -> bytes:
    """Return one record; a list is joined by semicolons, what is empty is left out."""
    slug, geometry, cells = orjson.loads(row)
    data = []
    for field in fields:
        value = cells[field.name]
        if isinstance(value, list):
            value = ";".join(str(item).replace(";", ",") for item in value)
        if value is not None and value != "" and field.name != "description":  # KML has a place of its own for it
            said = str(value).lower() if isinstance(value, bool) else value
            data.append(f'<Data name="{field.name}"><value>{_text(said)}</value></Data>')
    key = cells.get(styled_by)
    style = key[0] if isinstance(key, list) and key else key if isinstance(key, str) else ""
    parts = [
        f"<name>{_text(cells.get('title') or cells.get('name') or slug)}</name>",
        f"<Snippet>{_text(cells['summary'])}</Snippet>" if cells.get("summary") else "",
        f"<description>{_text(cells['description'])}</description>" if cells.get("description") else "",
        f"<styleUrl>#{_text(style)}</styleUrl>" if style else "",
        f'<ExtendedData><Data name="slug"><value>{slug}</value></Data>{"".join(data)}</ExtendedData>',
        geometry or "",
    ]
    return f'<Placemark id="{slug}">{"".join(parts)}</Placemark>\n'.encode()


def tail() -> bytes:
    """Return everything after the last placemark."""
    return b"</Document></kml>\n"
