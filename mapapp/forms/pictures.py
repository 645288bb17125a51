"""Photos that people send: checked, decoded within limits, written anew, so that nothing but the picture is left."""

import io
import re
import warnings
from threading import Lock
from typing import Any, NamedTuple

from PIL import Image, ImageCms, ImageOps

from .fields import N_, Fault

LARGEST = 10 * 1024 * 1024  # bytes of a file
MOST_PIXELS = 64_000_000  # of a picture; a telephone of today makes 50 million
SHORTEST = 200  # pixels of the shorter side: less is no photo of anything
SIZES = {"small": 480, "medium": 960, "large": 1920}  # pixels of the longer side at most; nothing is enlarged
QUALITY = 82
_MAGIC = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WEBP": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
# What a picture never has inside. One that does wants to be taken for a page by some browser.
_PAGE = re.compile(rb"<(?:script|iframe|!doctype html|html[\s>]|\?php)", re.IGNORECASE)
_DRAWING = re.compile(rb"\s*(?:<\?xml|<!--|<!doctype svg|<svg)", re.IGNORECASE)
_one_at_a_time = Lock()  # a decoded picture takes some 200 MB


class NotTaken(ValueError):
    """A file that is not taken; `fault` says why and what to do."""

    def __init__(self, message: str, **given: object) -> None:
        super().__init__(message)
        self.fault = Fault(message, given)


class Picture(NamedTuple):
    """A picture made anew: WebP files by size (see SIZES); width and height in pixels are those of the large one."""

    width: int
    height: int
    files: dict[str, bytes]


def read(data: bytes) -> Picture:
    """Return the picture that a file holds, turned as its camera was held, without any of its metadata.

    Raises NotTaken.
    """
    if not data:
        raise NotTaken(N_("This file is empty."))
    if len(data) > LARGEST:
        raise NotTaken(N_("This photo is larger than %(most)s MB. Please make it smaller."), most=LARGEST // 1024**2)
    kind = _kind(data)
    if _PAGE.search(data):
        raise NotTaken(N_("This file has a web page or a program hidden in it. Please save the photo anew."))
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the decoder's remarks about odd metadata, which is dropped anyway
        try:
            return _made_anew(data, kind)
        except (NotTaken, MemoryError):
            raise
        except Image.DecompressionBombError as error:
            raise _too_many_pixels() from error
        except Exception as error:  # whatever a decoder makes of broken data
            raise NotTaken(N_("This photo is damaged and cannot be read. Please save it anew.")) from error


def _kind(data: bytes) -> str:
    """Return the format that the first bytes tell of; the name of a file and what a browser calls it say nothing."""
    for kind, magic in _MAGIC.items():
        if magic.match(data):
            return kind
    if _DRAWING.match(data[:1000]):
        raise NotTaken(N_("Drawings (SVG) are not taken. Please send a photo as JPEG, PNG or WebP."))
    raise NotTaken(N_("This is no JPEG, PNG or WebP photo, whatever its name says. Please save it as one of these."))


def _too_many_pixels() -> NotTaken:
    words = N_("This photo has more than %(most)s million pixels. Please make it smaller.")
    return NotTaken(words, most=MOST_PIXELS // 1_000_000)


def _made_anew(data: bytes, kind: str) -> Picture:
    picture: Any
    with Image.open(io.BytesIO(data), formats=(kind,)) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise _too_many_pixels()
        if min(width, height) < SHORTEST:
            raise NotTaken(
                N_("This photo is too small: it has %(width)s × %(height)s pixels; each side needs %(least)s or more."),
                width=width,
                height=height,
                least=SHORTEST,
            )
        profile = picture.info.get("icc_profile")
        if kind == "JPEG":  # decoded at a half or a quarter where that is large enough
            picture.draft("RGB", (SIZES["large"], SIZES["large"]))
        ImageOps.exif_transpose(picture, in_place=True)
        turned = _plain(picture, profile)
    files = {}
    for name, longest in reversed(SIZES.items()):
        turned.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
        files[name] = _webp(turned)
        if name == "large":
            width, height = turned.size
    return Picture(width, height, files)


def _plain(picture: Any, profile: bytes | None) -> Any:
    """Return a picture as red, green, blue (and how much can be seen through), its colours those of the web."""
    see_through = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    if profile:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "RGBA" if picture.mode == "RGBA" else "RGB"
            if picture.mode in ("RGB", "RGBA", "CMYK", "L"):
                found = ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB"), outputMode=mode)
                picture = found or picture
        except (ImageCms.PyCMSError, OSError, ValueError):  # a broken profile: the numbers are taken as they are
            pass
    if picture.mode in ("I;16", "I;16B", "I"):  # a PNG of 16 bits a pixel
        picture = picture.point(lambda value: value / 256).convert("L")
    mode = "RGBA" if see_through else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _webp(picture: Any) -> bytes:
    made = io.BytesIO()
    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)  # the pixels alone: what a picture carries along would be written too
    plain.save(made, "WEBP", quality=QUALITY, method=4)
    return made.getvalue()
