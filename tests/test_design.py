"""What the look promises: colours to read and tell apart, an icon for every term, a build that can be trusted."""

import csv
import gzip
import json
import re
from itertools import combinations
from pathlib import Path

import brotli
import numpy as np
import pytest

from mapapp import assets, looks

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "mapapp" / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text()
VOCABULARIES = ROOT / "geodata" / "starting_data" / "vocabularies.csv"
TEXT, MARKER = 4.5, 3.0  # WCAG 2.2: 1.4.3, 1.4.11
# Colour blindness at full strength as matrices on linear RGB: Machado, Oliveira and Fernandes (2009).
EYES = {
    "full colour": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip


def _scheme(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", text))


_light, _dark = TOKENS.split("@media screen and (prefers-color-scheme: dark)")
SCHEMES = {"light": _scheme(_light), "dark": _scheme(_light) | _scheme(_dark)}
THEMES = sorted(name for name in SCHEMES["light"] if name.startswith("theme-"))


def _linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _contrast(one: str, other: str) -> float:
    low, high = sorted(float(_linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def _seen(colour: str, eyes: np.ndarray) -> np.ndarray:
    """A colour as those eyes see it, in OKLab, where distances are about as large as they look."""
    return TO_LAB @ np.cbrt(np.clip(TO_LMS @ np.clip(eyes @ _linear(colour), 0, 1), 0, None))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_colour_is_readable_as_text_and_as_marker(scheme, theme):
    colours = SCHEMES[scheme]
    for ground in ("land", "surface", "paper"):
        assert _contrast(colours[theme], colours[ground]) >= TEXT, ground
    assert _contrast(colours[theme], colours["sea"]) >= MARKER
    assert _contrast(colours[theme], colours["on-theme"]) >= TEXT


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("eyes", EYES)
def test_theme_colours_can_be_told_apart(scheme, eyes):
    seen = {theme: _seen(SCHEMES[scheme][theme], EYES[eyes]) for theme in THEMES}
    apart, *pair = min((float(np.linalg.norm(seen[a] - seen[b])), a, b) for a, b in combinations(THEMES, 2))
    # 0.02 is what two neighbouring patches need. Twenty colours cannot do much better; the icon does the rest.
    assert apart >= 0.04, pair


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("ink", "grounds"),
    [
        ("ink", ("paper", "surface", "sunken", "land", "accent-soft")),
        ("ink-quiet", ("paper", "surface", "sunken")),
        ("accent", ("paper", "surface", "sunken")),
        ("accent-strong", ("paper", "surface", "accent-soft", "sunken")),
        ("on-accent", ("accent", "accent-strong")),
        ("on-selected", ("selected",)),
        ("note-ink", ("note",)),
        ("danger", ("danger-soft", "surface", "paper")),
        ("success", ("success-soft", "surface")),
    ],
)
def test_words_are_readable(scheme, ink, grounds):
    colours = SCHEMES[scheme]
    assert {
        ground: _contrast(colours[ink], colours[ground])
        for ground in grounds
        if _contrast(colours[ink], colours[ground]) < TEXT
    } == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_fields_and_chosen_markers_have_a_visible_edge(scheme):
    colours = SCHEMES[scheme]
    assert min(_contrast(colours["line-strong"], colours[ground]) for ground in ("surface", "paper")) >= MARKER
    assert min(_contrast(colours["selected"], colours[ground]) for ground in ("land", "sea")) >= MARKER


def _keys(vocabulary: str) -> list[str]:
    with VOCABULARIES.open(encoding="utf-8-sig", newline="") as file:
        return [row["key"] for row in csv.DictReader(file) if row["vocabulary"] == vocabulary]


def test_every_theme_has_its_own_icon_and_colour():
    themes = _keys("theme")
    built = assets.read_assets()
    assert {f"theme-{key}" for key in themes} <= built.icons
    assert set(themes) == set(looks.FIRST)
    assert {f"theme-{name}" for name in looks.COLOURS} == set(THEMES)
    assert set(looks.ICONS) <= built.icons
    themes += looks.SPARE
    cards = (STATIC / "css" / "parts" / "cards.css").read_text()
    assert all(f".theme-{key} {{ --theme: var(--theme-{key}); }}" in cards for key in themes)
    drawings = json.loads((STATIC / "icons" / "sprite.json").read_text())
    named = [*(f"theme-{key}" for key in looks.FIRST), *looks.ICONS]
    assert len({drawings[name] for name in named}) == len(named)
    assert {f"service-{key}" for key in _keys("service_category")} <= built.icons


def test_every_icon_that_a_template_names_is_drawn():
    named = {
        (path.name, name)
        for path in (ROOT / "mapapp" / "templates").rglob("*.html")
        for name in re.findall(r"\bicon(?:_tile)?\('([a-z-]+)'[,)]", path.read_text())
        if not name.endswith("-")
    }
    assert named
    assert {(path, name) for path, name in named if name not in assets.read_assets().icons} == set()


def test_an_unknown_term_gets_a_dot_instead_of_an_error():
    built = assets.read_assets()
    assert str(built.icon("theme-moon-travel")).count("#dot")
    assert str(built.icon("search", 'A "quoted" label')).count('aria-label="A &#34;quoted&#34; label"')


def test_a_missing_build_names_the_remedy(tmp_path):
    for ask in (assets.read_assets, assets.build_id):
        with pytest.raises(assets.AssetsMissing, match="make assets"):
            ask(tmp_path)
    with pytest.raises(assets.AssetsMissing, match=r"css/nowhere\.css.*make assets"):
        assets.read_assets().url("css/nowhere.css")


def test_what_an_older_program_answered_has_another_etag(tmp_path):
    ids = []
    for number, words in enumerate(("<p>one</p>", "<p>two</p>")):
        package = tmp_path / str(number)
        (package / "static").mkdir(parents=True)
        (package / "page.html").write_text(words)
        (package / "static" / "made.css").write_text(words)  # this one has its manifest
        ids.append(assets.program_id(package))
        (package / "static" / "made.css").write_text("another")
        assert assets.program_id.__wrapped__(package) == ids[-1]
    assert ids[0] != ids[1]
    assert assets.program_id() == assets.program_id.__wrapped__()


@pytest.fixture(scope="module")
def build():
    """The folder that the site serves, as `make assets` left it."""
    return assets.DIST


def test_a_build_is_complete_and_hashed(build):
    manifest = json.loads((build / "manifest.json").read_text())
    for name, hashed in manifest["files"].items():
        assert (build / hashed).is_file(), name
        assert assets.is_hashed(hashed, ""), hashed
    needed = {"css/base.css", "js/base.js", "icons.svg", "fonts/inter-latin-wght-normal.woff2"}
    assert needed <= manifest["files"].keys()
    chunks = {chunk for some in manifest["preload"].values() for chunk in some}
    assert all((build / chunk).is_file() for chunk in chunks)


def test_side_files_hold_the_same_bytes(build):
    compressed = [path for path in build.rglob("*") if path.suffix in (".css", ".js", ".svg")]
    assert compressed
    for path in compressed:
        plain = path.read_bytes()
        for suffix, unpack in ((".br", brotli.decompress), (".gz", gzip.decompress)):
            side = path.with_name(path.name + suffix)
            assert side.exists() or len(plain) < 400, side.name
            if side.exists():
                assert side.stat().st_size < len(plain)
                assert unpack(side.read_bytes()) == plain
    assert not list(build.rglob("*.woff2.br"))
    assert not list(build.rglob("*.pmtiles.br"))


def test_styles_and_scripts_ask_no_other_host(build):
    for path in build.rglob("*.css"):
        assert re.findall(r"url\([\"']?(?:https?:)?//[^)]*|@import[^;]*", path.read_text()) == []


def test_the_shared_sheet_stays_small(build):
    manifest = json.loads((build / "manifest.json").read_text())["files"]
    limits = {"css/base.css": 9_000, "js/base.js": 1_500, "icons.svg": 7_000}  # bytes over the wire
    sizes = {name: (build / f"{manifest[name]}.br").stat().st_size for name in limits}
    assert {name: size for name, size in sizes.items() if size > limits[name]} == {}
