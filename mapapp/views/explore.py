"""Explore: the search as a page, as fragments for its script, and as markers for its map."""

import orjson
from flask import Blueprint, Response, render_template, request

from ..atlas import suggest as suggestions
from ..search import MAX_Q, parse
from . import asked, cards, explore_page, facets, markers, searching
from .answering import fragment

blueprint = Blueprint("explore", __name__)


@blueprint.get("/<lang:lang>/")
def index(lang: str) -> tuple[str, int]:
    """The list, the filters and the frame of the map; with `X-Fragment: results` only what a search changes."""
    snapshot = asked.snapshot()
    parsed = parse(request.args, snapshot.known)
    problems = explore_page.read_problems(parsed.problems)
    answer = snapshot.answer(asked.connection(), parsed.search, lang)
    page = explore_page.compose(answer, problems, lang)
    template = "explore/fragment.html" if fragment() else "explore/index.html"
    view = markers.read_view()
    shown = markers.as_data_block(markers.in_view(answer, *view, lang)) if view else ""
    html = render_template(
        template,
        page=page,
        title=explore_page.title_of(page, lang),
        markers=shown,
        address_of=explore_page.address_of,
        alternates=explore_page.alternates(page),
        field_name=facets.field_name,
        draw_group=facets.draw_group,
        draw_cards=cards.draw,
    )
    return html, 400 if problems else 200


@blueprint.get("/<lang:lang>/markers.json")
def markers_json(lang: str) -> Response:
    """The markers of a view, or with `stack=lat,lon` the records of one point."""
    question = searching.strict("practice", ("view", "zoom", "stack"))
    answer = asked.snapshot().answer(asked.connection(), question, lang)
    if "stack" in request.args:
        found = markers.of_point(answer, lang)
    else:
        view, zoom = markers.read_view() or (markers.EVERYWHERE, 0)
        found = markers.in_view(answer, view, zoom, lang)
    return Response(orjson.dumps(found), content_type="application/json")


@blueprint.get("/<lang:lang>/suggest")
def suggest(lang: str) -> str:
    """Suggestions for what is being typed, as options for the search box."""
    typed = "".join(c for c in request.args.get("q", "")[:MAX_Q] if c.isprintable())
    found = suggestions(asked.connection(), asked.snapshot(), typed, lang, facets.say_value)
    return render_template("explore/suggestions.html", groups=explore_page.grouped(found), count=len(found))
