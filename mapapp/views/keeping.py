"""What is worked out once for a language and a data version: names, rows and markup that many answers share.

It belongs to the application: another one in this process has another database, whose versions may be the same.
"""

from collections.abc import Callable
from typing import Any

from flask import current_app, g
from jinja2.runtime import Macro
from markupsafe import Markup

from . import asked

MOST = 5000  # entries of one kind and language: made-up values in addresses must not fill the memory


def kept(kind: str, lang: str, read: Callable[[], dict[Any, Any]] = dict) -> dict[Any, Any]:
    """Return what is kept of a kind by key; begins with what `read` gives, once a language and data version."""
    versions = asked.versions()
    everything = current_app.extensions["kept"]
    found = everything.get((kind, lang))
    if found is None or found[0] != versions:
        found = everything[kind, lang] = (versions, read())
    entries: dict[Any, Any] = found[1]
    return entries


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
