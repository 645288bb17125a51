"""Coordinates as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapapp.forms.coordinates import NOTHING, NotCoordinates, Point, decimal, parse, sexagesimal
from mapapp.i18n import LANGUAGES

POINTS = st.builds(
    Point,
    *(st.floats(-most, most).filter(lambda value: value == 0 or abs(value) >= NOTHING) for most in (90, 180)),
)
TENTH_OF_A_SECOND = 1 / 36_000


@settings(deadline=None)  # a busy machine is no fault
@given(POINTS)
def test_decimal_degrees_come_back_exactly(point: Point) -> None:
    assert parse(decimal(point)) == point


@settings(deadline=None)  # a busy machine is no fault
@given(POINTS, st.sampled_from(LANGUAGES))
def test_degrees_minutes_seconds_come_back_to_a_tenth_of_a_second(point: Point, lang: str) -> None:
    back = parse(sexagesimal(point, lang), lang)
    assert abs(back.latitude - point.latitude) <= TENTH_OF_A_SECOND / 2 + 1e-9
    assert abs(back.longitude - point.longitude) <= TENTH_OF_A_SECOND / 2 + 1e-9


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_whatever_is_typed_is_a_point_on_earth_or_refused(text: str, lang: str) -> None:
    with suppress(NotCoordinates):
        latitude, longitude = parse(text, lang)
        assert abs(latitude) <= 90
        assert abs(longitude) <= 180


@pytest.mark.parametrize(
    "text",
    [
        "47.24, 10.74",
        "47.24 10.74",
        "47,24 10,74",
        "47,24; 10,74",
        "47,24, 10,74",
        "(47.24, 10.74)",
        "47.24° N, 10.74° E",
        "N 47.24 E 10.74",
        "10.74 E, 47.24 N",
        "47°14.4'N 10°44.4'E",
        "47° 14' 24\" N, 10° 44' 24\" E",
        "47°14′24″N 10°44′24″E",
        "N47°14'24\", E10°44'24\"",
        "47° 14' 24'' N 10° 44' 24'' E",
    ],
)
def test_ways_to_write_imst(text: str) -> None:
    assert parse(text) == pytest.approx((47.24, 10.74), abs=1e-9)


def test_south_and_west_are_negative_and_o_depends_on_the_language() -> None:
    assert parse("33°30′0″S 70°36′0″W") == pytest.approx((-33.5, -70.6))
    assert parse("-33.5, -70.6") == (-33.5, -70.6)
    assert parse("47.24 N 10.74 O", "de") == (47.24, 10.74)
    assert parse("47.24 N 10.74 O", "it") == (47.24, -10.74)
    with pytest.raises(NotCoordinates, match=r"^shape$"):  # English has no O: it could be either
        parse("47.24 N 10.74 O", "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_e_and_w_are_read_in_every_language(lang: str) -> None:
    assert parse("47°14′24″N 10°44′24″E", lang) == pytest.approx((47.24, 10.74))
    assert parse("W 10.74, N 47.24", lang) == (47.24, -10.74)


@pytest.mark.parametrize(("lang", "east", "west"), [("en", "E", "W"), ("de", "O", "W"), ("it", "E", "O")])
def test_each_language_writes_its_own_east_and_west(lang: str, east: str, west: str) -> None:
    assert sexagesimal(Point(47.24, 10.74), lang) == f"47°14′24.0″N 10°44′24.0″{east}"
    assert sexagesimal(Point(-33.5, -70.6), lang) == f"33°30′00.0″S 70°36′00.0″{west}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "shape"),
        ("Imst", "shape"),
        ("47.24", "shape"),
        ("47.24, 10.74, 12", "shape"),
        ("47.24 N, 10.74 N", "shape"),
        ("10 E 20 E", "shape"),
        ("-47.24 N, 10.74 E", "shape"),
        ("nan, inf", "shape"),
        ("1e5, 2", "shape"),
        ("47°61'N 10°0'E", "part"),
        ("91, 10", "range"),
        ("47.24, 181", "range"),
        ("47" * 80, "shape"),
    ],
)
def test_what_is_no_point_says_why(text: str, reason: str) -> None:
    with pytest.raises(NotCoordinates, match=f"^{reason}$"):
        parse(text)
