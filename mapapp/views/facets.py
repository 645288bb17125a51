"""The filters as the page offers them: groups, options in words, counts, what is chosen, and what was wrong."""

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, NamedTuple

from flask import current_app, g
from markupsafe import Markup

from .. import i18n, search
from ..atlas import Answer
from ..atlas.region_counts import region_counts
from ..folding import fold
from ..queries import projects, territories
from ..queries.data_version import Versions
from . import asked
from .translating import gettext as _
from .wording import programme_name

#: Groups with a button of their own; the rest stands under "More filters".
FIRST = ("theme", "country", "target_group", "region")
MORE = ("dimension", "programme", "organisation_type", "status", "project", "criterion", "years", "language")
NUTS_2 = 4  # characters of a code


class Option(NamedTuple):
    """One value of a field. `number` is its count in words, `parent` the country of a territory."""

    value: str
    words: str
    count: int  # type: ignore[assignment]  # tuple.count is of no use here
    chosen: bool
    number: str
    parent: str = ""


class Group(NamedTuple):
    """One field with its options, how many are chosen, and what in the address could not be understood."""

    field: str
    title: str
    options: tuple[Option, ...]
    chosen: int
    problems: tuple[str, ...]

    @property
    def branches(self) -> list[tuple[str, list[Option], bool]]:
        """Return the options by country: its name, its options, and whether one of them is chosen."""
        found: dict[str, list[Option]] = {}
        for option in self.options:
            found.setdefault(option.parent, []).append(option)
        return [(country, inside, any(one.chosen for one in inside)) for country, inside in found.items()]


_names: dict[tuple[str, str], tuple[Versions, dict[Any, Any]]] = {}
_lock = Lock()


def _kept(kind: str, lang: str, read: Callable[[], dict[Any, Any]]) -> dict[Any, Any]:
    """Return names by key, read once a language and data version."""
    versions = asked.versions()
    found = _names.get((kind, lang))
    if found is None or found[0] != versions:
        found = (versions, read())
        with _lock:
            _names[kind, lang] = found
    return found[1]


def project_names() -> dict[str, str]:
    """Return the names of all projects in the language of the page, by slug."""
    lang = g.lang
    return _kept("project", lang, lambda: {p.slug: p.title for p in projects.listed(asked.connection(), lang)})


def region_names() -> dict[str, str]:
    """Return the names of the territories that practices lie in, by NUTS code; a country in the page's language."""
    lang = g.lang

    def read() -> dict[str, str]:
        codes = asked.snapshot().columns.regions.codes
        parents = {code[:length] for code in codes for length in range(2, len(code) + 1)}
        return {
            code: i18n.country_name(found.country, lang) if found.level == 0 else found.name
            for code, found in territories.named(asked.connection(), parents).items()
        }

    return _kept("region", lang, read)


def say_value(field: str, value: str) -> str:
    """Return a value of a search field in the words of the page's language."""
    said = _kept("value", g.lang, dict)
    if (field, value) not in said:
        said[field, value] = _say_value(field, value)
    return said[field, value]


def _say_value(field: str, value: str) -> str:
    if field == "country":
        return i18n.country_name(value, g.lang)
    if field == "language":
        name = i18n.language_name(value, g.lang)
        return name[:1].upper() + name[1:]
    if field == "project":
        return project_names().get(value, value)
    if field == "region":
        return region_names().get(value, value)
    if field == "programme":
        return programme_name(value)
    return asked.labels()(field, value)


_field_names: dict[str, dict[str, str]] = {}


def field_name(field: str) -> str:
    """Return the name of a field of the search, or of the page number, in the language of the page."""
    names = _field_names.get(g.lang)
    if names is None:
        own = {"years": _("Years"), "page": _("Page")}
        names = _field_names[g.lang] = own | {name: search.say_field(name, _) for name in search.FIELDS["practice"]}
    return names[field]


# Stand for the two numbers of an option while it is kept: characters that no label has.
_COUNT, _NUMBER = "\ue000", "\ue001"


def draw_options(field: str, options: Iterable[Option]) -> Markup:
    """Return options as markup. A page has hundreds and only their numbers change, so each is drawn once and kept."""
    kept = _kept("markup", g.lang, dict)
    drawn = []
    for one in options:
        key = (field, one.value, one.chosen, not one.count and not one.chosen)
        if key not in kept:
            template = current_app.jinja_env.get_template("explore/option.html").module
            kept[key] = str(template.option_row(field, one.value, one.words, *key[2:], _COUNT, _NUMBER))  # type: ignore[attr-defined]
        drawn.append(kept[key].replace(_COUNT, str(one.count)).replace(_NUMBER, one.number))
    return Markup("\n".join(drawn))  # noqa: S704 the template has escaped it; numbers need no escaping


def _options(field: str, answer: Answer, chosen: Iterable[str]) -> tuple[Option, ...]:
    counted = answer.facets.get(field, ())
    return tuple(
        Option(one.value, say_value(field, one.value), one.count, one.value in chosen, i18n.number(one.count, g.lang))
        for one in counted
    )


def _tree_place(names: dict[str, str], code: str) -> tuple[str, str]:
    """Return what sorts a territory: its country's name and its own; kept, because folding costs more than sorting."""
    places = _kept("place", g.lang, dict)
    if code not in places:
        places[code] = fold(names.get(code[:2], code)), fold(names.get(code, code))
    return places[code]


def _regions(answer: Answer, chosen: Iterable[str]) -> tuple[Option, ...]:
    """Return the NUTS 2 units, by country and name, and whatever else is chosen."""
    counted = region_counts(answer)
    shown = {code for code in counted if len(code) == NUTS_2} | set(chosen)
    names, lang = region_names(), g.lang
    found = []
    for code in sorted(shown, key=lambda code: _tree_place(names, code)):
        count = counted.get(code, 0)
        words, parent = names.get(code, code), names.get(code[:2], code[:2])
        found.append(Option(code, words, count, code in chosen, i18n.number(count, lang), parent))
    return tuple(found)


def groups(answer: Answer, problems: Mapping[str, tuple[str, ...]]) -> dict[str, Group]:
    """Return the groups of the filter by field; `problems` are the sentences about each field."""
    found = {}
    for field in (*FIRST, *MORE):
        if field == "years":
            chosen = (answer.search.year_from is not None) + (answer.search.year_to is not None)
            said = (*problems.get("year_from", ()), *problems.get("year_to", ()))
            found[field] = Group(field, field_name(field), (), chosen, said)
            continue
        values = getattr(answer.search, field)
        options = _regions(answer, values) if field == "region" else _options(field, answer, values)
        found[field] = Group(field, field_name(field), options, len(values), problems.get(field, ()))
    return found
