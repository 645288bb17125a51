"""What is taken away: the records, language and reference system that an address asks for, and what is said of them."""

from datetime import datetime
from itertools import cycle
from typing import Any, NamedTuple, cast

from flask import g, request
from flask_babel import gettext as _

from .. import i18n, search
from ..errors import Problem
from ..formats import colours, crs, fields
from ..formats.kinds import Kind
from ..formats.shapes import Shape
from ..queries import export
from . import asked, looking, searching, wording
from .keeping import keep, kept

SEARCHED = ("practice", "service")  # the collections that a search chooses from; the others are small and whole
ALL = "all"  # of `lang`: every language


class Taken(NamedTuple):
    """What is taken away: the records in their order, their shape, their language, and what was asked for."""

    shape: Shape
    ids: Any  # a list, or the array of an answer
    lang: str
    search: search.Search


def title_of(plural: str) -> str:
    """Return what a collection is called in the language of the page."""
    return {
        "practices": _("Practices"),
        "services": _("Services"),
        "regions": _("Partner regions"),
        "projects": _("Projects"),
        "events": _("Events"),
        "needs": _("Needs"),
    }[plural]


def refuse(field: str, value: str, known: list[str]) -> Problem:
    """Return the problem of a value that is none of the known ones."""
    return Problem(
        400,
        _("This request cannot be read"),
        _("“%(value)s” is no value of “%(name)s”.", value=value[:60], name=field),
        _("Known are: %(names)s.", names=i18n.in_words(known, g.lang)),
        field=field,
    )


def _once(name: str) -> str:
    given = request.args.getlist(name)
    if len(given) > 1:
        raise Problem(400, _("This request cannot be read"), _("Please give this only once."), field=name)
    return given[0].strip() if given else ""


def read_language() -> tuple[str, bool]:
    """Return the language of the texts that `lang` asks for (English without it) and whether all are asked for.

    Words of ours follow it. Only languages that there are texts in: each one costs an order of titles.
    """
    given = _once("lang") or i18n.LANGUAGES[0]
    if given == ALL:
        g.lang = i18n.LANGUAGES[0]
        return i18n.LANGUAGES[0], True
    written = asked.snapshot().columns.fields["language"].place
    if given not in i18n.LANGUAGES and given not in written:
        raise refuse("lang", given, [*sorted({*i18n.LANGUAGES, *written}), ALL])
    # The browser's language decides nothing, so that one address gives everyone the same file.
    g.lang = page_language(given)
    return given, False


def page_language(lang: str) -> str:
    """Return the language of our own words beside texts in `lang`."""
    return lang if lang in i18n.LANGUAGES else i18n.LANGUAGES[0]


def read_crs(kind: Kind) -> int:
    """Return the EPSG code that `crs` asks for, WGS 84 without it."""
    given = _once("crs")
    if not given:
        return crs.GEOGRAPHIC
    code = crs.read(given)
    offered = list(crs.OFFERED) if kind.any_crs else [crs.GEOGRAPHIC]
    if code not in offered:
        raise refuse("crs", given, [f"EPSG:{one}" for one in offered])
    return code


def _read_geometry() -> bool:
    """Return whether a table is to hold geometries as text (`geometry=wkt`) instead of coordinates."""
    given = _once("geometry")
    if given not in ("", "wkt", "xy"):
        raise refuse("geometry", given, ["wkt", "xy"])
    return given == "wkt"


def parameters(kind: Kind) -> tuple[str, ...]:
    """Return the parameters of a file beside those of its search."""
    return ("lang", "crs", "geometry") if kind.ending == "csv" else ("lang", "crs")


def take(collection: fields.Collection, kind: Kind) -> Taken:
    """Return the records that the address asks for; raises Problem naming a parameter that cannot be understood."""
    own = parameters(kind)
    known = search.FIELDS[collection.name] if collection.name in SEARCHED else ()
    searching.refuse_unknown((*known, *own))
    lang, every = read_language()
    languages = export.text_languages(asked.connection(), collection.name) if every else ()
    shape = Shape(collection, read_crs(kind), languages, kind.ending == "csv" and _read_geometry())
    if collection.name not in SEARCHED:
        return Taken(shape, export.all_ids(asked.connection(), collection.name), lang, search.Search())
    question = searching.strict(collection.name, own)
    return Taken(shape, searching.answer(collection.name, question, lang).ids, lang, question)


