"""What every template may call: names, labels, numbers, dates and addresses in the language of the page."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup

from .. import dates, i18n, text
from ..queries import gazetteer
from ..search import SETS, SINGLES
from . import asked
from .keeping import kept, once
from .translating import gettext as _

SEARCHED = frozenset(("q", *SETS, *SINGLES, "page"))


def label(vocabulary: str, key: str | None) -> str:
    """Return the word for a vocabulary key in the language of the page; the key itself where there is none."""
    return asked.labels()(vocabulary, key or "") if key else ""


def place_name(name: str | None) -> str:
    """Return the name of a place as readers of the page's language know it; read once a language and data version."""
    lang = g.lang
    names = kept("place name", lang, lambda: gazetteer.other_names(asked.connection(), lang))
    found: str = names.get(name or "", name or "")
    return found


def programme_name(value: str) -> str:
    """Return a programme as written, or, for the plain words that stand for kinds of money, in the page's language."""
    kinds = {
        "municipal": _("Municipal funds"),
        "regional": _("Regional funds"),
        "national": _("National funds"),
        "private": _("Private funds"),
        "donations": _("Donations"),
        "foundations": _("Foundations"),
        "own income": _("Own income"),
        "crowdfunding": _("Crowdfunding"),
        "EU": _("EU funds"),
        "EU funds": _("EU funds"),
    }
    return kinds.get(value, value)


def base() -> str:
    """Return the public address of this site, without a slash at the end."""
    notes = asked.notes()
    found: str | None = notes.get("base")
    if found is None:
        found = notes.base = asked.settings().base_url or asked.root(asked.asker()).rstrip("/")
    return found


def absolute(address: str) -> str:
    """Return an address on our host, as `url_for` and `asked.below` give it, with the name of the host before it."""
    return base().removesuffix(asked.below("")) + address


def on_our_clock(value: Any) -> Any:
    """Return a moment on the clock of the site; a date, or nothing, as it is."""
    return value.astimezone(asked.site().zone) if isinstance(value, datetime) else value


def alternate_urls() -> list[tuple[str, str]]:
    """Return (language, absolute address) of this page in each interface language; the search stays."""
    if request.blueprint == "ogc":  # its addresses are those of a standard: the language is a parameter
        kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("f", "lang")]
        return [
            (lang, f"{base()}{request.path}?{urlencode([*kept, ('f', 'html'), ('lang', lang)], safe=',')}")
            for lang in i18n.LANGUAGES
        ]
    if not request.endpoint or "lang" not in (request.view_args or {}):
        return []
    if not _can_be_opened():
        return [(lang, absolute(url_for("explore.index", lang=lang))) for lang in i18n.LANGUAGES]
    query = request.query_string.decode("utf-8", "replace")
    return [
        (
            lang,
            absolute(
                url_for(request.endpoint, **{**(request.view_args or {}), "lang": lang})
                + (f"?{query}" if query else "")
            ),
        )
        for lang in i18n.LANGUAGES
    ]


def _can_be_opened() -> bool:
    """Tell whether the address of this page answers to more than the form that was sent to it."""
    adapter = current_app.create_url_adapter(request)
    return request.method != "POST" or adapter is None or adapter.test(method="GET")


def canonical_url() -> str:
    """Return the address of this page without what only chooses a view of it."""
    kept = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name in SEARCHED and value and (name, value) != ("page", "1")
    ]
    path = url_for(request.endpoint, **(request.view_args or {})) if request.endpoint else asked.below(request.path)
    return absolute(path + (f"?{urlencode(kept, safe=',')}" if kept else ""))


def year_range(start: int | None, end: int | None) -> str:
    """Return the years of a practice in words: 2014–2018, since 2016, until 2019, or nothing."""
    if start and end:
        return str(start) if start == end else f"{start}–{end}"
    if start:
        return _("since %(year)s", year=start)
    return _("until %(year)s", year=end) if end else ""


def _context() -> dict[str, Any]:
    lang = g.get("lang", i18n.LANGUAGES[0])
    return {
        "lang": lang,
        "languages": i18n.LANGUAGES,
        "site_name": asked.site().name,
        "site": asked.site(),
        "settings": asked.settings(),
        "app_version": current_app.extensions["build"].split("-")[0],
        "alternate_urls": alternate_urls,  # called: a fragment needs neither
        "canonical_url": canonical_url,
        "country_name": lambda code: i18n.country_name(code, lang),
        "language_name": lambda code: i18n.language_name(code, lang),
        "format_number": lambda value: i18n.number(value, lang),
        "format_percent": lambda value: i18n.percent(value, lang),
        "format_day": lambda value: i18n.day(on_our_clock(value), lang),
        "format_moment": lambda value: i18n.moment(on_our_clock(value), lang),
        "format_partial_date": lambda value: dates.say_date(value, lang) if value else "",
        "format_year_range": year_range,
        "in_words": lambda items: i18n.in_words(items, lang),
        "joint": lambda number, count: i18n.joint(number, count, lang),
    }


def install(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.globals.update(
        label=label,
        once=once,
        place_name=place_name,
        programme_name=programme_name,
        absolute=absolute,
        on_our_clock=on_our_clock,
        own_name=i18n.own_name,
        text_direction=i18n.direction,
    )
    app.jinja_env.filters["prose"] = lambda value: Markup(text.to_html(value or ""))  # noqa: S704 sanitised there
    app.context_processor(_context)
