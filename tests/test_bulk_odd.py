"""Odd values in tables: whatever stands in a cell or a geometry, a page comes back that can be read."""

import json
from typing import Any

import pytest

from .people import PersonClient
from .test_bulk import as_csv, looked_at, practice, seen, send, states

ODD: list[Any] = [
    "\u0000a\u0000",
    ["a\u0000", "b; c", 3, None, {"x": 1}],
    {"nested": {"deep": [1, 2]}},
    '["a\\u0000b", "\\ud800"]',
    "[" * 500,
    1e308,
    -0.0,
    2**63,
    True,
    "2026-02-30T99:99:99Z",
    "=1+1",
    "{{7*7}}%(x)s{0}",
    "‮\u200b\ufeff",
    "a" * 15_000,
]
SHAPES: list[Any] = [
    {"type": "Point", "coordinates": []},
    {"type": "Point", "coordinates": [1e308, -1e308]},
    {"type": "Point", "coordinates": ["a", None]},
    {"type": "GeometryCollection", "geometries": []},
    {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 1], [0, 1]]]]},
    {"type": "LineString", "coordinates": [[11, 47]]},
    {"type": "Circle", "coordinates": [1, 2]},
    {"type": "LineString", "coordinates": [[11, 47], [12, 48]]},
]


@pytest.mark.parametrize("name", ["title", "place", "country", "themes", "start_year", "slug", "nuts", "lat", "url"])
def test_odd_cells_are_shown_and_told(partner_client: PersonClient, name: str) -> None:
    features = [{"type": "Feature", "geometry": None, "properties": practice() | {name: odd}} for odd in ODD]
    answer = send(partner_client, json.dumps({"type": "FeatureCollection", "features": features}).encode(), "a.geojson")
    assert answer.status_code in (303, 422)
    if answer.status_code == 303:
        page = partner_client.get(answer.location)
        assert page.status_code == 200
        assert len(states(page.text)) == len(ODD)
        confirmed = partner_client.send(answer.location, {"do": "draft", "seen": seen(page.text)})
        assert confirmed.status_code in (303, 422)


def test_odd_shapes_are_no_points(partner_client: PersonClient) -> None:
    features = [{"type": "Feature", "geometry": shape, "properties": practice(place="")} for shape in SHAPES]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    _address, page = looked_at(partner_client, content, "shapes.geojson")
    assert len(states(page)) == len(SHAPES)


def test_a_system_of_coordinates_that_is_not_known_is_told(partner_client: PersonClient) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}}
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": practice()}
    found = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    assert send(partner_client, json.dumps(found).encode(), "crs.geojson").status_code in (303, 422)


@pytest.mark.parametrize("heading", ["", "<script>alert(1)</script>", "title", "ä" * 500, "title:xx", "\u202e"])
def test_odd_headings_are_shown(partner_client: PersonClient, heading: str) -> None:
    _address, page = looked_at(partner_client, as_csv([practice() | {heading: "<img src=x onerror=alert(1)>"}]))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
