"""The words of the interface: every text translated, none left over, none written past gettext."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from mapapp.i18n import LANGUAGES

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "mapapp" / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "mapapp" / "static" / "js").rglob("*.js"))
TRANSLATED = LANGUAGES[1:]

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
NAMES = {"BY", "CC", "CSV", "EUPL", "EuroGeographics", "GeoJSON", "Python", "curl"}
NAMES |= {"Atom", "EPSG", "GDAL", "GeoPackage", "JSON", "LD", "OpenAPI", "QGIS", "QLR", "RDF", "Turtle", "XML"}
NAMES |= {"iCalendar"}
SAME_IN_EVERY_LANGUAGE = ("code", "pre", "script", "textarea")  # a box of text holds what somebody typed, or code
READ_ALOUD = ("alt", "aria-description", "aria-label", "placeholder", "title")
# What a page hands to the frame of its <head> and <body> is markup, and so is what a macro gives to a tag.
JINJA = re.compile(
    r"\{% block (?:body_class|og_type) %\}[\w -]*\{% endblock %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL
)
ATTRIBUTE = re.compile(r' [a-z-]+="[^"]*"')
SAID = re.compile(
    r"""(?:textContent|innerText|ariaLabel|title|placeholder)\s*=\s*(["'`])(?P<told>(?:(?!\1).)*[A-Za-z]{2}(?:(?!\1).)*)\1"""
    r"""|setAttribute\(\s*["'](?:aria-label|title|alt|placeholder)["']\s*,\s*(["'`])(?P<named>(?:(?!\3).)*[A-Za-z]{2}(?:(?!\3).)*)\3"""
)


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    """The texts in the code as it is now."""
    found = Catalog()
    with (ROOT / "babel.cfg").open() as file:
        method_map, options = parse_mapping_cfg(file)
    ours = ROOT / "mapapp"
    for path, line, message, _comments, context in extract_from_dir(
        ROOT, method_map, options, directory_filter=lambda path: ours in (Path(path), *Path(path).parents)
    ):
        found.add(message, locations=[(path, line)], context=context)
    return found


def catalogue(lang: str) -> Catalog:
    with (ROOT / "mapapp" / "translations" / lang / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=lang)


def forms(message: Message, which: str) -> tuple[str, ...]:
    value = getattr(message, which)
    return (value,) if isinstance(value, str) else tuple(value)


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_text_of_the_interface_is_translated_and_nothing_is_left_over(wanted: Catalog, lang: str) -> None:
    ours = catalogue(lang)
    assert len(wanted) > 300, "the texts of the code were not found"
    faults = [f"obsolete: {key!r}" for key in ours.obsolete]
    faults += [f"in no code: {one.id!r}" for one in ours if one.id and wanted.get(one.id, one.context) is None]
    for one in wanted:
        if not one.id:
            continue
        said = ours.get(one.id, one.context)
        if said is None:
            faults.append(f"missing: {one.id!r} of {one.locations}")
            continue
        given = forms(said, "string")
        if not all(given) or len(given) != (ours.num_plurals if one.pluralizable else 1):
            faults.append(f"empty: {one.id!r}")
        if said.fuzzy:
            faults.append(f"fuzzy: {one.id!r}")
    assert faults == []


@pytest.mark.parametrize("lang", TRANSLATED)
def test_a_translation_fills_in_what_its_source_fills_in(lang: str) -> None:
    faults = []
    for one in catalogue(lang):
        if not one.id:
            continue
        sources = [placeholders(form) for form in forms(one, "id")]
        # A singular may say "one" instead of its number, the plural may not.
        least, most = set.intersection(*sources), set.union(*sources)
        given = [placeholders(form) for form in forms(one, "string")]
        if any(not least <= form <= most for form in given) or given[-1] != sources[-1]:
            faults.append(f"{one.id!r}: {forms(one, 'string')!r}")
    assert faults == []


class _Words(HTMLParser):
    """Collects what a reader of a template sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SAME_IN_EVERY_LANGUAGE
        self.found += [(self.getpos()[0], value) for name, value in attrs if value and name in READ_ALOUD]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SAME_IN_EVERY_LANGUAGE

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append((self.getpos()[0], data))


def words_past_gettext(template: str) -> Iterator[str]:
    """Give the words of a template that are written out between its tags, or in attributes that are read aloud."""
    parser = _Words()
    # Line breaks stay, so that a line can be named.
    parser.feed(JINJA.sub(lambda code: " " + "\n" * code[0].count("\n"), template))
    parser.close()
    for line, text in parser.found:
        for word in re.finditer(r"[^\W\d_]{2,}", ATTRIBUTE.sub("", text)):
            if word[0] not in NAMES:
                yield f"{line + text.count(chr(10), 0, word.start())}: {word[0]}"


def test_no_template_says_words_past_gettext() -> None:
    assert list(words_past_gettext("<p title='Near'>{{ _('a') }} Hello\n<b>{# no #}{% if x %}you{% endif %}</b>")) == [
        "1: Near",
        "1: Hello",
        "2: you",
    ]
    assert len(TEMPLATES) > 20
    read = {str(path.relative_to(ROOT)): list(words_past_gettext(path.read_text("utf-8"))) for path in TEMPLATES}
    assert {name: found for name, found in read.items() if found} == {}


def test_no_script_says_words_of_its_own() -> None:
    assert SAID.search("told.textContent = 'Please wait';")
    assert SAID.search('one.setAttribute("aria-label", `Zoom in`)')
    assert not SAID.search('say.textContent = canvas.dataset.trouble; text.textContent = ""')
    assert len(SCRIPTS) > 20
    said = {path.name: found[0] for path in SCRIPTS if (found := SAID.search(path.read_text("utf-8")))}
    assert said == {}
