"""The colours and icons that an admin can give to a term: names of the style sheet and of the sprite.

A theme without a look of its own has that of its key. A colour that stands here is checked by tests/test_design.py, and
has a class `theme-…` in css/parts/cards.css.
"""

from typing import NamedTuple

#: Themes that were there from the beginning: their colours can be given to another one when they are not used.
FIRST = (
    *("housing", "employment", "education", "language", "health", "social-inclusion", "participation"),
    *("culture-sport", "anti-discrimination", "reception-orientation", "volunteering-mentoring", "entrepreneurship"),
    *("rural-development", "governance"),
)
SPARE = ("spare-a", "spare-b", "spare-c", "spare-d", "spare-e", "spare-f")
COLOURS = (*SPARE, *FIRST)
ICONS = (
    *("leaf", "baby", "palette", "music", "utensils", "bike", "laptop", "recycle", "puzzle", "brain", "wheat"),
    *("library", "globe", "handshake", "idea", "shield", "building", "service-meeting-place", "service-mobility"),
    *("service-health", "service-counselling"),
)
#: The beginning of the names of the icons that terms of a vocabulary have by their key.
ICON_OF = {"theme": "theme-", "service_category": "service-"}


class Look(NamedTuple):
    """The colour (see COLOURS) and the icon (see ICONS) of a term; None for that of its key."""

    colour: str | None
    icon: str | None


def has_colour(vocabulary: str) -> bool:
    """Tell whether terms of a vocabulary have a colour."""
    return vocabulary == "theme"


def has_icon(vocabulary: str) -> bool:
    """Tell whether terms of a vocabulary have an icon."""
    return vocabulary in ICON_OF
