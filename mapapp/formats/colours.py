"""The colours of themes for files and maps that leave the site: those of the site's own style sheet, light flavour."""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_TOKENS = Path(__file__).parents[1] / "static" / "css" / "tokens.css"
_PLAIN = "#0b5c66"  # the accent of the site: what has no theme


class Colour(NamedTuple):
    """What a key of a vocabulary is drawn in (#rrggbb)."""

    key: str
    value: str


@lru_cache(maxsize=1)
def themes() -> tuple[Colour, ...]:
    """Return the colours of the palette by name, in the order of the style sheet; most are named after a theme."""
    light = _TOKENS.read_text(encoding="utf-8").split("@media", 1)[0]
    return tuple(Colour(*found) for found in re.findall(r"--theme-([a-z-]+): (#[0-9a-f]{6});", light))


def of(key: str | None) -> str:
    """Return the colour of a name, or the one of what has none."""
    return dict(themes()).get(key or "", _PLAIN)
