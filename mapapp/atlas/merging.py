"""Merges rings that would overlap on the screen, the smaller into the larger, looking at neighbours only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RADIUS = 22  # pixels: a ring
DOT = 9  # pixels: a single record
ROUNDS = 4  # each looks at most two neighbours far, so that MARGIN cells around a view decide all inside it


class Ring(NamedTuple):
    """Records drawn as one: centre (weighted mean), how many, and the indices of the cells that they come from, that of
    the cell with most records first."""

    x: float
    y: float
    n: int
    members: tuple[int, ...]


def _neighbours(rings: list[Ring]) -> dict[int, list[int]]:
    """Return the rings that overlap others, each with those it overlaps."""
    x, y = np.array([ring.x for ring in rings]), np.array([ring.y for ring in rings])
    radius = np.array([DOT if ring.n == 1 else RADIUS for ring in rings])
    order = np.argsort(x, kind="stable")
    # Only rings to the right within two radii can touch: pairs of places in the order of x.
    reach = np.searchsorted(x[order], x[order] + 2 * RADIUS)
    counts = reach - np.arange(len(rings)) - 1
    one = np.repeat(np.arange(len(rings)), counts)
    other = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts) + one + 1
    one, other = order[one], order[other]
    room = radius[one] + radius[other]
    touch = (x[one] - x[other]) ** 2 + (y[one] - y[other]) ** 2 < room * room
    found: dict[int, list[int]] = {}
    for left, right in zip(one[touch].tolist(), other[touch].tolist(), strict=True):
        found.setdefault(left, []).append(right)
        found.setdefault(right, []).append(left)
    return found


def _join(rings: list[Ring]) -> Ring:
    n = sum(ring.n for ring in rings)
    return Ring(
        sum(ring.x * ring.n for ring in rings) / n,
        sum(ring.y * ring.n for ring in rings) / n,
        n,
        tuple(member for ring in rings for member in ring.members),
    )


def _once(rings: list[Ring]) -> list[Ring]:
    """Let every ring that is larger than all it overlaps take in its neighbours that it is the largest for."""
    near = _neighbours(rings)

    def strength(index: int) -> tuple[int, float, float]:
        # The place decides between equals, so that the order in which cells come does not.
        ring = rings[index]
        return ring.n, ring.x, ring.y

    top = {index for index, others in near.items() if strength(index) > max(map(strength, others))}
    taken: dict[int, list[int]] = {}
    for index, others in near.items():
        if index not in top and (takers := top.intersection(others)):
            taken.setdefault(max(takers, key=strength), []).append(index)
    gone = {index for others in taken.values() for index in others}
    return [
        _join([ring, *(rings[other] for other in sorted(taken[index]))]) if index in taken else ring
        for index, ring in enumerate(rings)
        if index not in gone
    ]


def merge(x: NDArray[np.float64], y: NDArray[np.float64], n: NDArray[np.integer]) -> list[Ring]:
    """Return the rings of cells whose centres are x and y (pixels) and that hold n records each."""
    rings = [
        Ring(across, down, count, (index,))
        for index, (across, down, count) in enumerate(zip(x.tolist(), y.tolist(), n.tolist(), strict=True))
    ]
    for _ in range(ROUNDS):
        before = len(rings)
        rings = _once(rings)
        if len(rings) == before:
            break
    return rings
