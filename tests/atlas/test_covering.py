"""Boxes: looking only near a box finds the same records as comparing all of them with its edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapapp.atlas import covering, filters
from mapapp.atlas.columns import Columns, unpack

lons = st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, 179.5, -179.5, 180.0, 0.0, 10.7397, 16.37]))
lats = st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, -16.5, 0.0, 47.245, 48.21, 90.0]))
boxes = st.tuples(lons, lats, lons, lats).map(lambda b: (b[0], min(b[1], b[3]), b[2], max(b[1], b[3])))


@pytest.fixture(scope="module")
def columns(world) -> Columns:
    """The columns of 400 records all over the world, some of them at one point, some nowhere."""
    return world(5, 400)[1].columns


@settings(max_examples=300)
@given(box=boxes)
def test_near_a_box_are_all_that_are_in_it(columns: Columns, box) -> None:
    west, south, east, north = box
    lon, lat = columns.lon, columns.lat
    inside = (lat >= south) & (lat <= north)
    inside &= (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filters, "MANY", 0)
        found = filters._in_box(columns, box)
        with_nowhere = unpack(filters.in_box_or_nowhere(columns, box), columns.size)
    assert np.array_equal(found, inside)
    assert np.array_equal(with_nowhere, inside | np.isnan(lon))


def test_rows_near_a_small_box_are_few(columns: Columns) -> None:
    (square,) = covering.squares(10.73, 47.24, 10.75, 47.25)
    found = covering.ranges(columns, square, covering.zoom_of(square, 16))
    assert 0 < sum(last - first for first, last in found) < 60
    assert all(first < last for first, last in found)
    assert found == sorted(found)
