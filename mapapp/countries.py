"""Country codes, said once: ISO 3166-1 everywhere (GR, GB); only NUTS codes write Greece EL and the Kingdom UK."""

from functools import cache

from babel import Locale

from .folding import fold
from .i18n import locale

_ISO_OF_NUTS = {"EL": "GR", "UK": "GB"}
_NUTS_OF_ISO = {iso: nuts for nuts, iso in _ISO_OF_NUTS.items()}
# What CLDR lists beside countries: unions, outlying areas without an ISO code, test codes.
_NO_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"))


@cache
def iso_codes() -> frozenset[str]:
    """Return the ISO 3166-1 alpha-2 codes of all countries, and XK, which the Union uses for Kosovo."""
    known = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in known if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


def iso_of_nuts(code: str) -> str:
    """Return the ISO 3166-1 code of the country of a NUTS code of any level ("EL303" is in "GR")."""
    return _ISO_OF_NUTS.get(code[:2], code[:2])


def nuts_of_iso(country: str) -> str:
    """Return how NUTS codes of an ISO 3166-1 country begin ("GB" is "UK")."""
    return _NUTS_OF_ISO.get(country, country)


def parse_country(text: str) -> str:
    """Return an ISO 3166-1 alpha-2 code; raise ValueError saying what to write instead."""
    if text in _ISO_OF_NUTS:
        raise ValueError(f"'{text}' is how NUTS codes begin; write the ISO 3166-1 code {_ISO_OF_NUTS[text]}")
    if text not in iso_codes():
        raise ValueError(f"'{text}' is not an ISO 3166-1 country code such as AT or GR")
    return text


@cache
def by_name(languages: tuple[str, ...]) -> dict[str, str]:
    """Return ISO 3166-1 codes by what people write for a country, folded: its code, the one that NUTS codes begin
    with, and its names in some languages."""
    found = {fold(name): code for code in iso_codes() for language in languages for name in _names(code, language)}
    return found | {code.lower(): code for code in iso_codes()} | {fold(n): iso for n, iso in _ISO_OF_NUTS.items()}


def _names(code: str, language: str) -> list[str]:
    """Return the names of a country as this site writes them and as others do: St Lucia, St. Lucia."""
    found = (one.territories.get(code) for one in (locale(language), Locale(language)))
    return [name for name in found if name]
