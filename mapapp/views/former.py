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
    if found.moved_to:
        address = address_of(found.moved_to) if address_of else url_for(f"{kind}s.detail", slug=found.moved_to)
        query = request.query_string.decode("ascii", "ignore")
        return redirect(address + (f"?{query}" if query else ""), 301)
    raise Problem(
        410,
        _("This record is public no more"),
        _("It was taken off the map on %(day)s.", day=i18n.day(found.at, lang)),
        _("Search the map for what there is instead."),
    )
