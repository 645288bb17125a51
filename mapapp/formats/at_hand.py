"""The written features of practices in a file of this worker: a page of them costs no trip to PostgreSQL.

They hold for one version of the practices. After a change PostgreSQL is asked again, until the `Scribe` (`written`) has
written what changed and had no more than that read here.
"""

import mmap
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, text

from ..i18n import LANGUAGES
from ..queries import features

SITE = "\ue000"  # stands for the site's address, which only a request knows: a character that no address has
BETWEEN = b",\n"  # stands between the features of a page
ROOM = 1 << 30  # bytes that stay free on the disk
ROWS = 2000  # features read at a time
CHUNK = 1 << 20  # bytes looked through at a time


def addressed(lines: Sequence[bytes], site: str) -> list[bytes]:
    """Return lines with the address of the site in them."""
    mark, address = (f'"url":"{one}/'.encode() for one in (SITE, site))
    # Once for all of them: one by one costs three times as much. No line has a newline of its own.
    return b"\n".join(lines).replace(mark, address).split(b"\n") if lines else []


Piece = bytes | memoryview


class Held(NamedTuple):
    """The features of a language at a version of the practices, for one address of the site.

    By key: where a feature begins in `lines` and where it ends, 0 where there is none; `BETWEEN` stands behind each.
    `names` are hashes of the slugs in ascending order, `keys` the keys that belong to them.
    """

    site: str
    table: int  # that they were read from
    version: int
    number: int  # of the feature written last
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    names: memoryview
    keys: memoryview
    lines: memoryview

    def many(self, keys: Sequence[int]) -> list[Piece] | None:
        """Return the features of some practices in pieces, `BETWEEN` to stand between; None unless all are there."""
        at = np.array(keys, np.int64)
        try:
            starts, ends = self.starts[at], self.ends[at]
        except IndexError:
            return None
        if not ends.all():
            return None
        if len(at) and (starts[1:] == ends[:-1] + len(BETWEEN)).all():  # a page without conditions is one piece
            return [self.lines[int(starts[0]) : int(ends[-1])]]
        lines = self.lines
        return [lines[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def one(self, slug: str) -> bytes | None:
        """Return the feature of a practice by its slug, or None."""
        name = hash(slug.encode())
        place = bisect_left(self.names, name)
        if place == len(self.names) or self.names[place] != name:
            return None
        key = self.keys[place]
        found = bytes(self.lines[int(self.starts[key]) : int(self.ends[key])])
        # Two slugs may have one hash. The other one is asked for elsewhere.
        return found if found.startswith(f'{{"type":"Feature","id":"{slug}",'.encode()) else None


class AtHand:
    """Keeps the features of the languages that are asked for; one per process, safe for its threads."""

    def __init__(self, folder: Path) -> None:
        """Keep them in nameless files in a folder."""
        self._folder = folder
        self._held: dict[str, Held] = {}
        self._files: dict[str, IO[bytes]] = {}
        self._sites: dict[str, str] = {}  # language → the address at which it was asked for first

    def find(self, lang: str, site: str, version: int) -> Held | None:
        """Return the features of a language if they are for this address of the site and at this version."""
        held = self._held.get(lang)
        if held is None:
            if lang in LANGUAGES:
                self._sites.setdefault(lang, site)
            return None
        return held if held.version == version and held.site == site else None

    def waits_for(self, lang: str, version: int) -> bool:
        """Tell whether a language was asked for and is not held at a version of the practices."""
        site = self._sites.get(lang)
        return site is not None and self.find(lang, site, version) is None

    def renew(self, engine: Engine, lang: str, form: str) -> None:
        """Read what was written in a language since the last time, unless features are missing.

        Raises OSError where the disk is nearly full.
        """
        with engine.connect() as connection:
            fixed = connection.execution_options(isolation_level="REPEATABLE READ")
            fixed.execute(text("SET LOCAL statement_timeout = '120s'"))
            state = features.state(fixed, lang, form)
            if not state.whole:
                return
            held, file = self._held.get(lang), self._files.get(lang)
            if held is not None and (held.table != state.table or _mostly_gone(held)):
                held = None
            if held is None or file is None:
                held, file = _nothing(self._sites[lang]), self._another_file(lang)
            found = features.since(fixed, lang, form, held.number, ROWS)
            self._held[lang] = self._added(held, file, state, found)

    def _another_file(self, lang: str) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Whoever reads from the one before goes on: what was mapped stays.
        if before := self._files.pop(lang, None):
            before.close()
        file = self._files[lang] = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 it is closed above
        return file

    def _added(self, held: Held, file: IO[bytes], state: features.State, found: Iterator[list[features.Row]]) -> Held:
        keys, number = np.frombuffer(state.keys, ">i4").astype(np.int64), held.number
        gone = np.ones(int(keys.max(initial=0)) + 1, np.bool_)
        gone[keys] = False
        starts, ends = _resized(held.starts, gone), _resized(held.ends, gone)
        for rows in found:
            if shutil.disk_usage(self._folder).free < ROOM:
                raise OSError(f"{self._folder}: the disk is nearly full; features stay in the database")
            lines = addressed([row.line for row in rows], held.site)
            lengths, those = np.array([len(line) for line in lines], np.int64), [row.key for row in rows]
            starts[those] = file.tell() + np.cumsum(lengths + len(BETWEEN)) - lengths - len(BETWEEN)
            ends[those] = starts[those] + lengths
            file.write(BETWEEN.join([*lines, b""]))
            number = max(number, *(row.number for row in rows))
        file.flush()
        names = np.array([hash(slug) for slug in state.slugs], np.int64)
        order = np.argsort(names)
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.tell() else b"")
        for at in range(0, len(whole), CHUNK):  # each page of memory is met here first, not by a visitor
            whole[at : at + CHUNK : mmap.PAGESIZE].tobytes()
        return Held(
            held.site, state.table, state.version, number, starts, ends, names[order].data, keys[order].data, whole
        )

    def close(self) -> None:
        """Let go of the files."""
        self._held.clear()
        while self._files:
            self._files.popitem()[1].close()


def _nothing(site: str) -> Held:
    none = np.zeros(0, np.int64)
    return Held(site, 0, -1, 0, none, none, none.data, none.data, memoryview(b""))


def _mostly_gone(held: Held) -> bool:
    return len(held.lines) > 2 * int((held.ends - held.starts).sum())


def _resized(old: NDArray[np.int64], gone: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return an array by key with as many places as `gone`, and 0 where that says so."""
    found = np.zeros(len(gone), np.int64)
    kept = min(len(old), len(gone))
    found[:kept] = old[:kept]
    found[gone] = 0
    return found
