"""How much work something does, told without a clock: the same on every machine, however busy."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")
MOST_CALLS = 200_000  # of an answer that comes in a moment: a processor does some millions a second


def counted(work: Callable[[], T]) -> tuple[T, int]:
    """Do a piece of work and return what it gave, with how many functions our own code entered or called."""
    calls = 0

    def note(frame: FrameType, event: str, _what: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call") and "/mapapp/" in frame.f_code.co_filename

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        return work(), calls
    finally:
        sys.setprofile(before)
