"""Partner regions: the list, one region, and the layer that maps draw them from."""

from collections import defaultdict
from typing import Any, NamedTuple

import orjson
from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _

from .. import i18n
from ..errors import Problem
from ..folding import fold
from ..formats import regions as drawn
from ..queries import practices, regions, services
from ..search import Search
from . import asked, narrowing, periods, searching
from .explore_page import address_of
from .figures import figures_of
from .wording import label

blueprint = Blueprint("regions", __name__)

GROUPS = ("country", "project", "level")
LEVELS = ("region", "district", "municipality", "network")
ROLES = ("lead", "partner", "pilot", "associated", "technical", "advisory")
FIRST = 6  # practices shown on a region's page; the search behind the link shows them all


class Group(NamedTuple):
    """Regions under one heading."""

    title: str
    href: str
    rows: list[regions.ListedRegion]


class Answered(NamedTuple):
    """A need and the search for practices that answer it: how many there are, and how many of them elsewhere."""

    need: regions.ListedNeed
    search: Search
    total: int
    elsewhere: int


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {
        "address_of": address_of,
        "format_period": lambda start, end: periods.in_words(start, end, g.lang),
        "role_badges": lambda roles: [(label("membership_role", role), "") for role in roles],
    }


@blueprint.get("/<lang:lang>/regions")
def index(lang: str) -> tuple[str, int]:
    """The list of regions, narrowed by words, country, project and level, under the headings asked for."""
    rows = regions.listed(asked.connection(), lang)
    project_names = {slug: name for row in rows for slug, name in row.projects}
    choices = (
        narrowing.choice(
            request.args, "country", _("Country"), (r.country for r in rows), lambda c: i18n.country_name(c, lang)
        ),
        narrowing.choice(
            request.args,
            "project",
            _("Project"),
            (slug for row in rows for slug, _name in row.projects),
            lambda slug: project_names[slug],
        ),
        narrowing.choice(request.args, "level", _("Level"), (r.level for r in rows), lambda v: label("level", v)),
    )
    words = narrowing.words(request.args)
    country, project, level = (one.chosen for one in choices)
    found = _narrowed(rows, words.text, country, project, level, lang)
    by = request.args.get("by", "") if request.args.get("by", "") in GROUPS else GROUPS[0]
    page = render_template(
        "regions/index.html",
        groups=_grouped(found, by, lang),
        found=found,
        countries=len({row.country for row in found}),
        by=by,
        choices=choices,
        words=words,
        narrowed=bool(words.text or any(one.chosen for one in choices)),
        asked={"q": words.text or None, **{one.name: one.chosen or None for one in choices}},
    )
    return page, narrowing.status(words, *choices)


def _narrowed(
    rows: list[regions.ListedRegion], words: str, country: str, project: str, level: str, lang: str
) -> list[regions.ListedRegion]:
    wanted = fold(words).split()

    def fits(row: regions.ListedRegion) -> bool:
        said = (row.name, row.name_local, row.authority, i18n.country_name(row.country, lang))
        text = fold(" ".join([*(part or "" for part in said), *(name for _slug, name in row.projects)]))
        return (
            all(word in text for word in wanted)
            and country in ("", row.country)
            and level in ("", row.level)
            and (not project or project in {slug for slug, _name in row.projects})
        )

    return [row for row in rows if fits(row)]


def _grouped(rows: list[regions.ListedRegion], by: str, lang: str) -> list[Group]:
    found: dict[tuple[str, str], list[regions.ListedRegion]] = defaultdict(list)
    for row in rows:
        if by == "country":
            found[i18n.country_name(row.country, lang), ""].append(row)
        elif by == "level":
            found[label("level", row.level), str(LEVELS.index(row.level))].append(row)
        for slug, name in row.projects if by == "project" else ():
            found[name, slug].append(row)
        if by == "project" and not row.projects:
            found[_("Without a project"), ""].append(row)
    if by == "level":
        order = sorted(found, key=lambda key: key[1])
    else:
        order = sorted(found, key=lambda key: (by == "project" and not key[1], fold(key[0])))
    return [
        Group(title, asked.below(f"/{lang}/projects/{key}") if by == "project" and key else "", found[title, key])
        for title, key in order
    ]


@blueprint.get("/<lang:lang>/regions/<slug>")
def detail(lang: str, slug: str) -> str:
    """One region: outline, authority, practices, needs, projects, figures, services, events."""
    connection = asked.connection()
    region = regions.find(connection, slug, lang)
    if region is None:
        raise not_found()
    snapshot = asked.snapshot()
    parts = regions.projects_of(connection, region.id, lang)
    # Where an organisation has its seat says nothing about where it works: its practices are those of its projects.
    if region.level == "network":
        search = Search().with_(project=[part.slug for part in parts])
    else:
        search = Search().with_(region=[region.nuts_code] if region.nuts_code else [])
    answer = snapshot.answer(connection, search, lang) if search.filtered else None
    needs = []
    for need in regions.needs(connection, region.id, lang):
        theme = Search(theme=(need.theme,))
        total = snapshot.answer(connection, theme, lang).total
        here = snapshot.answer(connection, search.with_(theme=[need.theme]), lang).total if answer else 0
        needs.append(Answered(need, theme, total, total - here))
    return render_template(
        "regions/detail.html",
        region=region,
        parts=parts,
        search=search,
        answer=answer,
        practices=practices.cards(connection, answer.ids[:FIRST], lang) if answer else [],
        needs=needs,
        figures=figures_of(regions.figures(connection, region.id)),
        services=services.of_region(connection, region.id, lang),
        events=regions.events_in(connection, region, lang),
    )


@blueprint.get("/<lang:lang>/regions/layer.json")
def layer(lang: str) -> Response:
    """The regions as maps draw them: all, those of one `project`, or one by its `slug`."""
    searching.refuse_unknown(("slug", "project"))
    names = {code: i18n.country_name(code, lang) for code in map(str, i18n.locale(lang).territories) if len(code) == 2}
    features = regions.layer(
        asked.connection(),
        drawn.FEATURE,
        {
            "lang": lang,
            "countries": orjson.dumps(names).decode(),
            "pages": asked.below(f"/{lang}/regions/"),
            "roles": orjson.dumps({role: label("membership_role", role) for role in ROLES}).decode(),
        },
        request.args.get("slug"),
        request.args.get("project"),
    )
    if "slug" in request.args and not features:
        raise not_found()
    return Response(drawn.collection(features), content_type=drawn.MEDIA_TYPE)


def not_found() -> Problem:
    """Return what a visitor is told who asks for a region that is not there."""
    return Problem(
        404,
        _("There is no such region"),
        _("The address may be mistyped, or the record has moved."),
        _("Look for it in the list of regions."),
    )
