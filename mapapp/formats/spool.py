"""A long file on its way to a slow reader: made at the database's speed, read at the reader's, in flat memory.

What is made waits in a temporary file, so that the connection and its snapshot are given back as soon as the database
is done. A reader who leaves stops the making.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Condition, Thread

BLOCK = 256 * 1024  # bytes handed on at once


class _Making:
    """Pieces being written to a file by a thread, and how far it has come."""

    def __init__(self, pieces: Iterator[bytes], handle: int) -> None:
        self.pieces, self.handle = pieces, handle
        self.written, self.done, self.stopped = 0, False, False
        self.failure: Exception | None = None
        self.changed = Condition()
        self.thread = Thread(target=self._make, name="download", daemon=True)

    def _make(self) -> None:
        try:
            with closing(self.pieces):  # type: ignore[type-var]
                for piece in self.pieces:
                    rest = memoryview(piece)
                    while rest:
                        rest = rest[os.write(self.handle, rest) :]
                    with self.changed:
                        self.written += len(piece)
                        self.changed.notify()
                    if self.stopped:
                        return
        except Exception as error:  # told to the reader, whose request it is
            self.failure = error
        finally:
            with self.changed:
                self.done = True
                self.changed.notify()

    def come(self, sent: int) -> int:
        """Wait until there is more than `sent` bytes or no more will come; return how many there are."""
        with self.changed:
            self.changed.wait_for(lambda: self.written > sent or self.done)
            return self.written


def through_a_file(pieces: Iterator[bytes], folder: Path | None = None) -> Iterator[bytes]:
    """Give what `pieces` gives, in blocks; they are made by a thread into a nameless file in `folder`.

    `pieces` is closed by that thread, whether it ends, fails (raised here) or the reader leaves.
    """
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        making = _Making(pieces, file.fileno())
        making.thread.start()
        sent = 0
        try:
            while (there := making.come(sent)) > sent:
                while sent < there:
                    block = os.pread(file.fileno(), min(BLOCK, there - sent), sent)
                    sent += len(block)
                    yield block
            if making.failure:
                raise making.failure
        finally:
            making.stopped = True
            making.thread.join()
