"""What is worked out once for a language and a data version: names, rows and markup that many answers share."""

from collections.abc import Callable
from threading import Lock
from typing import Any

from flask import g
from jinja2.runtime import Macro
from markupsafe import Markup

from ..queries.data_version import Versions
from . import asked

MOST = 5000  # entries of one kind and language: made-up values in addresses must not fill the memory

_found: dict[tuple[str, str], tuple[Versions, dict[Any, Any]]] = {}
_lock = Lock()


def kept(kind: str, lang: str, read: Callable[[], dict[Any, Any]] = dict) -> dict[Any, Any]:
    """Return what is kept of a kind by key; begins with what `read` gives, once a language and data version."""
    versions = asked.versions()
    found = _found.get((kind, lang))
    if found is None or found[0] != versions:
        found = (versions, read())
        with _lock:
            _found[kind, lang] = found
    return found[1]


def once(macro: Macro, *given: Any) -> Markup:
    """Return what a macro of the templates draws; drawn once for a language, a data version and what it is given."""
    known = kept("drawn", g.lang)
    key = (macro.name, *(tuple(one) if isinstance(one, list) else one for one in given))
    drawn: Markup | None = known.get(key)
    if drawn is None:
        drawn = Markup(macro(*given))  # noqa: S704 a macro's own markup
        keep(known, key, drawn)
    return drawn


def keep(found: dict[Any, Any], key: Any, value: Any) -> None:
    """Add an entry to what is kept; a full store starts again, which costs one drawing of each."""
    if len(found) >= MOST:
        found.clear()
    found[key] = value
