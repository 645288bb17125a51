"""The cards of Explore's list: read and drawn once for a language and data version, for answers share most of them."""

from collections.abc import Callable

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from ..queries import practices
from ..queries.practices import PracticeCard
from . import asked
from .keeping import keep, kept

# The search in the links of a kept card, and the end of a card: characters that no text of a record has.
_QUERY, _END = "\ue000", "\ue001"


def read(ids: "NDArray[np.integer]", lang: str) -> list[PracticeCard]:
    """Return the cards of ids in their order; those that are not known yet come with one statement."""
    known = kept("card", lang)
    found = {one: known.get(one) for one in ids.tolist()}
    missing = [one for one, card in found.items() if card is None]
    if missing:
        for card in practices.cards(asked.connection(), missing, lang):
            found[card.id] = card
            keep(known, card.id, card)
    return [card for card in found.values() if card is not None]


def draw(rows: list[PracticeCard], query: str, lang: str, macro: Callable[..., Markup]) -> Markup:
    """Return the drawn cards of rows. `macro(rows, query, end)` draws those that have never been drawn, each
    followed by `end`; of the others only the query changes."""
    known = kept("drawn card", lang)
    drawn = {row.id: known.get(row.id) for row in rows}
    missing = [row for row in rows if drawn[row.id] is None]
    if missing:
        for row, one in zip(missing, str(macro(missing, _QUERY, _END)).split(_END), strict=False):
            drawn[row.id] = one
            keep(known, row.id, one)
    page = "".join(one for one in drawn.values() if one)
    if query:
        page = page.replace(_QUERY, str(escape(query)))
    else:
        page = page.replace(f"?{_QUERY}&amp;", "?").replace(f"?{_QUERY}", "")
    return Markup(page)  # noqa: S704 the template has escaped all but the query, which is escaped here
