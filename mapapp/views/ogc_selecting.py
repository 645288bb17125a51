"""The records that a request of the OGC API chooses, in the order in which they are paged through."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from flask import request
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DataError, InternalError, OperationalError, ProgrammingError

from .. import cql2
from ..atlas import Answer, conditions, filters
from ..formats import fields, ogc_crs
from ..formats.fields import Collection
from ..formats.ogc_collections import SEARCHED, TIMES, queryable
from ..queries import export, matching, tiles
from ..queries.cql2_geometry import Crs
from ..search import Search
from . import asked, ogc_reading, wording
from .ogc_reading import FIRST, LAST, Chosen, Page
from .translating import gettext as _

LONG, HURRY_MS = 1000, 1000  # characters of a filter from which on it has so long and no longer


class Part(NamedTuple):
    """A page of the keys found: where it begins among all of them, and how many there are."""

    keys: Sequence[int] | Sequence[str]
    start: int
    total: int


def site(lang: str) -> str:
    """Return the address of the site's pages for readers of a language."""
    return f"{wording.base()}/{lang if lang in wording.i18n.LANGUAGES else wording.i18n.LANGUAGES[0]}"


def values(lang: str) -> dict[str, str]:
    """Return what the SQL of the published fields needs."""
    return {"lang": lang, "site": site(lang), "licence": fields.LICENCE}


def _columns(collection: Collection) -> dict[str, matching.Column]:
    source = export.SOURCES[collection.name]
    found = {"id": matching.Column("key", f"r.{source.slug}")}
    found |= {field.name: matching.Column(field.kind, field.sql) for field in queryable(collection)}
    if collection.name in TIMES:
        found |= {
            name: matching.Column("date", sql) for name, sql in zip((FIRST, LAST), TIMES[collection.name], strict=True)
        }
    return found


def _crs(system: ogc_crs.System) -> Crs:
    return Crs(system.srid, system.north_first, system.degrees)


def _matching(collection: Collection, chosen: Chosen, order: Sequence[tuple[str, bool]], lang: str) -> Any:
    """Return the keys that fulfil the conditions, in order; what was found before in the same data is not sought again.

    So the pages of a filter cost one question, and the tiles of a filter no other.
    """
    kept, kind = asked.kept_keys(), (collection.name, *values(lang).values())
    # A filter may be long, and what is kept is counted without its key.
    key = blake2b(repr((chosen.conditions, order)).encode(), digest_size=16).digest()
    packed = kept.get(asked.versions(), kind, [key]).get(key)
    if packed is not None:
        return _unpacked(collection, packed)
    columns, question = _columns(collection), _question(chosen, order)
    found = _asking(lambda: matching.keys(asked.connection(), collection.name, columns, question, values(lang)))
    packed = found.tobytes() if isinstance(found, np.ndarray) else " ".join(found).encode()
    kept.put(asked.versions(), kind, {key: packed})
    return found


def _unpacked(collection: Collection, packed: bytes) -> Any:
    if export.SOURCES[collection.name].key_type == "int":
        return np.frombuffer(packed, np.int32)
    return packed.decode().split()


def tile(collection: Collection, chosen: Chosen, lang: str, where: tiles.Tile) -> bytes:
    """Return a vector tile of a collection that is not searched in memory: its ids and names."""
    columns, question = _columns(collection), _question(chosen, ())
    shown = ("id", collection.fields[0].name)
    return _asking(
        lambda: tiles.tile(
            asked.connection(), collection.name, columns, question, values(lang), where, collection.plural, shown
        )
    )


def _question(chosen: Chosen, order: Sequence[tuple[str, bool]]) -> matching.Asked:
    return matching.Asked([(node, _crs(system)) for node, system in chosen.conditions], order)


