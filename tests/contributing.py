"""What tests of the forms of contributors stand on: a page's form as a browser would send it."""

import re
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import text

NEW = "/en/contribute/practices/new"
TITLE = "Garden of languages for everybody"
Values = dict[str, Any]


class _Form(HTMLParser):
    """Reads the fields of the form with the id `form`, with what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.inside = self.template = False
        self.area: str | None = None
        self.select: str | None = None
        self.words = ""

    def add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == "form"
        if tag == "template":
            self.template = True
        if not self.inside or self.template:
            return
        if tag == "input" and "name" in given and given.get("type") != "file":
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.add(given["name"], given.get("value", ""))
        elif tag == "textarea":
            self.area, self.words = given["name"], ""
        elif tag == "select":
            self.select = given["name"]
            self.values[self.select] = []
        elif tag == "option" and self.select and ("selected" in given or not self.values[self.select]):
            self.values[self.select] = [given["value"]]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "template":
            self.template = False
        if tag == "textarea" and self.area:
            self.add(self.area, self.words.removeprefix("\n"))
            self.area = None
        if tag == "select":
            self.select = None

    def handle_data(self, data: str) -> None:
        self.words += data


def fields(html: str) -> Values:
    """Return what the form of a page would send: names to lists of values."""
    form = _Form()
    form.feed(html)
    return dict(form.values)


def whole(**changes: Any) -> Values:
    """Return what somebody types who fills in everything that is needed."""
    return {
        "language": "en",
        "texts-0-title": TITLE,
        "texts-0-summary": "Neighbours meet and learn.",
        "place_name": "Innsbruck",
        "country": "AT",
        "location_kind": "municipality",
        "coordinates": "47.2692, 11.4041",
        "themes": ["language"],
        "source_url": "https://example.org/garden",
        **changes,
    }


def send(client: Any, address: str, values: Values, go: str = "stay", **more: Any) -> Any:
    """Open the form at an address, type values into it, press a button; return the answer."""
    page = client.get(address)
    assert page.status_code == 200, (page.status_code, page.location)
    return client.send(address, {**fields(page.text), **values, "go": go}, **more)


def id_of(answer: Any) -> str:
    """Return the public id of the proposal that an answer leads to."""
    found = re.search(r"/proposals/([0-9a-f-]{36})", answer.location or "")
    assert found, (answer.status_code, re.findall(r'field-error".*?</p>', answer.text, re.S))
    return found[1]


def edit_of(public_id: str) -> str:
    """Return the address of a proposal's form."""
    return f"/en/contribute/proposals/{public_id}/edit"


def row(client: Any, public_id: str) -> Any:
    """Return a proposal as it is stored."""
    with client.application.extensions["engine"].connect() as connection:
        return connection.execute(text("SELECT * FROM proposal WHERE public_id = :id"), {"id": public_id}).one()


def scalar(client: Any, query: str, **given: Any) -> Any:
    """Return one value from the database."""
    with client.application.extensions["engine"].connect() as connection:
        return connection.execute(text(query), given).scalar_one()


def written(client: Any) -> int:
    """Return how many proposals somebody has made."""
    return int(scalar(client, "SELECT count(*) FROM proposal WHERE author_id = :id", id=client.account_id))
