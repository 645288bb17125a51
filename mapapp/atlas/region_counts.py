"""How many records of an answer lie in each country and NUTS region: the counts of the region filter."""

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from .columns import Regions, Rows, unpack

if TYPE_CHECKING:
    from .answer import Answer
    from .snapshot import Snapshot

LEVELS = (2, 4)  # characters of a code: countries and NUTS 2


class _Tree(NamedTuple):
    """The rows of each territory of LEVELS, each row once: those of code i start at starts[i] in `rows`."""

    codes: list[str]
    starts: NDArray[np.intp]
    rows: Rows


_trees: "WeakKeyDictionary[Snapshot, _Tree]" = WeakKeyDictionary()


def _tree(regions: Regions) -> _Tree:
    found: dict[str, Rows] = {}
    for length in LEVELS:
        for prefix in sorted({code[:length] for code in regions.codes if len(code) >= length}):
            found[prefix] = np.unique(regions.rows_under(prefix))
    codes = sorted(found)
    sizes = [len(found[code]) for code in codes]
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp) if codes else np.empty(0, np.intp)
    rows = np.concatenate([found[code] for code in codes]) if codes else np.empty(0, np.int32)
    return _Tree(codes, starts, rows)


def region_counts(answer: "Answer") -> dict[str, int]:
    """Return the records of each country (2 characters) and NUTS 2 unit, leaving the answer's own region filter out.

    Territories without a record are left out.
    """
    snapshot = answer.snapshot
    tree = _trees.get(snapshot)
    if tree is None:
        tree = _trees[snapshot] = _tree(snapshot.columns.regions)
    if not tree.codes:
        return {}
    flags = unpack(answer._all_but("region"), snapshot.columns.size)
    counts = np.add.reduceat(flags[tree.rows].astype(np.int32), tree.starts)
    return {code: count for code, count in zip(tree.codes, counts.tolist(), strict=True) if count}
