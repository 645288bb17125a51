"""Merges rings that would overlap on the screen, the smaller into the larger, looking at neighbours only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RADIUS = 22  # pixels: a ring
DOT = 9  # pixels: a single record
ROUNDS = 4  # each looks at most two neighbours far, so that MARGIN cells around a view decide all inside it

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


class Rings(NamedTuple):
    """Records drawn as one: centres (weighted means, pixels), how many records, and the cells that they come from.

    The cells of ring i start at starts[i] in `members`; that with most records comes first.
    """

    x: Floats
    y: Floats
    n: NDArray[np.int64]
    members: Places
    starts: Places

    @property
    def sizes(self) -> Places:
        """Return how many cells each ring comes from."""
        return np.diff(self.starts, append=len(self.members))

    def where(self, wanted: NDArray[np.bool_]) -> "Rings":
        """Return the rings that are wanted."""
        sizes = self.sizes[wanted]
        members = self.members[np.repeat(wanted, self.sizes)]
        return Rings(self.x[wanted], self.y[wanted], self.n[wanted], members, np.cumsum(sizes) - sizes)


def _overlaps(x: Floats, y: Floats, n: NDArray[np.int64]) -> tuple[Places, Places]:
    """Return the pairs of rings that overlap, each from both sides."""
    radius = np.where(n == 1, DOT, RADIUS)
    order = np.argsort(x, kind="stable")
    # Only rings to the right within two radii can touch: pairs of places in the order of x.
    across = x[order]
    counts = np.searchsorted(across, across + 2 * RADIUS) - np.arange(len(x)) - 1
    one = np.repeat(np.arange(len(x)), counts)
    other = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts) + one + 1
    one, other = order[one], order[other]
    room = radius[one] + radius[other]
    touch = (x[one] - x[other]) ** 2 + (y[one] - y[other]) ** 2 < room * room
    one, other = one[touch], other[touch]
    return np.concatenate([one, other]), np.concatenate([other, one])


def _takers(x: Floats, y: Floats, n: NDArray[np.int64]) -> Places:
    """Return for every ring which one takes it in: the largest of those that are larger than all they overlap."""
    one, other = _overlaps(x, y, n)
    # The place decides between equals, so that the order in which cells come does not.
    by_strength = np.lexsort((y, x, n))
    strength = np.empty(len(x), np.intp)
    strength[by_strength] = np.arange(len(x))
    strongest = np.full(len(x), -1)
    np.maximum.at(strongest, one, strength[other])
    top = (strongest >= 0) & (strength > strongest)
    if not top.any():
        return np.arange(len(x))
    taken = top[other] & ~top[one]
    chosen = np.full(len(x), -1)
    np.maximum.at(chosen, one[taken], strength[other[taken]])
    return np.where(chosen >= 0, by_strength[chosen], np.arange(len(x)))


def merge(x: Floats, y: Floats, n: NDArray[np.integer]) -> Rings:
    """Return the rings of cells whose centres are x and y (pixels) and that hold n records each."""
    of_cell = np.arange(len(x))
    ring_x, ring_y, ring_n = x, y, n.astype(np.int64)
    for _ in range(ROUNDS):
        takers = _takers(ring_x, ring_y, ring_n)
        stays = takers == np.arange(len(takers))
        if stays.all():
            break
        of_ring = (np.cumsum(stays) - 1)[takers]
        whole = np.bincount(of_ring, ring_n)
        ring_x = np.bincount(of_ring, ring_x * ring_n) / whole
        ring_y = np.bincount(of_ring, ring_y * ring_n) / whole
        ring_n = whole.astype(np.int64)
        of_cell = of_ring[of_cell]
    members = np.lexsort((-n, of_cell))
    sizes = np.bincount(of_cell, minlength=len(ring_n))
    return Rings(ring_x, ring_y, ring_n, members, np.cumsum(sizes) - sizes)
