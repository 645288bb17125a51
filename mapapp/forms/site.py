"""The form of what is said of the site: name, contact, texts per language, how owners are asked."""

from collections.abc import Collection, Iterable, Mapping

from wtforms import Form

from ..i18n import time_zones
from .administering import Needed, NeededChoice
from .fields import N_, Line, Number, Prose, Sent, is_web_address, refuse, sent

LONGEST = 20_000  # characters of a legal text


class Contact(Line):
    """A mail address or a web address; None when empty."""

    def pre_validate(self, form: Form) -> None:
        """Refuse what is neither."""
        super().pre_validate(form)
        text = str(self.data or "")
        local, at, host = text.rpartition("@")
        mail = local and at and "." in host and not any(letter in ' ,;<>"()[]\\?&' for letter in text)
        if text and not mail and not is_web_address(text):
            raise refuse(N_("Please give a mail address, or a web address that begins with https://."))


class _SiteForm(Form):
    name = Needed(longest=80)
    contact = Contact(longest=300)
    operator = Prose(longest=2000)
    fresh_months = Number(0, 120)
    grace_weeks = Number(1, 52)
    time_zone = NeededChoice()
    digest = NeededChoice()
    digest_hour = Number(0, 23)


def make(given: Sent, texts: Iterable[str], languages: Iterable[str], rhythms: Collection[str]) -> _SiteForm:
    """Return the form of what was sent; each of `texts` has a field in each of `languages`: "welcome-de". A summary
    comes in one of `rhythms`."""
    fields = {f"{text}_{language}": Prose(longest=LONGEST) for text in texts for language in languages}
    kind = type("SiteForm", (_SiteForm,), dict(fields))
    form: _SiteForm = kind(given)
    form.time_zone.known, form.digest.known = time_zones(), rhythms
    return form


def of_values(values: Mapping[tuple[str, str], str]) -> Sent:
    """Return settings by (name, language) as the form sends them."""
    return sent((f"{name}_{language}" if language else name, value) for (name, language), value in values.items())


def clean(form: _SiteForm, texts: Iterable[str], languages: Iterable[str]) -> dict[tuple[str, str], str | None]:
    """Return the settings of a form that was looked at, by (name, language): None where nothing is said."""
    lines = ("name", "contact", "operator", "time_zone", "digest")
    found: dict[tuple[str, str], str | None] = {(name, ""): form[name].data for name in lines}
    for name in ("fresh_months", "grace_weeks", "digest_hour"):
        found[name, ""] = None if form[name].data is None else str(form[name].data)
    spoken = list(languages)
    for text in texts:
        found |= {(text, language): form[f"{text}_{language}"].data for language in spoken}
    return found