def values(lang: str) -> dict[str, Any]:
    """Return what the published fields need to know of this site."""
    return {"lang": lang, "site": f"{wording.base()}/{page_language(lang)}", "licence": fields.LICENCE}


def page_of(taken: Taken) -> str:
    """Return the address of the page that shows the same records."""
    page = "" if taken.shape.collection is fields.PRACTICE else taken.shape.collection.plural
    if taken.shape.collection.name not in fields.COLLECTIONS:  # they have no page of their own
        page = "data"
    return wording.absolute(searching.page_of(taken.search, page_language(taken.lang), page))


def attribution() -> str:
    """Return whom to name beside the data."""
    return _("%(site)s, CC BY 4.0; coordinates: GeoNames, CC BY 4.0", site=asked.site().name)


def last_change(collection: str) -> datetime | None:
    """Return when a record of a collection last changed; looked for once a data version, for it reads all of them."""
    known = kept("last changes", "")
    if collection not in known:
        keep(known, collection, export.last_change(asked.connection(), collection))
    return cast(datetime | None, known[collection])


def moment(changed: datetime | None) -> str | None:
    """Return when the data last changed, as files say it."""
    return changed.strftime("%Y-%m-%dT%H:%M:%SZ") if changed else None


def members(taken: Taken, changed: datetime | None) -> dict[str, Any]:
    """Return the foreign members of a collection: whose it is, what it answers, how fresh it is."""
    return {
        "licence": fields.LICENCE,
        "licence_url": fields.LICENCE_URL,
        "attribution": attribution(),
        "source": f"{wording.base()}/",
        "generated": moment(changed),
        "search": {"words": searching.words(taken.search) or _("Everything"), "link": page_of(taken)},
    }


def rows(title: str, size: int, words: str, link: str, epsg: int, changed: datetime | None) -> list[tuple[str, str]]:
    """Return the same as pairs of (what, words), for files that people read."""
    return [
        (_("Content"), f"{title} ({i18n.number(size, g.lang)})"),
        (_("Filters"), words or _("Everything")),
        (_("Page"), link),
        (_("Source"), f"{asked.site().name}, {wording.base()}/"),
        (_("Licence"), f"{fields.LICENCE}, {fields.LICENCE_URL}"),
        (_("Attribution"), attribution()),
        (_("Last change"), i18n.day(changed, g.lang)),
        (_("Reference system"), crs.name(epsg)),
    ]


def labels() -> dict[str, list[tuple[str, str, str]]]:
    """Return (key, words, #rrggbb) of the vocabularies that maps are coloured by, in their order. Themes have their
    own colours; the categories of services, which have none, those of the palette in turn."""
    themes = asked.snapshot().columns.fields["theme"].options
    categories = asked.snapshot("service").columns.fields["category"].options
    return {
        "theme": [(key, wording.label("theme", key), colours.of(looking.theme_colour(key))) for key in themes],
        "service_category": [
            (key, wording.label("service_category", key), colour.value)
            for key, colour in zip(categories, cycle(colours.themes()), strict=False)
        ],
    }


def map_words() -> dict[str, str]:
    """Return the words of a map that stands alone."""
    return {
        "legend": _("Colours"),
        "list": _("All records"),
        "unplaced": _("not on the map"),
        "none": _("No record fits this search."),
        "credit": _("Map: Natural Earth, GeoNames. Points may stand for a municipality, a region or a country.")
        + " *"
        + _(
            "Kosovo: this designation is without prejudice to positions on status, and is in line with UNSCR 1244/1999 "
            "and the ICJ Opinion on the Kosovo declaration of independence."
        ),
    }
