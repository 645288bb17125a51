"""The orders of an answer. Every order ends in the reader's title order and then the id, so that ties are stable."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..search import Search
from .columns import Rows
from .distance import metres

if TYPE_CHECKING:
    from .snapshot import Snapshot


def by_title(snapshot: "Snapshot", lang: str, flags: NDArray[np.bool_]) -> Rows:
    """Return the rows of `flags` in title order."""
    order = snapshot.title_order(lang)
    return order[flags[order]]


def _stable(rows: Rows, keys: NDArray[np.generic]) -> Rows:
    return rows[np.argsort(keys, kind="stable")]


def ordered(
    snapshot: "Snapshot",
    search: Search,
    lang: str,
    flags: NDArray[np.bool_],
    relevance: NDArray[np.integer] | None,
) -> Rows:
    """Return the rows of `flags` in the order that the search asks for.

    `relevance` ranks every row for the words of the search, 0 first. Records without a point come last by distance,
    records never confirmed last by confirmation.
    """
    columns, rows = snapshot.columns, by_title(snapshot, lang, flags)
    match search.order:
        case "relevance" if relevance is not None:
            return _stable(rows, relevance[rows])
        case "newest":
            return _stable(rows, -columns.updated[rows])
        case "confirmed":
            return _stable(rows, -columns.confirmed[rows])
        case "distance" if search.near is not None:
            lat, lon = search.near
            # argsort puts NaN, the distance of a record without a point, at the end.
            return _stable(rows, metres(lat, lon, columns.lat[rows], columns.lon[rows]))
    return rows
