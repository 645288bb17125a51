"""The page that other sites show in a frame: the map and the list of a search, and nothing that remembers anyone."""

from flask import Blueprint, Response, render_template

from ..security import CONTENT_SECURITY_POLICY
from . import cards, searching, wording

blueprint = Blueprint("embed", __name__)

MOST = 200  # records in the list; the map has all
POLICY = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


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
        query=searching.page_of(question, lang).partition("?")[2],
        address=wording.absolute(searching.page_of(question, lang)),
    )
    response = Response(page)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
