"""Takes photos in and throws out those that nothing names: files in the data folder, one row each.

A file is there before its row is, and stays a day longer: whatever is interrupted leaves a file too many, never a row
without one.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, delete, insert

from ..models.proposal import Photo
from ..queries import photos

FOLDER = "photos"
KEPT_UNNAMED = timedelta(days=2)  # for a form that is still being filled in


class Made(Protocol):
    """A picture as it is kept: WebP files by the name of their size."""

    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def height(self) -> int: ...  # noqa: D102
    @property
    def files(self) -> dict[str, bytes]: ...  # noqa: D102


class Reaped(NamedTuple):
    """What was thrown out: rows that nothing named, files without a row."""

    photos: int
    files: int


def path(data_dir: Path, photo_id: UUID, size: str) -> Path:
    """Return where the file of a photo is. Both parts are ours: an UUID and the name of a size."""
    name = str(photo_id)
    return data_dir / FOLDER / name[:2] / f"{name}-{size}.webp"


def take(connection: Connection, data_dir: Path, picture: Made, account_id: int | None) -> UUID:
    """Keep a picture; return its id. Its row is the caller's to commit."""
    photo_id = uuid4()
    for size, content in picture.files.items():
        _write(path(data_dir, photo_id, size), content)
    row = {"id": photo_id, "account_id": account_id, "width": picture.width, "height": picture.height}
    connection.execute(insert(Photo).values(row))
    return photo_id


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".part")
    with unfinished.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(file)


def reap(engine: Engine, data_dir: Path, now: datetime | None = None) -> Reaped:
    """Throw out the photos that neither a practice nor a proposal has named for two days, and files without a row.

    A file goes only after its row is gone for good.
    """
    before = (now or datetime.now(UTC)) - KEPT_UNNAMED
    with engine.begin() as connection:
        gone = photos.nameless(connection, before)
        connection.execute(delete(Photo).where(Photo.id.in_(gone)))
    with engine.connect() as connection:
        return Reaped(len(gone), _sweep(connection, data_dir, before.timestamp()))


def _sweep(connection: Connection, data_dir: Path, before: float) -> int:
    """Remove old files of no photo; return how many."""
    found: dict[UUID, list[Path]] = {}
    removed = 0
    for file in (data_dir / FOLDER).glob("??/*"):
        try:
            if file.stat().st_mtime > before:
                continue
            found.setdefault(UUID(file.name[:36]), []).append(file)
        except (ValueError, FileNotFoundError):
            continue  # nothing of ours; or another process was faster
    known = photos.sizes(connection, [str(one) for one in found])
    for photo_id, files in found.items():
        for file in files:
            if str(photo_id) not in known or file.suffix == ".part":
                file.unlink(missing_ok=True)
                removed += 1
    return removed
