"""The Atom feed of a search: what changed last among its records, page by page."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from .. import search
from ..errors import Problem
from ..formats import feed, fields
from ..queries import practices
from . import asked, searching, taking

blueprint = Blueprint("feeds", __name__)

ENTRIES = 50  # a page
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # when an empty feed last changed


@blueprint.app_template_filter("atom_time")
def atom_time(moment: datetime) -> str:
    """Return a moment as feeds and site maps write it (RFC 3339, UTC)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


blueprint.add_app_template_filter(feed.stable_id)
blueprint.add_app_template_filter(feed.xml_text)


def _page(pages: int) -> int:
    given = request.args.get("page", "1")
    if not (given.isascii() and given.isdigit() and len(given) < 9 and 1 <= int(given) <= pages):
        detail = _("Please give a number from %(low)s to %(high)s.", low=1, high=pages)
        raise Problem(400, _("This request cannot be read"), detail, field="page")
    return int(given)


@blueprint.get("/<lang:lang>/feed.atom")
def atom(lang: str) -> Response:
    """The records of a search, the last changed first (RFC 4287, paged as RFC 5005)."""
    question = searching.strict("practice")
    answer = searching.answer("practice", question.with_(sort="newest"), lang)
    pages = max(1, -(-answer.total // ENTRIES))
    page = _page(pages)
    rows = practices.cards(asked.connection(), answer.ids[(page - 1) * ENTRIES : page * ENTRIES], lang)

    def address(number: int) -> str:
        args = [*search.to_args(question), *([("page", str(number))] if number > 1 else [])]
        return url_for("feeds.atom", lang=lang) + (f"?{urlencode(args, safe=',')}" if args else "")

    links = [("self", address(page)), ("first", address(1)), ("last", address(pages))]
    links += [("previous", address(page - 1))] if page > 1 else []
    links += [("next", address(page + 1))] if page < pages else []
    body = render_template(
        "feeds/search.xml",
        feed_id=feed.stable_id(address(1).removeprefix(asked.below(""))),  # the same wherever the site lies
        words=searching.words(question),
        updated=max((row.updated_at for row in rows), default=LONG_AGO),
        licence_url=fields.LICENCE_URL,
        attribution=taking.attribution(),
        page_path=searching.page_of(question, lang),
        links=links,
        total=answer.total,
        rows=rows,
    )
    return Response(body, content_type="application/atom+xml; charset=utf-8")
