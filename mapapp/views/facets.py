"""The filters as the page offers them: groups, options in words, counts, what is chosen, and what was wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from flask import current_app, g
from markupsafe import Markup

from .. import i18n, search
from ..atlas import Answer
from ..atlas.region_counts import region_counts
from ..folding import fold
from ..queries import projects, territories
from . import asked
from .keeping import keep, kept
from .translating import gettext as _
from .wording import programme_name

#: Groups with a button of their own; the rest stands under "More filters".
FIRST = ("theme", "country", "target_group", "region")
MORE = ("dimension", "programme", "organisation_type", "status", "project", "criterion", "years", "language")
VISIBLE = 8  # options of a group that show without a press
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


def project_names() -> dict[str, str]:
    """Return the names of all projects in the language of the page, by slug."""
    lang = g.lang
    return kept("project", lang, lambda: {p.slug: p.title for p in projects.listed(asked.connection(), lang)})


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

    return kept("region", lang, read)


def say_value(field: str, value: str) -> str:
    """Return a value of a search field in the words of the page's language."""
    said = kept("value", g.lang)
    words: str | None = said.get((field, value))
    if words is None:
        words = _say_value(field, value)
        keep(said, (field, value), words)
    return words


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


# Stand for the two numbers of an option when it is drawn: characters that no label has.
_COUNT, _NUMBER = "\ue000", "\ue001"


def _pieces(field: str, option: Option, nothing: bool) -> tuple[str, str, str]:
    """Return the markup of an option around its two numbers."""
    template = current_app.jinja_env.get_template("explore/option.html").module
    drawn = template.option_row(field, option.value, option.words, option.chosen, nothing, _COUNT, _NUMBER)  # type: ignore[attr-defined]
    before, _count, rest = str(drawn).partition(_COUNT)
    between, _number, after = rest.partition(_NUMBER)
    return before, between, after


def _draw_options(field: str, options: Iterable[Option], known: dict[Any, Any]) -> str:
    drawn = []
    for one in options:
        nothing = not one.count and not one.chosen
        key = (field, one.value, one.chosen, nothing)
        pieces = known.get(key)
        if pieces is None:
            pieces = _pieces(field, one, nothing)
            keep(known, key, pieces)
        before, between, after = pieces
        drawn.append(f"{before}{one.count}{between}{one.number}{after}")
    return "\n".join(drawn)


def draw_group(group: Group, macro: Callable[..., Markup], branch: Callable[..., Markup]) -> Markup:
    """Return the options of a group as markup. A page has hundreds and only their numbers change: all else is kept.

    `macro(field, title, number, first, rest, open)` draws what is around the options, `branch(country, options, open)`
    what is around the regions of a country.
    """
    field, options = group.field, group.options
    known = kept("option", g.lang)
    if field == "region":
        first, rest, opened = "\n".join(_branches(group, branch, known)), "", False
    else:
        first = _draw_options(field, options[:VISIBLE], known)
        rest = _draw_options(field, options[VISIBLE:], known)
        opened = any(one.chosen for one in options[VISIBLE:])
    key = (field, len(options), opened)
    frame = known.get(key)
    if frame is None:
        frame = str(macro(field, group.title, len(options), _COUNT, _NUMBER, opened))
        keep(known, key, frame)
    # The second place first: what goes into the first may be anything.
    return Markup(frame.replace(_NUMBER, rest).replace(_COUNT, first))  # noqa: S704 the templates have escaped it


def _branches(group: Group, branch: Callable[..., Markup], known: dict[Any, Any]) -> Iterator[str]:
    for country, inside, opened in group.branches:
        key = ("branch", country, opened)
        frame = known.get(key)
        if frame is None:
            frame = str(branch(country, _COUNT, opened))
            keep(known, key, frame)
        yield frame.replace(_COUNT, _draw_options(group.field, inside, known))


def _options(field: str, answer: Answer, chosen: Iterable[str], lang: str, said: dict[Any, Any]) -> tuple[Option, ...]:
    return tuple(
        Option(
            value, said.get((field, value)) or say_value(field, value), count, value in chosen, i18n.number(count, lang)
        )
        for value, count in answer.facets.get(field, ())
    )


def _tree_place(names: dict[str, str], code: str) -> tuple[str, str]:
    """Return what sorts a territory: its country's name and its own."""
    return fold(names.get(code[:2], code)), fold(names.get(code, code))


def _regions(answer: Answer, chosen: Iterable[str]) -> tuple[Option, ...]:
    """Return the NUTS 2 units, by country and name, and whatever else is chosen."""
    counted = region_counts(answer)
    shown = {code for code in counted if len(code) == NUTS_2} | set(chosen)
    names, lang = region_names(), g.lang
    # Kept, because folding costs more than sorting.
    places = kept("place", lang, lambda: {code: _tree_place(names, code) for code in names})
    found = []
    for code in sorted(shown, key=lambda code: places.get(code) or _tree_place(names, code)):
        count = counted.get(code, 0)
        words, parent = names.get(code, code), names.get(code[:2], code[:2])
        found.append(Option(code, words, count, code in chosen, i18n.number(count, lang), parent))
    return tuple(found)


def groups(answer: Answer, problems: Mapping[str, tuple[str, ...]]) -> dict[str, Group]:
    """Return the groups of the filter by field; `problems` are the sentences about each field."""
    found = {}
    words = kept("value", g.lang)
    for field in (*FIRST, *MORE):
        if field == "years":
            chosen = (answer.search.year_from is not None) + (answer.search.year_to is not None)
            said = (*problems.get("year_from", ()), *problems.get("year_to", ()))
            found[field] = Group(field, field_name(field), (), chosen, said)
            continue
        values = getattr(answer.search, field)
        options = _regions(answer, values) if field == "region" else _options(field, answer, values, g.lang, words)
        found[field] = Group(field, field_name(field), options, len(values), problems.get(field, ()))
    return found
