"""Addresses of what the browser loads: logical names to the hashed files of the last asset build."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask
from markupsafe import Markup

PACKAGE = Path(__file__).parent
DIST = PACKAGE / "static" / "dist"
URL_PREFIX = "/static/dist/"
HASHED = re.compile(r"-[A-Z0-9]{8}\.[a-z0-9]+(\.(br|gz))?$")
PROGRAM = frozenset({".py", ".html", ".xml", ".css", ".txt", ".mo"})
UNKNOWN_ICON = "dot"  # a term that came into the vocabulary after the icons were drawn


class AssetsMissing(RuntimeError):
    """The asset build has not run, or not completely; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Assets:
    """One asset build. `files` maps css/base.css to css/base-1A2B3C4D.css; `preload` a script to its chunks. `root` is
    the path below which the site lies, empty where it has its host to itself."""

    files: Mapping[str, str]
    preload: Mapping[str, tuple[str, ...]]
    icons: frozenset[str]
    root: str = ""

    def url(self, name: str) -> str:
        """Return the address of an asset by its path below mapapp/static, e.g. css/base.css.

        Raises AssetsMissing when the build does not hold it.
        """
        try:
            return self.root + URL_PREFIX + self.files[name]
        except KeyError:
            raise AssetsMissing(f"Asset {name!r} is not built: run `make assets`.") from None

    def chunks(self, name: str) -> tuple[str, ...]:
        """Return the addresses of the chunks that a script loads at once, for modulepreload."""
        return tuple(self.root + URL_PREFIX + chunk for chunk in self.preload.get(name, ()))

    def icon(self, name: str, label: str | None = None) -> Markup:
        """Return an icon of the sprite as markup: decoration without a label, an image with one."""
        href = f"{self.url('icons.svg')}#{name if name in self.icons else UNKNOWN_ICON}"
        if label is None:
            return Markup('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>').format(href)
        return Markup('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>').format(label, href)


def read_assets(dist: Path = DIST, root: str = "") -> Assets:
    """Return the asset build in a folder, read once at start.

    Raises AssetsMissing with one line that names the remedy.
    """
    path = dist / "manifest.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AssetsMissing("Scripts, styles and icons are not built: run `make assets`.") from None
    return Assets(
        files=content["files"],
        preload={name: tuple(chunks) for name, chunks in content["preload"].items()},
        icons=frozenset(content["icons"]),
        root=root,
    )


def install(app: Flask, root: str = "") -> None:
    """Give templates `asset(name)`, `asset_chunks(name)` and `icon(name, label)`."""
    assets = read_assets(root=root)
    app.jinja_env.globals.update(
        asset=assets.url, asset_chunks=assets.chunks, icon=lru_cache(maxsize=2048)(assets.icon)
    )


def build_id(dist: Path = DIST) -> str:
    """Return eight digits that change with the asset build, whose addresses pages carry, and with the program itself.

    ETags depend on them: what an older program answered is not what this one would.
    """
    try:
        return hashlib.sha256((dist / "manifest.json").read_bytes() + program_id().encode()).hexdigest()[:8]
    except FileNotFoundError:
        raise AssetsMissing("Scripts, styles and icons are not built: run `make assets`.") from None


@lru_cache(maxsize=4)
def program_id(package: Path = PACKAGE) -> str:
    """Return the hash of all code, templates and translations, the same on every machine that has the same."""
    found, built = hashlib.sha256(), package / "static"
    for path in sorted(package.rglob("*")):
        if path.suffix in PROGRAM and built not in path.parents:
            found.update(f"{path.relative_to(package)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return found.hexdigest()


def is_hashed(path: str, _url: str) -> bool:
    """Tell whether a file's name carries a hash of its content, so that browsers may keep it for good."""
    return HASHED.search(path) is not None
