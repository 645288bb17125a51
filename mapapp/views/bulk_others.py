"""Files of this site that hold records of another kind than practices: what they are, and where such are entered."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from ..formats import fields, reading
from ..forms import table
from ..forms.fields import N_
from . import wording

#: What is said of a file of a collection.
REASONS = {
    "services": N_(
        "This file holds services of this site. A table can only hold practices: services are entered and changed one "
        "by one, each in its form."
    ),
    "regions": N_(
        "This file holds partner regions of this site. A table can only hold practices: regions are entered by those "
        "who run the site."
    ),
    "projects": N_(
        "This file holds projects of this site. A table can only hold practices: projects are entered by those who run "
        "the site."
    ),
    "events": N_(
        "This file holds events of this site. A table can only hold practices: events are entered by those who run the "
        "site."
    ),
    "needs": N_(
        "This file holds needs of regions of this site. A table can only hold practices: needs are entered by those "
        "who run the site."
    ),
    "territories": N_(
        "This file holds territories. A table can only hold practices: territories come from Eurostat and are not "
        "changed here."
    ),
}


class Way(NamedTuple):
    """Where to go with a file that is not taken: an address, and the words of the link."""

    address: str
    words: str


def other(sheet: reading.Sheet) -> str:
    """Return the collection (as in addresses) that a file of ours is of; an empty text for practices, and for whatever
    is not ours. The slugs of its records may be those of practices."""
    return _by_address(sheet) or _by_headings(sheet.headings)


def _by_address(sheet: reading.Sheet) -> str:
    if "url" not in sheet.headings:
        return ""
    column = sheet.headings.index("url")
    found = [text for row in sheet.rows if (text := table.line(row.cells[column]))]
    site = f"{wording.base()}/"
    for one in fields.COLLECTIONS.values():
        mine = one is not fields.PRACTICE and found
        if mine and all(text.startswith(site) and f"/{one.plural}/" in text for text in found):
            return one.plural
    return ""


def _by_headings(headings: Sequence[str]) -> str:
    """Return the collection by the names of its fields: events and needs have no page, so no address."""
    names = set(headings)
    territory = {field.name for field in fields.TERRITORY.fields} <= names
    if not territory and not names >= reading.OURS:
        return ""
    # KML leaves out columns in which nothing stands: what has the most of its fields here is what the file holds.
    best = max(fields.PUBLISHED.values(), key=lambda one: len(names & {field.name for field in one.fields}))
    return "" if best is fields.PRACTICE else best.plural


def way(reason: str) -> Way | None:
    """Return where to go with a file of a collection; None where there is nowhere, or for another reason."""
    if reason == "services":
        return Way(url_for("contribute.new", folder="services"), _("New service"))
    if reason in REASONS and reason != "territories":
        return Way(url_for("pages.imprint"), _("Imprint"))
    return None
