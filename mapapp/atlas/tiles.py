"""The records of an answer in one tile of the Web Mercator square: clusters of close ones at low zooms, each above."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..queries.tiles import CELLS, CLUSTERED
from .columns import MORTON_BITS, morton_of_tile

if TYPE_CHECKING:
    from .answer import Answer


class Spot(NamedTuple):
    """One record, or several with an empty slug; x and y are parts of the tile (0 to 1, y southwards)."""

    x: float
    y: float
    slug: str
    count: int  # type: ignore[assignment]  # tuple.count is of no use here


def spots(answer: "Answer", zoom: int, row: int, column: int) -> list[Spot]:
    """Return what a tile shows; `row` counts from the north. The counts of all tiles of a zoom add up to the answer.

    Records beyond 85.05 degrees lie on the edge of the square.
    """
    columns = answer.snapshot.columns
    parts = 2.0**zoom
    low = morton_of_tile(zoom, row, column)
    ends = np.array((low, low + (1 << 2 * (MORTON_BITS - zoom))), np.uint64)
    # Those without a point come after all others, whatever their code.
    edges = np.minimum(np.searchsorted(columns.morton, ends), columns.located)
    first, last = np.searchsorted(answer.rows, edges)
    rows = answer.rows[first:last]
    if not len(rows):
        return []
    x, y = columns.x[rows] * parts - column, columns.y[rows] * parts - row
    if zoom >= CLUSTERED:
        places = zip(x.tolist(), y.tolist(), rows.tolist(), strict=True)
        return [Spot(east, south, columns.slug(index), 1) for east, south, index in places]
    codes = columns.morton[rows] >> np.uint64(2 * (MORTON_BITS - zoom - CELLS))
    starts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
    counts = np.diff(np.append(starts, len(rows)))
    mean_x, mean_y = np.add.reduceat(x, starts) / counts, np.add.reduceat(y, starts) / counts
    firsts = rows[starts].tolist()
    return [
        Spot(one_x, one_y, columns.slug(index) if count == 1 else "", count)
        for one_x, one_y, index, count in zip(mean_x.tolist(), mean_y.tolist(), firsts, counts.tolist(), strict=True)
    ]
