"""Empty tables to fill in and send: their headings are the published fields that somebody can write."""

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import orjson

from . import flat, geojson
from .fields import PRACTICE
from .reading import write_workbook

MEDIA_TYPES = {
    "csv": flat.MEDIA_TYPE,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": geojson.MEDIA_TYPE,
}
OURS = frozenset({"description_language", "confirmed_on", "updated_at", "url", "licence", "slug"})  # filled in here
CONTACT = ("contact_name", "contact_mail", "contact_public")  # never in a download, so no published fields
_BOM = b"\xef\xbb\xbf"


def headings() -> list[str]:
    """Return the headings of a table of practices."""
    return [*(name for name in flat.names(PRACTICE) if name not in OURS), *CONTACT]


def make(ending: str, head: tuple[str, str, str], listed: Sequence[tuple[str, str, str]]) -> bytes:
    """Return an empty table as a file of MEDIA_TYPES. A workbook has a second sheet with the words that can be
    chosen: `listed` by column, key and meaning, below `head`."""
    if ending == "csv":
        return _BOM + ",".join(headings()).encode() + b"\r\n"
    if ending == "geojson":
        nothing = dict.fromkeys(name for name in headings() if name not in ("lon", "lat"))
        feature = {"type": "Feature", "geometry": None, "properties": nothing}
        return orjson.dumps({"type": "FeatureCollection", "features": [feature]}, option=orjson.OPT_INDENT_2)
    return _workbook(head, tuple(listed))


@lru_cache(maxsize=8)
def _workbook(head: tuple[str, str, str], listed: tuple[tuple[str, str, str], ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "practices.xlsx"
        words = [list(one) for one in listed]
        write_workbook(file, {"practices": (headings(), []), "words": (list(head), words)})
        return file.read_bytes()
