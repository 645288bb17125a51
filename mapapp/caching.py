"""Strong ETags from the data version, and public bodies compressed once and kept while the data stay the same."""

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import brotli

KEPT_BYTES = 64 * 1024 * 1024  # per worker
REMEMBERED = 4096  # answers that came once
SMALL = 600  # below this many bytes compressing costs more than it saves
COMPRESSIBLE = (
    "text/",
    "application/json",
    "application/geo+json",
    "application/ld+json",
    "application/atom+xml",
    "application/xml",
    "application/problem+json",
    "image/svg+xml",
    "application/manifest+json",
    "application/schema+json",
    "application/vnd.",  # OpenAPI, JSON-FG, vector tiles
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished answer: its body as sent and the headers that belong to it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Shelf:
    """Finished answers by ETag, the least lately used dropped first; safe for the threads of one worker."""

    def __init__(self, limit: int = KEPT_BYTES, wary: bool = False) -> None:
        """Keep up to `limit` bytes of bodies; a wary shelf keeps only what comes twice within REMEMBERED answers."""
        self._limit = limit
        self._wary = wary
        self._once: OrderedDict[str, None] = OrderedDict()
        self._size = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, etag: str) -> Kept | None:
        """Return what is kept under an ETag, or None."""
        with self._lock:
            found = self._kept.get(etag)
            if found is not None:
                self._kept.move_to_end(etag)
            return found

    def put(self, etag: str, kept: Kept) -> None:
        """Keep an answer, unless it is too large to be worth the room."""
        if len(kept.body) > self._limit // 16:
            return
        with self._lock:
            if self._wary and not self._comes_again(etag):
                return
            if etag not in self._kept:
                self._kept[etag] = kept
                self._size += len(kept.body)
            while self._size > self._limit:
                self._size -= len(self._kept.popitem(last=False)[1].body)

    def _comes_again(self, etag: str) -> bool:
        if etag in self._once:
            return True
        self._once[etag] = None
        if len(self._once) > REMEMBERED:
            self._once.popitem(last=False)
        return False


@lru_cache(maxsize=256)
def choose_encoding(accepted: str) -> str:
    """Return br, gzip or an empty string for an Accept-Encoding header."""
    offered = {
        part.split(";")[0].strip().lower()
        for part in accepted.split(",")
        if "q=0" not in part.replace(" ", "") or "q=0." in part.replace(" ", "")
    }
    return "br" if "br" in offered else "gzip" if "gzip" in offered else ""


def compress(body: bytes, encoding: str) -> bytes:
    """Return a body in an encoding; the settings suit one that is made for a single search."""
    if encoding == "br":
        return brotli.compress(body, quality=3)
    return gzip.compress(body, 3, mtime=0) if encoding == "gzip" else body


def make_etag(*parts: object) -> str:
    """Return a strong entity tag (without quotes) of everything that an answer depends on."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=12).hexdigest()
