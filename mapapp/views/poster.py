"""The poster: a search on one sheet of paper, with map, colours, list and a code that leads back to it."""

import segno
from flask import Blueprint, render_template, request
from markupsafe import Markup

from .. import i18n
from ..formats import drawing, fields
from . import asked, cards, searching, taking, wording

blueprint = Blueprint("poster", __name__)

PAPERS = {"a4": (720, 500), "a3": (1020, 650)}  # units of the drawing
MOST = 300  # records on a sheet


@blueprint.get("/<lang:lang>/poster")
def poster(lang: str) -> str:
    """A search as a page to print or to keep as PDF."""
    question = searching.strict("practice", ("paper",))
    paper = request.args.get("paper", "a4")
    if paper not in PAPERS:
        raise taking.refuse("paper", paper, list(PAPERS))
    answer = searching.answer("practice", question, lang)
    rows = cards.read(answer.ids[:MOST], lang)
    points = [
        (row.lon, row.lat, number, row.themes[0] if row.themes else "")
        for number, row in enumerate(rows, 1)
        if row.lon is not None and row.lat is not None
    ]
    address = wording.absolute(searching.page_of(question, lang))
    code = segno.make(address, error="m").svg_inline(omitsize=True, border=2, dark="#1c2a33", light="#ffffff")
    used = {row.themes[0] for row in rows if row.themes}
    asked_for = searching.page_of(question, lang).partition("?")[2]
    others = [
        (one, asked.below(f"/{lang}/poster?") + "&".join(filter(None, (asked_for, f"paper={one}")))) for one in PAPERS
    ]
    return render_template(
        "poster/index.html",
        lang=lang,
        paper=paper,
        papers=others,
        total=answer.total,
        most=MOST,
        rows=rows,
        drawing=drawing.draw(points, *PAPERS[paper], lang),
        words=searching.words(question),
        themes=[key for key in asked.snapshot().columns.fields["theme"].options if key in used],
        address=address,
        code=Markup(code),  # noqa: S704 drawn by segno from an address of ours
        changed=i18n.day(taking.last_change("practice"), lang),
        licence_url=fields.LICENCE_URL,
    )
