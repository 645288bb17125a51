"""Country codes: ISO 3166-1 everywhere but in NUTS codes."""

import pytest

from mapapp.countries import iso_codes, iso_of_nuts, nuts_of_iso, parse_country


@pytest.mark.parametrize(("nuts", "iso"), [("EL303", "GR"), ("EL", "GR"), ("UKM6", "GB"), ("AT334", "AT")])
def test_greece_and_the_united_kingdom_are_translated(nuts, iso):
    assert iso_of_nuts(nuts) == iso
    assert nuts_of_iso(iso) == nuts[:2]


def test_every_country_and_kosovo_has_a_code_and_nothing_else():
    assert len(iso_codes()) == 250
    assert {"AT", "GR", "GB", "XK"} <= iso_codes()
    assert not iso_codes() & {"EL", "UK", "EU", "UN", "ZZ", "XA"}


@pytest.mark.parametrize("text", ["EL", "UK", "at", "AUT", "ZZ", ""])
def test_other_codes_are_refused(text):
    with pytest.raises(ValueError, match="ISO 3166-1"):
        parse_country(text)
