"""Distances on the ellipsoid for many points at once, agreeing with PostGIS's geography to some metres."""

import numpy as np
from numpy.typing import NDArray

EQUATOR = 6_378_137.0  # WGS 84, metres
FLATTENING = 1 / 298.257223563


def metres(lat: float, lon: float, lats: NDArray[np.float64], lons: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances in metres from a point to points (degrees, EPSG:4326); NaN where a point is NaN.

    Lambert's formula (https://en.wikipedia.org/wiki/Geographical_distance): the great circle of the reduced
    latitudes, corrected for the flattening. It is off by some ten metres over thousands of kilometres; near the
    opposite side of the Earth, where it would divide by nothing, the great circle stands alone.
    """
    here = np.arctan((1 - FLATTENING) * np.tan(np.radians(lat)))
    there = np.arctan((1 - FLATTENING) * np.tan(np.radians(lats)))
    half = np.sin((there - here) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(np.radians(lons - lon) / 2) ** 2
    angle = 2 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    middle, spread = (here + there) / 2, (there - here) / 2
    safe = np.where((half > 0) & (half < 0.9999), half, 0.5)
    first = (angle - np.sin(angle)) * np.sin(middle) ** 2 * np.cos(spread) ** 2 / (1 - safe)
    second = (angle + np.sin(angle)) * np.cos(middle) ** 2 * np.sin(spread) ** 2 / safe
    correction = np.where(safe == half, FLATTENING / 2 * (first + second), 0.0)
    return EQUATOR * (angle - correction)
