"""Turning a picture of the world into a quiet hillshade that tints our land.

The result is an opaque grey picture: middle grey means "leave as it is", darker means shadow,
lighter means light. The map lays it over the land with the blend mode "soft light", so one small
picture without an alpha channel serves the light and the dark flavour.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from PIL import Image, ImageDraw
from shapely.geometry.base import BaseGeometry

from . import sources
from .shapes import point_to_mercator

BOUNDS = (-40.0, 20.0, 66.0, 76.0)  # west, south, east, north in degrees
WIDTHS = {"relief-small.webp": (1024, 40_000), "relief-large.webp": (2304, 240_000)}
NEUTRAL = 128
STRENGTH = 2.6
BROAD_FORMS = 1 / 90  # of the width: larger differences are colour of the ground, not shape
FEATHER = 0.14  # of the width or height, on each side
SMALLEST_LAKE = 4.0  # pixels squared


def _frame() -> tuple[float, float, float, float]:
    west, south = point_to_mercator(BOUNDS[0], BOUNDS[1])
    east, north = point_to_mercator(BOUNDS[2], BOUNDS[3])
    return west, south, east, north


def _size(width: int) -> tuple[int, int]:
    west, south, east, north = _frame()
    return width, round(width * (north - south) / (east - west))


def _warp(source: Image.Image, size: tuple[int, int]) -> np.ndarray:
    """Brightness (0 to 255) of a plate carrée picture of the world, in Web Mercator."""
    width, height = size
    _, south, _, north = _frame()
    y = north - (np.arange(height) + 0.5) / height * (north - south)
    latitude = np.degrees(2 * np.arctan(np.exp(y / 6378137.0)) - np.pi / 2)
    left = (BOUNDS[0] + 180) / 360 * source.width
    right = (BOUNDS[2] + 180) / 360 * source.width
    strip = source.convert("L").resize(
        (width, source.height), Image.Resampling.LANCZOS, box=(left, 0, right, source.height)
    )
    rows = np.asarray(strip, dtype=np.float32)
    at = (90 - latitude) / 180 * source.height - 0.5
    low = np.floor(at).astype(int)
    part = (at - low)[:, None].astype(np.float32)
    return rows[low] * (1 - part) + rows[low + 1] * part


def _mask(land: BaseGeometry, lakes: list[BaseGeometry], size: tuple[int, int]) -> np.ndarray:
    """How much of each pixel is land, 0 to 1."""
    twice = (size[0] * 2, size[1] * 2)
    west, south, east, north = _frame()
    scale = twice[0] / (east - west)
    picture = Image.new("L", twice, 0)
    pencil = ImageDraw.Draw(picture)
    frame = shapely.box(west, south, east, north)
    wet = [lake for lake in lakes if lake.area * scale**2 > SMALLEST_LAKE]
    for shapes, value in (([land], 255), (wet, 0)):
        for polygon in shapely.get_parts(np.array(shapes, dtype=object)).tolist():
            if not polygon.intersects(frame):
                continue
            for number, ring in enumerate([polygon.exterior, *polygon.interiors]):
                xy = shapely.get_coordinates(ring)
                points = np.column_stack([(xy[:, 0] - west), (north - xy[:, 1])]) * scale
                pencil.polygon(points.ravel().tolist(), fill=value if number == 0 else 255 - value)
    small = picture.resize(size, Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255


def _blur(values: np.ndarray, radius: float) -> np.ndarray:
    """A Gaussian blur; it wraps round at the edges, which the feather hides."""
    height, width = values.shape
    down = np.fft.fftfreq(height)[:, None]
    along = np.fft.rfftfreq(width)[None, :]
    pass_through = np.exp(-2 * (np.pi * radius) ** 2 * (down**2 + along**2))
    return np.fft.irfft2(np.fft.rfft2(values) * pass_through, s=values.shape)


def _feather(size: tuple[int, int]) -> np.ndarray:
    """1 in the middle, falling softly to 0 at the four edges."""

    def ramp(count: int) -> np.ndarray:
        along = (np.arange(count) + 0.5) / count
        edge = np.clip(np.minimum(along, 1 - along) / FEATHER, 0, 1)
        return edge * edge * (3 - 2 * edge)

    return ramp(size[1])[:, None] * ramp(size[0])[None, :]


def shade(source: Image.Image, land: BaseGeometry, lakes: list[BaseGeometry], width: int) -> Image.Image:
    """The grey hillshade of BOUNDS in Web Mercator, `width` pixels wide."""
    size = _size(width)
    light = _warp(source, size)
    mask = _mask(land, lakes, size)
    radius = width * BROAD_FORMS
    ground = _blur(light * mask, radius) / np.maximum(_blur(mask, radius), 1e-3)
    form = np.tanh((light - ground) / 46) * 46 * STRENGTH
    grey = NEUTRAL + form * mask * _feather(size)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def write_relief(land: BaseGeometry, lakes: list[BaseGeometry]) -> tuple[list[Path], sources.Source]:
    """Write the small and the large picture, each as good as its size in bytes allows."""
    relief = sources.shaded_relief()
    Image.MAX_IMAGE_PIXELS = None
    written = []
    with Image.open(relief.path) as source:
        for name, (width, most) in WIDTHS.items():
            picture = shade(source, land, lakes, width)
            path = sources.OUTPUT / name
            for quality in range(80, 20, -2):
                picture.save(path, "WEBP", quality=quality, method=6)
                if path.stat().st_size <= most:
                    break
            written.append(path)
    return written, relief
