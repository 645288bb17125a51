"""Markers: every record of the view once, the same ring whatever the view, no ring over another."""

import math

import pytest
from sqlalchemy import Connection

from mapapp.atlas import Answer, Marker, Snapshot
from mapapp.atlas.merging import DOT, RADIUS, merge
from mapapp.search import Search

WORLD = (-180.0, -85.0, 180.0, 85.0)
EUROPE = (-25.0, 33.0, 45.0, 71.0)


@pytest.fixture
def everything(practices: Snapshot, connection: Connection) -> Answer:
    return practices.answer(connection, Search(), "en")


def pixels(marker: Marker, zoom: int) -> tuple[float, float]:
    size = 256 * 2**zoom
    sine = math.sin(math.radians(marker.lat))
    return (marker.lon / 360 + 0.5) * size, (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size


@pytest.mark.parametrize("zoom", [0, 3, 4, 5, 7, 10])
def test_every_located_record_is_in_one_marker(everything: Answer, zoom: int) -> None:
    markers = everything.markers(EUROPE, zoom)
    assert sum(marker.n for marker in markers) == everything.total - everything.unlocated


@pytest.mark.parametrize("zoom", [3, 4, 5, 6])
def test_a_marker_is_the_same_whatever_the_view(everything: Answer, zoom: int) -> None:
    whole = {(m.lon, m.lat): m for m in everything.markers(EUROPE, zoom)}
    seen = 0
    for west in range(-10, 30, 7):
        view = (west, 40.0, west + 9.0, 52.0)
        for marker in everything.markers(view, zoom):
            assert whole[marker.lon, marker.lat] == marker
            seen += 1
    assert seen > 10


@pytest.mark.parametrize("zoom", [3, 4, 5, 6, 8])
def test_symbols_do_not_overlap(everything: Answer, zoom: int) -> None:
    markers = everything.markers(EUROPE, zoom)
    for index, one in enumerate(markers):
        for other in markers[:index]:
            room = sum(DOT if m.n == 1 else RADIUS for m in (one, other))
            assert math.dist(pixels(one, zoom), pixels(other, zoom)) >= room - 0.01


def test_rings_merge_into_the_larger() -> None:
    import numpy as np

    rings = merge(np.array([0.0, 30.0, 500.0]), np.array([0.0, 0.0, 0.0]), np.array([3, 9, 1]))
    assert (rings.n.tolist(), rings.members.tolist(), rings.starts.tolist()) == ([12, 1], [1, 0, 2], [0, 2])
    assert rings.x.tolist() == [22.5, 500.0]
    alone = rings.where(rings.n == 1)
    assert (alone.x.tolist(), alone.members.tolist(), alone.starts.tolist()) == ([500.0], [2], [0])


def test_records_of_one_point_are_told_apart_by_their_slugs(everything: Answer) -> None:
    markers = everything.markers((10.5, 47.0, 11.0, 47.4), 12)
    (imst,) = [marker for marker in markers if marker.same_point]
    assert imst.n == len(imst.slugs) == len(set(imst.slugs)) > 1
    assert "imst-abc-cafe" in imst.slugs
    assert imst.place == "Imst"
    assert imst.extent == pytest.approx((imst.lon, imst.lat, imst.lon, imst.lat))


def test_the_mix_counts_the_themes_of_the_records_found(practices: Snapshot, connection: Connection) -> None:
    answer = practices.answer(connection, Search(country=("AT",)), "en")
    (ring,) = answer.markers(WORLD, 0)
    expected = {option.value: option.count for option in answer.facets["theme"] if option.count}
    assert dict(ring.mix) == expected
    assert [n for _, n in ring.mix] == sorted(expected.values(), reverse=True)


def test_a_view_across_the_antimeridian(world) -> None:
    connection, snapshot = world(11, 60)
    answer = snapshot.answer(connection, Search(bbox=(170.0, -20.0, -170.0, -10.0)), "en")
    markers = answer.markers((170.0, -20.0, -170.0, -10.0), 5)
    assert sum(marker.n for marker in markers) == answer.total > 0


def test_a_huge_view_at_a_high_zoom_is_drawn_as_from_further_away(everything: Answer) -> None:
    assert len(everything.markers(WORLD, 20)) < 400


def test_an_empty_answer_has_no_markers(practices: Snapshot, connection: Connection) -> None:
    assert practices.answer(connection, Search(country=("IS",)), "en").markers(WORLD, 3) == []
