"""What the forms of contributors are held against and offer to choose from, in the language of the page."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask import g

from .. import i18n
from ..countries import iso_codes
from ..folding import fold
from ..forms.parts import LANGUAGES, Lookups
from ..queries import offered, territories, vocabulary, whereabouts
from ..queries.offered import Offer
from . import acting, asked
from .keeping import kept

VOCABULARIES = ("theme", "dimension", "target_group", "organisation_type", "service_category", "criterion")
Options = list[tuple[str, str]]


class Offered(NamedTuple):
    """What can be chosen, as (key, words), by the name of the field."""

    terms: Mapping[str, Options]
    projects: Options
    regions: Options
    organisations: Options
    countries: Options
    languages: Options


def _terms(base: Mapping[str, Any] | None) -> dict[str, Options]:
    """Return the terms of each vocabulary; a retired one only where the record has it already."""
    connection, versions = asked.connection(), asked.versions()
    said = [one if isinstance(one, list) else [one] for one in (base or {}).values() if isinstance(one, (str, list))]
    there = {key for keys in said for key in keys if isinstance(key, str)}
    return {name: vocabulary.offered(connection, versions, name, g.lang, there) for name in VOCABULARIES}


def _countries(lang: str) -> Options:
    names = [(code, i18n.country_name(code, lang)) for code in iso_codes()]
    return sorted(names, key=lambda one: fold(one[1]))


def _languages(lang: str) -> Options:
    names = [(code, i18n.language_name(code, lang)) for code in LANGUAGES]
    return sorted(names, key=lambda one: fold(one[1]))


def _organisations(base: Mapping[str, Any] | None) -> Options:
    """Return those for which the person writes, and the one that keeps up the record as it is."""
    me = acting.me()
    found = [Offer(one.slug, one.name) for one in (me.organisations if me else ())]
    owner = (base or {}).get("owner")
    if owner and owner not in {one.slug for one in found}:
        there = offered.organisation(asked.connection(), owner)
        found += [there] if there else []
    return [(one.slug, one.words) for one in found]


def _records() -> dict[str, Any]:
    connection, lang = asked.connection(), g.lang
    return kept(
        "offered",
        lang,
        lambda: {
            "projects": [tuple(one) for one in offered.projects(connection, lang)],
            "regions": [tuple(one) for one in offered.regions(connection, lang)],
            "countries": _countries(lang),
            "languages": _languages(lang),
        },
    )


def called(field: str, key: str) -> str | None:
    """Return what the record is called that a field names by its key; None for a field that names none, or one that
    is gone."""
    if field in ("project", "region"):
        return dict(_records()[f"{field}s"]).get(key)
    if field == "owner":
        there = offered.organisation(asked.connection(), key)
        return there.words if there else None
    if field == "territories":
        area = territories.named(asked.connection(), [key]).get(key)
        return f"{area.name} ({key})" if area else None
    return None


def offers(base: Mapping[str, Any] | None) -> Offered:
    """Return what the forms offer; `base` is the record that is being changed."""
    known = _records()
    return Offered(
        _terms(base), known["projects"], known["regions"], _organisations(base), known["countries"], known["languages"]
    )


def lookups(found: Offered) -> Lookups:
    """Return what the forms are held against."""
    codes = kept("territory codes", "", lambda: {"codes": whereabouts.codes(asked.connection())})["codes"]
    return Lookups(
        terms={name: [key for key, _words in options] for name, options in found.terms.items()},
        projects=[key for key, _words in found.projects],
        regions=[key for key, _words in found.regions],
        territories=codes,
        organisations=[key for key, _words in found.organisations],
        this_year=datetime.now(UTC).year,
    )
