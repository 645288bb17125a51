"""Where the records of a part of the world lie in columns in Morton order: a few ranges of rows, found by bisection."""

import numpy as np

from .columns import MORTON_BITS, Columns, mercator, morton_of

Square = tuple[float, float, float, float]  # left, top, right, bottom: parts of the world's square, y southwards
EDGE = 2.0**-MORTON_BITS


def squares(west: float, south: float, east: float, north: float) -> list[Square]:
    """Return a box of degrees (EPSG:4326) as boxes of the world's square: two where it crosses the antimeridian."""
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    found = []
    for left, right in spans:
        x, y = mercator(np.array([left, right]), np.array([north, south]))
        found.append((float(x[0]), float(y[0]), float(x[1]), float(y[1])))
    return found


def zoom_of(box: Square, across: int, highest: int = MORTON_BITS) -> int:
    """Return the highest zoom at which a box is at most so many tiles across."""
    zoom, widest = highest, max(box[2] - box[0], box[3] - box[1])
    while zoom > 0 and widest * 2**zoom > across:
        zoom -= 1
    return zoom


def ranges(columns: Columns, box: Square, zoom: int) -> list[tuple[int, int]]:
    """Return the rows (first, behind the last) of the tiles of a zoom that cover a box, in order, neighbours joined.

    Nothing is read but the codes that the bisection meets, however many records there are.
    """
    left, top, right, bottom = (min(max(edge, 0.0), 1 - EDGE) for edge in box)
    across = np.arange(int(left * 2**zoom), int(right * 2**zoom) + 1)
    down = np.arange(int(top * 2**zoom), int(bottom * 2**zoom) + 1)
    x, y = np.meshgrid(across / 2**zoom, down / 2**zoom)
    low = np.sort(morton_of(x.ravel(), y.ravel()))
    high = low + np.uint64(1 << 2 * (MORTON_BITS - zoom))
    apart = low[1:] != high[:-1]
    low, high = low[np.concatenate(([True], apart))], high[np.concatenate((apart, [True]))]
    firsts, lasts = np.searchsorted(columns.morton, low), np.searchsorted(columns.morton, high)
    # Those without a point come after all others, whatever their code.
    lasts = np.minimum(lasts, columns.located)
    return [pair for pair in zip(firsts.tolist(), lasts.tolist(), strict=True) if pair[0] < pair[1]]
