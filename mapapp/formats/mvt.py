"""Mapbox Vector Tiles 2.1 of points, written without a schema compiler: a layer is a few numbers a feature."""

from collections.abc import Sequence
from typing import NamedTuple

EXTENT = 4096
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
# Field numbers of the format, with the wire type in the last three bits (0: number, 2: bytes).
_LAYER, _NAME, _FEATURE, _KEY, _VALUE = 3 << 3 | 2, 1 << 3 | 2, 2 << 3 | 2, 3 << 3 | 2, 4 << 3 | 2
_EXTENT, _VERSION = 5 << 3, 15 << 3
_TAGS, _TYPE, _GEOMETRY = 2 << 3 | 2, 3 << 3, 4 << 3 | 2
_TEXT, _NUMBER = 1 << 3 | 2, 5 << 3
_POINT, _MOVE = 1, b"\x09"  # to one place


class Dot(NamedTuple):
    """A record (its id, a count of 1) or several (an empty id, their count) at tile coordinates (0 to EXTENT)."""

    x: int
    y: int
    id: str
    count: int  # type: ignore[assignment]  # tuple.count is of no use here


def _written(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


_SMALL = tuple(_written(number) for number in range(2 * EXTENT + 1))  # every place in a tile is one of these


def _varint(number: int) -> bytes:
    return _SMALL[number] if number < len(_SMALL) else _written(number)


def _field(tag: int, content: bytes) -> bytes:
    return bytes((tag,)) + _varint(len(content)) + content


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def tile(layer: str, dots: Sequence[Dot]) -> bytes:
    """Return a tile with one layer of points that have `point_count`, and `id` where they stand for one record."""
    if not dots:
        return b""
    values: dict[str | int, int] = {}
    features = []
    before, between = bytes((_TAGS,)), bytes((_TYPE, _POINT, _GEOMETRY))
    for x, y, record, count in dots:
        tags = b"\0" + _varint(values.setdefault(count, len(values)))
        if record:
            tags += b"\1" + _varint(values.setdefault(record, len(values)))
        place = _MOVE + _varint(_zigzag(x)) + _varint(_zigzag(y))
        content = b"".join((before, _varint(len(tags)), tags, between, _varint(len(place)), place))
        features.append(_field(_FEATURE, content))
    content = _field(_NAME, layer.encode()) + b"".join(features)
    content += _field(_KEY, b"point_count") + _field(_KEY, b"id")
    content += b"".join(_field(_VALUE, _value(value)) for value in values)
    content += bytes((_EXTENT,)) + _varint(EXTENT) + bytes((_VERSION, 2))
    return _field(_LAYER, content)


def _value(value: str | int) -> bytes:
    return _field(_TEXT, value.encode()) if isinstance(value, str) else bytes((_NUMBER,)) + _varint(value)
