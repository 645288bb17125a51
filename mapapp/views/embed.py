"""The page that other sites show in a frame: the map and the list of a search, and nothing that remembers anyone."""

from flask import Blueprint, Response, render_template, request

from ..security import IN_FRAMES
from . import cards, explore_page, searching, taking, wording

blueprint = Blueprint("embed", __name__)

MOST = 200  # records in the list; the map has all
LAYERS = ("regions", "services", "no-practices")  # what the map shows at first, as in addresses of Explore


def _layers() -> list[str]:
    given = [one for one in request.args.get("layers", "").split(",") if one]
    for one in given:
        if one not in LAYERS:
            raise taking.refuse("layers", one, list(LAYERS))
    return given


@blueprint.get("/<lang:lang>/embed")
def embed(lang: str) -> Response:
    """A search for the frame of another site; its links open outside of it."""
    question = searching.strict("practice")
    answer = searching.answer("practice", question, lang)
    page = render_template(
        "embed/index.html",
        lang=lang,
        answer=answer,
        rows=cards.read(answer.ids[:MOST], lang),
        words=searching.words(question),
        ways=explore_page.ways(answer),
        layers=_layers(),
        query=searching.page_of(question, lang).partition("?")[2],
        address=wording.absolute(searching.page_of(question, lang)),
    )
    return Response(page, headers=IN_FRAMES)
