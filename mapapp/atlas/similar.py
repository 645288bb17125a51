"""Which practices are like one, and why: the page says it in words."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .columns import Columns, unpack
from .distance import metres

if TYPE_CHECKING:
    from .snapshot import Snapshot

NEAR_KM = 100.0
#: What a shared value is worth, times how rare it is: sharing what half of all practices have says little.
WORTH = {"theme": 3.0, "target_group": 1.5, "dimension": 0.5, "project": 3.0, "country": 0.5}
NEAR = 1.0


class Similar(NamedTuple):
    """A practice like another, and what both share; `km` is the distance between them where it is below NEAR_KM."""

    id: int
    themes: tuple[str, ...]
    target_groups: tuple[str, ...]
    same_project: bool
    same_country: bool
    km: float | None


def _has(columns: Columns, name: str, row: int) -> NDArray[np.intp]:
    """Return which options of a field a row has."""
    words = columns.fields[name].bits[:, row >> 6]
    return np.flatnonzero((words >> np.uint64(row & 63)) & np.uint64(1))


def _scores(columns: Columns, row: int) -> NDArray[np.float32]:
    scores = np.zeros(columns.size, np.float32)
    for name, worth in WORTH.items():
        bits = columns.fields[name].bits
        for option in _has(columns, name, row).tolist():
            share = int(np.bitwise_count(bits[option]).sum()) / columns.size
            scores += unpack(bits[option], columns.size) * np.float32(worth * (1 - np.log(share)))
    return scores


def _distances(columns: Columns, row: int) -> NDArray[np.float64]:
    """Return kilometres from a row to all rows, infinite where not measured: without a point, or clearly too far."""
    distances = np.full(columns.size, np.inf)
    close = np.flatnonzero(np.abs(columns.lat - columns.lat[row]) <= 1.0)
    distances[close] = metres(columns.lat[row], columns.lon[row], columns.lat[close], columns.lon[close]) / 1000
    return distances


def similar(snapshot: "Snapshot", practice_id: int, most: int = 4) -> list[Similar]:
    """Return up to `most` practices that share a theme or the project of one, the likest first, ties by nearness."""
    columns = snapshot.columns
    row = int(columns.row_of[practice_id]) if practice_id < len(columns.row_of) else -1
    if row < 0:
        return []
    distances = _distances(columns, row)
    scores = _scores(columns, row) + np.where(distances <= NEAR_KM, np.float32(NEAR), np.float32(0))
    scores[row] = 0
    best = np.argpartition(-scores, min(most * 4, columns.size - 1))[: most * 4]
    best = best[np.lexsort((columns.ids[best], distances[best], -scores[best]))]
    own = {name: set(_has(columns, name, row).tolist()) for name in WORTH}
    found = []
    for other in best.tolist():
        shared = {name: sorted(own[name] & set(_has(columns, name, other).tolist())) for name in WORTH}
        if other == row or not (shared["theme"] or shared["project"]):
            continue
        km = float(distances[other])
        found.append(
            Similar(
                id=int(columns.ids[other]),
                themes=tuple(columns.fields["theme"].options[i] for i in shared["theme"]),
                target_groups=tuple(columns.fields["target_group"].options[i] for i in shared["target_group"]),
                same_project=bool(shared["project"]),
                same_country=bool(shared["country"]),
                km=km if km <= NEAR_KM else None,
            )
        )
    return found[:most]
