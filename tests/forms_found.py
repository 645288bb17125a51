"""The forms of a page as a browser would send them, with words typed into everything that takes words."""

from html.parser import HTMLParser
from typing import Any, NamedTuple

WORDS = ("text", "search", "email", "url", "tel", "number", "date", "time", "password", "month")


class Found(NamedTuple):
    """A form: where it goes, how, what stands in it, which fields take words, which take files; its buttons."""

    action: str
    method: str
    values: dict[str, list[str]]
    words: list[str]
    files: list[str]
    buttons: list[tuple[str, str]]

    def typed(self, words: str) -> dict[str, Any]:
        """Return what is sent when somebody types `words` into every field that takes them."""
        return {**self.values, **dict.fromkeys(self.words, words)}


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: dict[str, Found] = {}
        self.current = ""
        self.select = ""
        self.templates = 0

    def _form(self, given: dict[str, str]) -> Found | None:
        return None if self.templates else self.found.get(given.get("form", self.current))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "template":
            self.templates += 1
        if tag == "form":
            self.current = given.get("id") or f"form {len(self.found)}"
            action = given.get("action") or self.address
            self.found[self.current] = Found(action.partition("#")[0], given.get("method", "get"), {}, [], [], [])
        form = self._form(given)
        if form is None:
            return
        if tag == "textarea" or (tag == "input" and kind in WORDS):
            form.words.append(name)
        elif tag == "input" and kind == "file":
            form.files.append(name)
        elif tag == "input" and (kind not in ("checkbox", "radio", "submit") or "checked" in given):
            form.values.setdefault(name, []).append(given.get("value", ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in given or self.select not in form.values):
            form.values[self.select] = [given.get("value", "")]
        elif tag == "button" and name and given.get("type") != "button":
            form.buttons.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.current = ""
        elif tag == "select":
            self.select = ""
        elif tag == "template":
            self.templates -= 1


def forms(html: str, address: str) -> list[Found]:
    """Return the forms of a page that stands at an address."""
    reader = _Forms(address)
    reader.feed(html)
    return list(reader.found.values())
