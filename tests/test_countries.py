"""Country codes: ISO 3166-1 everywhere but in NUTS codes."""

import pytest

from mapapp.countries import by_name, iso_codes, iso_of_nuts, nuts_of_iso, parse_country
from mapapp.folding import fold
from mapapp.i18n import LANGUAGES, country_name


@pytest.mark.parametrize(("nuts", "iso"), [("EL303", "GR"), ("EL", "GR"), ("UKM6", "GB"), ("AT334", "AT")])
def test_greece_and_the_united_kingdom_are_translated(nuts, iso):
    assert iso_of_nuts(nuts) == iso
    assert nuts_of_iso(iso) == nuts[:2]


def test_every_country_and_kosovo_has_a_code_and_nothing_else():
    assert len(iso_codes()) == 250
    assert {"AT", "GR", "GB", "XK"} <= iso_codes()
    assert not iso_codes() & {"EL", "UK", "EU", "UN", "ZZ", "XA"}


def test_a_name_is_read_as_this_site_writes_it_and_as_others_do():
    known = by_name(LANGUAGES)
    assert {known[fold(country_name(code, lang))] == code for code in iso_codes() for lang in LANGUAGES} == {True}
    assert known[fold("St Lucia")] == known[fold("St. Lucia")] == "LC"


@pytest.mark.parametrize("text", ["EL", "UK", "at", "AUT", "ZZ", ""])
def test_other_codes_are_refused(text):
    with pytest.raises(ValueError, match="ISO 3166-1"):
        parse_country(text)
