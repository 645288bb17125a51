"""Merges rings that would overlap on the screen, the smaller into the larger, looking at neighbours only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RADIUS = 22  # pixels: a ring
DOT = 9  # pixels: a single record
ROUNDS = 4  # each looks at most two neighbours far, so that MARGIN cells around a view decide all inside it


class Ring(NamedTuple):
    """Records drawn as one: centre (weighted mean), how many, and the indices of the cells that they come from."""

    x: float
    y: float
    n: int
    members: tuple[int, ...]


def _radius(n: int) -> int:
    return DOT if n == 1 else RADIUS


def _neighbours(rings: list[Ring]) -> list[list[int]]:
    """Return for each ring the rings that it overlaps, itself left out."""
    reach = 2 * RADIUS
    boxes: dict[tuple[int, int], list[int]] = {}
    for index, ring in enumerate(rings):
        boxes.setdefault((int(ring.x // reach), int(ring.y // reach)), []).append(index)
    found: list[list[int]] = [[] for _ in rings]
    for (across, down), here in boxes.items():
        around = [
            other
            for step in ((0, 0), (1, 0), (0, 1), (1, 1), (-1, 1))
            for other in boxes.get((across + step[0], down + step[1]), ())
        ]
        for index in here:
            x, y, n, _members = rings[index]
            for other in around:
                if other == index:
                    continue
                near = rings[other]
                room = _radius(n) + _radius(near.n)
                if (near.x - x) ** 2 + (near.y - y) ** 2 < room * room:
                    found[index].append(other)
                    found[other].append(index)
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
    # Larger first; the place decides between equals, so that the order in which cells come does not.
    strength = [(ring.n, ring.x, ring.y) for ring in rings]
    best = [max(others, key=strength.__getitem__, default=-1) for others in near]
    top = [best[i] < 0 or strength[i] > strength[best[i]] for i in range(len(rings))]
    taken: dict[int, list[int]] = {}
    gone = set()
    for index, others in enumerate(near):
        if not top[index]:
            takers = [other for other in others if top[other]]
            if takers:
                taken.setdefault(max(takers, key=strength.__getitem__), []).append(index)
                gone.add(index)
    return [
        _join([ring, *(rings[other] for other in taken[index])]) if index in taken else ring
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
