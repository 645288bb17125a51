"""What those who run the site say of it: its name, words of welcome, contact, legal texts, and how it asks owners."""

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, text

from ..settings import Settings
from .in_language import Said

#: Texts that are said in each language of the interface.
IN_LANGUAGES = ("welcome", "imprint", "privacy")
#: How often moderators get a summary of what waits.
RHYTHMS = ("daily", "workdays", "weekly", "never")


class Site(NamedTuple):
    """The site as its admins describe it, texts by language. `fresh_months` is how long a confirmation is good (0: no
    owner is asked), `grace_weeks` how long an owner has for an answer; `digest` is how often moderators get a summary
    (see RHYTHMS) and `digest_hour` from which hour on; `time_zone` (IANA) is the clock of the site's people."""

    name: str
    contact: str = ""  # a mail or web address
    operator: str = ""  # who answers for the site, with the postal address
    welcome: Mapping[str, str] = {}
    imprint: Mapping[str, str] = {}
    privacy: Mapping[str, str] = {}
    fresh_months: int = 12
    grace_weeks: int = 6
    digest: str = RHYTHMS[0]
    digest_hour: int = 6
    time_zone: str = "Europe/Brussels"

    @property
    def zone(self) -> ZoneInfo:
        """Return the clock; that of UTC where this machine no longer knows the name."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def said(self, name: str, lang: str) -> Said | None:
        """Return a text (see IN_LANGUAGES) in a language, else in English, else in any; None where there is none."""
        texts: Mapping[str, str] = getattr(self, name)
        language = next((one for one in (lang, "en", *sorted(texts)) if texts.get(one)), None)
        return Said(texts[language], language, "author") if language else None


_READ = text("SELECT name, language, value FROM site_setting")


def from_settings(settings: Settings) -> Site:
    """Return the site as its operator describes it in the environment: what holds where no admin says otherwise."""
    return Site(settings.site_name, settings.contact, settings.operator)


def read(connection: Connection, settings: Settings) -> Site:
    """Return the site as it is described now."""
    found: dict[tuple[str, str], str] = {(name, language): value for name, language, value in connection.execute(_READ)}
    said = {name: {language: value for (of, language), value in found.items() if of == name} for name in IN_LANGUAGES}
    otherwise = from_settings(settings)
    return Site(
        name=found.get(("name", ""), otherwise.name),
        contact=found.get(("contact", ""), otherwise.contact),
        operator=found.get(("operator", ""), otherwise.operator),
        fresh_months=int(found.get(("fresh_months", ""), otherwise.fresh_months)),
        grace_weeks=int(found.get(("grace_weeks", ""), otherwise.grace_weeks)),
        digest=found.get(("digest", ""), otherwise.digest),
        digest_hour=int(found.get(("digest_hour", ""), otherwise.digest_hour)),
        time_zone=found.get(("time_zone", ""), otherwise.time_zone),
        **said,
    )