def _asking(ask: Callable[[], Any]) -> Any:
    """Ask PostgreSQL; what it cannot work out (a division by nothing, a crossed ring) is the filter's fault."""
    # What is short is as slow as the data are many; of what is long its own length may be the reason.
    hurry = len(request.args.get("filter", "")) > LONG
    try:
        with matching.hurried(asked.connection(), HURRY_MS) if hurry else nullcontext():
            return ask()
    except OperationalError as error:
        if not isinstance(error.orig, QueryCanceled) or "filter" not in request.args:
            raise
        ogc_reading.refuse("filter", _("This takes too long to work out. Please ask for less at once."))
    except cql2.Cql2Error as error:
        ogc_reading.refuse("filter", _("The filter cannot be read: %(reason)s.", reason=str(error)))
    except (DataError, InternalError, ProgrammingError):
        name = "filter" if "filter" in request.args else "bbox"
        ogc_reading.refuse(name, _("This cannot be worked out for the records of this collection."))


def answer(collection: Collection, chosen: Chosen, lang: str) -> Answer:
    """Return the one answer of a collection that is searched in memory, with the box and the conditions in it."""
    snapshot = asked.snapshot(collection.name)
    by_title = _has_order(chosen.search)
    found = snapshot.answer(asked.connection_if_needed, chosen.search, lang, by_title)
    if chosen.box:
        found = found.narrowed(filters.in_box_or_nowhere(snapshot.columns, chosen.box))
    elsewhere = []
    for condition in chosen.conditions:
        known = conditions.matching(snapshot.columns, collection.name, condition[0])
        if known is None:
            elsewhere.append(condition)
        else:
            found = found.narrowed(known)
    if elsewhere:
        ids = _matching(collection, chosen._replace(conditions=tuple(elsewhere)), (), lang)
        found = found.narrowed(filters.of_ids(snapshot.columns, np.asarray(ids, np.int32)))
    return found


class Found(NamedTuple):
    """The keys of all records chosen, in the order to page through; `by_key` tells whether that is their own order."""

    keys: Any  # an array of numbers, or a list of codes
    by_key: bool


def find(collection: Collection, chosen: Chosen, order: Sequence[tuple[str, bool]], lang: str) -> Found:
    """Return the records chosen."""
    if collection.name not in SEARCHED:
        return Found(_matching(collection, chosen, order, lang), not order)
    found = answer(collection, chosen, lang)
    if order:
        ids = np.asarray(_matching(collection, chosen, order, lang), np.int32)
        return Found(ids[np.isin(ids, found.sorted_ids)], False)
    ordered = _has_order(chosen.search)
    return Found(found.ids if ordered else found.sorted_ids, not ordered)


def _has_order(asked_for: Search) -> bool:
    """Tell whether a search says in which order its records come; without one they come in that of their keys."""
    return bool(asked_for.sort or asked_for.q or asked_for.near)


def part(found: Found, page: Page) -> Part:
    """Return a page of the records found.

    A link carries the key beside which the next page lies, so that records that come or go elsewhere move nothing.
    Where that record itself has gone, its own place in the order of keys serves; in another order, where it stood.
    """
    total, start, end = len(found.keys), page.offset, page.offset + page.limit
    if page.cursor:
        place = _place(found, page.cursor)
        start, end = (place, place + page.limit) if page.cursor.after else (max(0, place - page.limit), place)
    keys = found.keys[start:end]
    return Part(keys.tolist() if isinstance(keys, np.ndarray) else list(keys), min(start, total), total)


def _place(found: Found, cursor: ogc_reading.Cursor) -> int:
    """Return where the records after the cursor begin, or those before it end."""
    keys, key = found.keys, cursor.key
    if isinstance(keys, np.ndarray):
        if not key.isdigit() or len(key) > 9:
            ogc_reading.refuse("cursor", _("This is no place that a “next” or “prev” link led to."))
        if found.by_key:
            return int(np.searchsorted(keys, int(key), "right" if cursor.after else "left"))
        there = np.flatnonzero(keys == int(key))
        at = int(there[0]) if len(there) else None
    elif found.by_key:
        return (bisect_right if cursor.after else bisect_left)(keys, key)
    else:
        at = keys.index(key) if key in keys else None
    if at is None:
        return min(cursor.place, len(keys))
    return at + 1 if cursor.after else at


def cursor(after: bool, place: int, key: int | str) -> str:
    """Return the place beside a record as a parameter."""
    return f"{'a' if after else 'b'}{place}.{key}"
