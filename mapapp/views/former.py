"""What the address of a record answers that is public no more: 301 to where it went, or 410 where it is gone."""

from collections.abc import Callable

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from .. import i18n
from ..errors import Problem
from ..queries import records
from . import asked


def answer(
    kind: str, slug: str, lang: str, otherwise: Problem, address_of: Callable[[str], str] | None = None
) -> Response:
    """Return the way to the record that took the place of a former one; raise 410, or `otherwise` where there never
    was one of that slug. `kind` is practice or service; `address_of` gives the address of a slug, its page without."""
    found = records.former(asked.connection(), kind, slug)
    if found is None:
        raise otherwise
    page_of = address_of or (lambda at: url_for(f"{kind}s.detail", slug=at))
    address = page_of(found.moved_to) if found.moved_to else ""
    if found.leads_on:
        query = request.query_string.decode("ascii", "ignore")
        return redirect(address + (f"?{query}" if query else ""), 301)
    raise Problem(
        410,
        _("This record is public no more"),
        _("It went up in another record, which is public no more either.")
        if address
        else _("It was taken off the map on %(day)s.", day=i18n.day(found.at, lang)),
        _("Search the map for what there is instead."),
        link=(address, _("The record it went up in")) if address else None,
    )
