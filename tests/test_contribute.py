"""Contributing over HTTP: the way in, a practice from draft to queue, one's own contributions."""

import re
from typing import Any

import pytest
from sqlalchemy import text

pytestmark = pytest.mark.xdist_group("contribute")

NEW = "/en/contribute/practices/new"
TITLE = "Garden of languages for everybody"


def fields(html: str) -> dict[str, Any]:
    """Return what the form of a page would send, as a browser does: names to values, lists where there are several."""
    found: dict[str, Any] = {}
    form = html[html.index('id="form"') : html.rindex("</form>")]
    form = re.sub(r"<template.*?</template>", "", form, flags=re.S)

    def add(name: str, value: str) -> None:
        found[name] = [*found[name], value] if name in found else [value]

    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        kind = attributes.get("type", "text")
        if "name" not in attributes or kind == "file":
            continue
        if kind not in ("checkbox", "radio") or re.search(r"\schecked\b", tag):
            add(attributes["name"], unescape(attributes.get("value", "")))
    for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        add(name, unescape(value))
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        options = re.findall(r'<option value="([^"]*)"( selected)?', body)
        add(name, next((value for value, chosen in options if chosen), options[0][0] if options else ""))
    return found


def unescape(words: str) -> str:
    from html import unescape as plain

    return plain(words)


def whole(**changes: Any) -> dict[str, Any]:
    """Return what somebody types who fills in everything that is needed."""
    return {
        "language": "en",
        "texts-0-language": "en",
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


def begin(client: Any, values: dict[str, Any], go: str = "where", address: str = NEW) -> Any:
    """Open a form, type values into it, press a button; return the answer."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    return client.send(address, {**fields(page.text), **values, "go": go})


def id_of(answer: Any) -> str:
    return re.search(r"/proposals/([0-9a-f-]{36})", answer.location)[1]  # type: ignore[index]


def row(client: Any, public_id: str) -> Any:
    with client.application.extensions["engine"].connect() as connection:
        return connection.execute(text("SELECT * FROM proposal WHERE public_id = :id"), {"id": public_id}).one()


def count(client: Any) -> int:
    with client.application.extensions["engine"].connect() as connection:
        return int(
            connection.execute(
                text("SELECT count(*) FROM proposal WHERE author_id = :id"), {"id": client.account_id}
            ).scalar_one()
        )


def test_the_start_page_shows_the_ways_in_and_sets_no_cookie(anyone):
    answer = anyone.get("/en/contribute/")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert 'action="/en/account/link"' in answer.text
    assert "next=/en/contribute/practices/new" in answer.text.replace("%2F", "/")


def test_a_practice_goes_from_the_form_to_the_queue(partner_client):
    answer = begin(partner_client, {"texts-0-title": TITLE})
    assert answer.status_code == 303
    assert answer.location.endswith("/edit#where")
    public_id = id_of(answer)
    assert row(partner_client, public_id).state == "draft"
    edit = f"/en/contribute/proposals/{public_id}/edit"
    page = partner_client.get(edit)
    assert f'value="{TITLE}"' in page.text
    answer = partner_client.send(edit, {**fields(page.text), **whole(), "go": "submit"})
    assert answer.status_code == 303, re.findall(r"error-summary.*?</div>", answer.text, re.S)
    assert row(partner_client, public_id).state == "submitted"
    page = partner_client.get(answer.location)
    assert "With the moderators" in page.text
    listed = partner_client.get("/en/contribute/mine").text
    assert TITLE in listed
