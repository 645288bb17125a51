"""Bytes that PostgreSQL has written, kept while the data stay the same: lines of records, keys that were found."""

from collections.abc import Hashable, Iterable, Mapping
from threading import Lock

MOST_BYTES = 64 * 1024 * 1024  # per worker
OVERHEAD = 150  # bytes that an entry costs beside what it holds


class KeptBytes:
    """Bytes by their kind (all that shapes a line but the record) and a key (the record's); safe for threads.

    There are two generations: when the younger has filled its half of the room, it becomes the older, and the older
    goes. What is asked for moves to the younger, so that what is asked for often stays.
    """

    def __init__(self, limit: int = MOST_BYTES) -> None:
        """Keep up to `limit` bytes."""
        self._half = limit // 2
        self._versions: tuple[int, ...] = ()
        self._size = 0
        self._young: dict[Hashable, dict[Hashable, bytes]] = {}
        self._old: dict[Hashable, dict[Hashable, bytes]] = {}
        self._lock = Lock()

    def get(self, versions: tuple[int, ...], kind: Hashable, keys: Iterable[Hashable]) -> dict[Hashable, bytes]:
        """Return what is kept of some keys at a state of the data."""
        with self._lock:
            if versions != self._versions:
                return {}
            young, old = self._young.get(kind, {}), self._old.get(kind, {})
            found = {key: young[key] for key in keys if key in young}
            again = {key: old[key] for key in keys if key in old and key not in found} if old else {}
        if again:
            self.put(versions, kind, again)
        return found | again

    def put(self, versions: tuple[int, ...], kind: Hashable, lines: Mapping[Hashable, bytes]) -> None:
        """Keep some of a kind. Who read an older state of the data than others already have keeps nothing."""
        with self._lock:
            if versions != self._versions:
                if sum(versions) < sum(self._versions):
                    return
                self._versions, self._size, self._young, self._old = versions, 0, {}, {}
            young = self._young.setdefault(kind, {})
            self._size += sum(len(line) + OVERHEAD for key, line in lines.items() if key not in young)
            young.update(lines)
            if self._size > self._half:
                self._old, self._young, self._size = self._young, {}, 0
