"""The rules of the house that no linter knows: how long a file is, who says what, where other hosts may be named."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = (".py", ".html", ".xml", ".js", ".mjs", ".css", ".sh")
MADE = (ROOT / "mapapp" / "static" / "dist",)  # by scripts/build.mjs
FIRST_MIGRATION = "2026_11_22_published_records.py"  # written by Alembic, all tables in one
LONGEST = 400  # lines
NAMESPACE = "http://www.w3.org/2000/svg"
INLINE = re.compile(r"""\sstyle\s*=\s*["']|<style|\son[a-z]+\s*=\s*["']|javascript:""")
SCRIPT = re.compile(r"<script\b[^>]*>")
# An address that begins at the host's root: in an attribute, or as a text of its own in an expression.
FROM_THE_HOST = re.compile(r"""=\s*["']/|\{\{\s*["']/|(?<!~)\s["']/(?=[\w{'"])|[(\[]["']/(?=[\w{'"])""")
NO_ADDRESS = re.compile(r"""(?:split|trim|count|startswith)\('[^']*'\)|'[^']*'\|stable_id""")


def files(*folders: str, kinds: tuple[str, ...] = CODE) -> Iterator[Path]:
    """Give the files of some folders that people write."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in kinds and not any(made in path.parents for made in MADE):
                yield path


def saying(word: str, *folders: str, kinds: tuple[str, ...] = CODE) -> set[str]:
    return {
        str(path.relative_to(ROOT)) for path in files(*folders, kinds=kinds) if word in path.read_text(encoding="utf-8")
    }


def test_no_file_is_too_long_to_be_read() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in files("mapapp", "geodata", "tests", "migrations", "scripts")
        if path.name != FIRST_MIGRATION
    }
    assert len(lines) > 200
    assert {name: length for name, length in lines.items() if length > LONGEST} == {}


def test_only_the_formats_say_what_geojson_is_called() -> None:
    said = saying("FeatureCollection", "mapapp", "geodata", kinds=(".py", ".html"))
    assert said
    assert {Path(name).parts[:2] for name in said} == {("mapapp", "formats")}


def test_one_script_imports_leaflet() -> None:
    imports = re.compile(r"""(?:from|import)\s*\(?\s*["']leaflet(?:["'/])""")
    found = [path for path in files("mapapp/static/js") if imports.search(path.read_text(encoding="utf-8"))]
    assert found == [ROOT / "mapapp" / "static" / "js" / "map" / "leaflet.js"]


def test_templates_have_no_inline_style_and_no_inline_script() -> None:
    assert INLINE.search("<p class='a' style='x'>")
    assert INLINE.search('<a onclick="x()">')
    faults = []
    for path in files("mapapp/templates", kinds=(".html",)):
        text = path.read_text(encoding="utf-8")
        faults += [f"{path.name}: {found}" for found in INLINE.findall(text)]
        # A block of data is no script: the browser does not run it.
        faults += [f"{path.name}: {tag}" for tag in SCRIPT.findall(text) if "src=" not in tag and "json" not in tag]
    assert faults == []


def test_scripts_and_styles_name_no_other_host() -> None:
    named = re.compile(r"""(?:https?:)?//(?:[\w-]+\.)+[a-z]{2,}[^\s"'`)]*""")
    assert named.search('fetch("//cdn.example.org/x.js")')
    comment = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
    found = {
        str(path.relative_to(ROOT)): hosts
        for path in files("mapapp/static/js", "mapapp/static/css")
        if (hosts := set(named.findall(comment.sub("", path.read_text(encoding="utf-8")))) - {NAMESPACE})
    }
    assert found == {}


def test_addresses_in_templates_begin_with_the_path_of_the_site() -> None:
    for wrong in ('<a href="/de/">', "<form action='/{{ lang }}/'>", "absolute('/ogc')", "[('/' ~ lang, _('Map'))]"):
        assert FROM_THE_HOST.search(wrong), wrong
    for right in ('<a href="{{ root }}/de/">', "absolute(root ~ '/ogc')", "root ~ '/' ~ lang ~ '/data'", "<br />"):
        assert not FROM_THE_HOST.search(right), right
    faults = []
    for path in files("mapapp/templates", kinds=(".html", ".xml", ".txt")):
        text = NO_ADDRESS.sub("", path.read_text(encoding="utf-8"))
        if path.parent.name == "ogc":  # what their macro `here` is given lies below the API
            text = re.sub("'/(?:(?:collections|tileMatrixSets|conformance|api)(?:/[^']*)?)?'", "path", text)
        faults += [f"{path.name}: {text[one.start() :][:60]!r}" for one in FROM_THE_HOST.finditer(text)]
    assert faults == []
