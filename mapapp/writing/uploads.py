"""Tables that somebody has sent and not yet confirmed: files in the data folder, for a day.

Beside each file lies what was read from it and what its sender has said about its columns. Nothing of it is in the
database.
"""

import json
import os
import time
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

FOLDER = "uploads"
KEPT = 24 * 3600  # seconds


class Upload(NamedTuple):
    """A table of an account: the name and kind of its file, the parts of what was read from it (see
    `formats.reading.Sheet`), what each column means, and what is taken where a row says nothing."""

    id: UUID
    account_id: int
    name: str
    kind: str
    sheet: dict[str, Any]
    columns: list[str]
    defaults: dict[str, str]


def file_of(data_dir: Path, upload_id: UUID, kind: str) -> Path:
    """Return where the file of a table is; its name is ours."""
    return data_dir / FOLDER / f"{upload_id}.{kind}"


def _about(data_dir: Path, upload_id: UUID) -> Path:
    return data_dir / FOLDER / f"{upload_id}.about"


def keep(data_dir: Path, kind: str, content: bytes) -> UUID:
    """Keep a file under a new name, and throw out those whose time is over."""
    sweep(data_dir)
    upload_id = uuid4()
    file = file_of(data_dir, upload_id, kind)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_bytes(content)
    return upload_id


def save(data_dir: Path, upload: Upload) -> None:
    """Keep what is known of a file."""
    file = _about(data_dir, upload.id)
    unfinished = file.with_name(f"{file.name}-{os.getpid()}-{time.monotonic_ns()}.part")
    unfinished.write_text(json.dumps(upload._asdict() | {"id": str(upload.id)}), encoding="utf-8")
    unfinished.rename(file)


def find(data_dir: Path, upload_id: UUID, account_id: int) -> Upload | None:
    """Return a table of an account; None when there is none, or it is somebody else's, or its time is over."""
    try:
        found = json.loads(_about(data_dir, upload_id).read_text(encoding="utf-8"))
        since = file_of(data_dir, upload_id, found["kind"]).stat().st_mtime
    except (OSError, ValueError):
        return None
    if found["account_id"] != account_id or since < time.time() - KEPT:
        return None
    return Upload(**found | {"id": upload_id})


def remove(data_dir: Path, upload_id: UUID) -> None:
    """Throw out a table: it has become proposals, or nobody wants it."""
    for file in (data_dir / FOLDER).glob(f"{upload_id}.*"):
        file.unlink(missing_ok=True)


def sweep(data_dir: Path, now: float | None = None) -> int:
    """Throw out the files whose time is over; return how many."""
    before = (time.time() if now is None else now) - KEPT
    removed = 0
    for file in (data_dir / FOLDER).glob("*"):
        try:
            if file.stat().st_mtime < before:
                file.unlink()
                removed += 1
        except FileNotFoundError:  # another process was faster
            continue
    return removed
