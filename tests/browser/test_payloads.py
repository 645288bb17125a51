"""Thirty payloads through every text column and every text field, on every page, mail and file: nothing of them runs,
and no policy of the browser has to step in."""

import io
import json
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from sqlalchemy import text
from werkzeug.exceptions import HTTPException
from wtforms import FieldList, Form

import mapapp.forms
from mapapp.formats import reading
from mapapp.forms import fields
from mapapp.views.acting import is_private

from ..forms_found import Found, forms
from ..payloads import ALL, GROUPS, PAYLOADS, SPARED, columns, mark
from ..poisoned import Poisoned, addresses, make

pytestmark = pytest.mark.browser
ASKING = ("nobody", "author", "moderator", "admin")
USUAL = {"author": "contribute", "moderator": "review", "admin": "admin"}  # whose pages they are, first of all
HTML = {"Accept": "text/html"}
ASKED = " ".join(GROUPS[:3])
TYPED = " ".join([ALL] * 4)  # longer than most fields take: the form comes back with it
WATCH = """
window.broken = [];
document.addEventListener('securitypolicyviolation', (event) => window.broken.push(
  event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
"""
# Policies that had to step in, and what markup leaves in a page that came through as markup, whether it ran or not.
LEFT = """() => [...window.broken, ...[...document.querySelectorAll('*')].flatMap((one) => [...one.attributes]
  .filter((found) => /^on|^srcdoc$/.test(found.name) ||
    (/^(href|src|action|formaction)$/.test(found.name) && /^\\s*javascript:/i.test(found.value)))
  .map((found) => one.tagName + ' ' + found.name + '=' + found.value.slice(0, 60)))]"""
# What no page and no file shows as it was typed.
UNSHOWN = {
    "message.error": "for those who run the site, in the database",
    "session.device": "shown as the name of a browser",
    "service.confirmed_by": "the day only",
}
# Text fields that no page lets anybody type into.
UNTYPED = {"practice": "comes from the address", "place_id": "hidden", "id": "hidden: the photo's"}
PACKED = (".xlsx", ".parquet", ".fgb", ".shp.zip", ".qgz")
CHOSEN = (fields.Choice, fields.Choices, fields.Ticked, FieldList)


class Surface(NamedTuple):
    """An answer: who got it, where, what came, and what was in a page that should not be there."""

    who: str
    address: str
    kind: str
    body: str
    left: Sequence[str] = ()


class Looking(NamedTuple):
    """A browser with a page for everybody who looks; `told` are the dialogs."""

    base: str
    pages: Mapping[str, Any]
    told: list[str]

    def look(self, who: str, address: str) -> tuple[Any, list[str]]:
        """Return the answer to somebody, and what of the page should not be there."""
        answer = self.pages[who].goto(address, wait_until="load")
        assert answer.status < 500, address
        left = [f"{address[:80]}: {one}" for one in (*self.told, *self.pages[who].evaluate(LEFT))]
        self.told.clear()
        return answer, left

    def look_at(self, who: str, number: int, answer: Any) -> list[str]:
        """Return what should not be there of a page that came to somebody who had sent a form."""
        kept = {name: answer.headers[name] for name in ("Content-Type", "Content-Security-Policy")}
        address = f"{self.base}/{number}"
        self.pages[who].route(address, lambda route: route.fulfill(status=200, headers=kept, body=answer.data))
        return self.look(who, address)[1]


@pytest.fixture(scope="module")
def poisoned(people_app: Any) -> Poisoned:
    return make(people_app)


@pytest.fixture(scope="module")
def looking(poisoned: Poisoned, serve: Any, browser: Any) -> Iterator[Looking]:
    told: list[str] = []

    def tell(dialog: Any) -> None:
        if dialog.type != "beforeunload":  # a form that lies open asks before it is left
            told.append(dialog.message)
        dialog.accept()

    with serve(poisoned.stage.app) as base:
        pages = {}
        for who in ASKING:
            context = browser.new_context(base_url=base)
            context.add_init_script(WATCH)
            context.set_default_timeout(90_000)  # on a machine that has much else to do
            if key := poisoned.stage.clients[who].key:
                context.add_cookies([{"name": "session", "value": key, "url": base}])
            pages[who] = context.new_page()
            pages[who].on("dialog", tell)
        yield Looking(base, pages, told)
        for page in pages.values():
            page.context.close()


@pytest.fixture(scope="module")
def surfaces(poisoned: Poisoned, looking: Looking) -> list[Surface]:
    """Every address that can be read: pages as a browser shows them, files as they come."""
    found = []
    for rule in sorted(poisoned.stage.app.url_map.iter_rules(), key=str):
        if "GET" in (rule.methods or ()) and rule.endpoint not in ("static", "start"):
            for address in addresses(poisoned, rule):
                found += surface(poisoned, looking, address)
    for address in ("/de/?country=AT", "/en/suggest?q=alert", "/en/contribute/places?q=alert", "/en/feed.atom"):
        found += surface(poisoned, looking, address)
    return found


def surface(poisoned: Poisoned, looking: Looking, address: str) -> list[Surface]:
    """Return what comes to the first who gets it, nothing where nobody does or where no browser could read it."""
    if address.partition("?")[0].endswith(PACKED):
        return []
    if not is_private(address) or "." in address.partition("?")[0].rpartition("/")[2]:
        answer = poisoned.stage.clients["nobody"].get(address, headers={"Accept": "text/html"})
        assert answer.status_code < 500, address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        if answer.status_code != 200:
            return []
        if answer.mimetype != "text/html" or "Content-Disposition" in answer.headers:
            body = answer.get_data().decode(errors="replace")  # tiles, pictures and made files are no text
            return [Surface("nobody", address, answer.mimetype, body)]
    own = sorted(ASKING[1:], key=lambda who: f"/{USUAL[who]}/" not in address)
    for who in own if is_private(address) and "/account/sign" not in address else ("nobody",):
        shown, left = looking.look(who, address)
        if shown.status == 200 and not shown.request.redirected_from:
            return [Surface(who, address, shown.headers["content-type"].partition(";")[0], shown.text(), left)]
    return []


def test_every_column_of_words_holds_payloads(poisoned: Poisoned) -> None:
    known = {f"{table}.{column}" for table, column, _kind in columns()}
    assert SPARED.keys() <= known, "spared, but not there"
    assert {name for name, rows in poisoned.rows.items() if not rows} == set(), "the test makes no row of it"


def test_every_column_reaches_a_page_or_a_file(poisoned: Poisoned, surfaces: list[Surface]) -> None:
    everything = unescape("".join(one.body for one in surfaces))
    unseen = {name for name in poisoned.rows if mark(name) not in everything}
    assert sorted(unseen) == sorted(UNSHOWN), "shown nowhere, or somewhere after all"


def test_no_stored_payload_runs_on_any_page(surfaces: list[Surface]) -> None:
    assert len(surfaces) > 100
    assert [left for one in surfaces for left in one.left] == []


def test_a_popup_and_suggestions_show_payloads_as_words(poisoned: Poisoned, looking: Looking) -> None:
    page = looking.pages["nobody"]
    page.goto(f"/en/?country=AT&open={poisoned.parts['practices'][0]}")
    page.locator(".popup-card").wait_for()
    page.get_by_role("combobox").first.fill("alert")
    page.get_by_role("option").first.wait_for()
    assert [*looking.told, *page.evaluate(LEFT)] == []


def test_mails_carry_payloads_as_words(poisoned: Poisoned, looking: Looking) -> None:
    with poisoned.stage.app.extensions["engine"].connect() as connection:
        mails = connection.execute(text("SELECT DISTINCT ON (kind) kind, html, subject FROM message")).all()
    assert {"proposal_asked", "proposal_returned", "proposal_submitted", "proposal_approved"} <= {m.kind for m in mails}
    page = looking.pages["nobody"].context.new_page()
    for _kind, html, subject in mails:
        assert "alert" in html
        assert "\n" not in subject
        page.set_content(html)
        assert page.evaluate(LEFT.replace("...window.broken, ", "")) == []
    page.close()


def test_files_carry_payloads_as_data(surfaces: list[Surface]) -> None:
    kinds = {one.kind for one in surfaces}
    assert {"text/csv", "application/geo+json", "application/atom+xml", "application/json"} <= kinds
    for one in surfaces:
        if one.kind.endswith("json"):
            json.loads(one.body)
        if one.kind.endswith("xml"):
            ElementTree.fromstring(one.body)


def worded() -> set[str]:
    """Return the names of every field of every form class that takes words."""
    found = set()
    for module in pkgutil.iter_modules(mapapp.forms.__path__):
        for made in vars(import_module(f"mapapp.forms.{module.name}")).values():
            if isinstance(made, type) and issubclass(made, Form) and made is not Form:
                found |= {one.short_name for one in made() if not isinstance(one, CHOSEN)}
    return found - {"language"}  # a list in every form


def posts(poisoned: Poisoned, surfaces: list[Surface], who: str) -> Iterator[Found]:
    """Give each form once that somebody can fill in."""
    known = set()
    for one in surfaces:
        for form in forms(one.body, one.address) if one.who == who and one.kind == "text/html" else ():
            if form.method != "post" or not form.words + form.files:
                continue
            try:
                matched = poisoned.stage.app.url_map.bind("localhost").match(form.action.partition("?")[0], "POST")
            except HTTPException:
                continue
            about = (matched[0], matched[1].get("folder"), matched[1].get("step"), len(form.values.get("action", [])))
            if about not in known:
                known.add(about)
                yield form


def sent(client: Any, form: Found) -> Any:
    """Send a form with payloads in every field that takes words, and files that are called so."""
    values: dict[str, Any] = form.typed(TYPED)
    values |= dict(reversed(form.buttons)) | {"go": "submit"}
    files = {name: (io.BytesIO(b"x"), f"{PAYLOADS[3]}.jpg") for name in form.files}
    more = {"content_type": "multipart/form-data"} if files else {}
    answer = client.send(form.action, values | files, **more)
    answer.request.environ["wsgi.input"].close()  # the test client's own
    return answer


def test_no_typed_payload_runs_on_the_page_that_comes_back(
    poisoned: Poisoned, surfaces: list[Surface], looking: Looking
) -> None:
    typed: set[str] = set()
    left: list[str] = []
    back = set()
    for who in ASKING:
        for form in posts(poisoned, surfaces, who):
            typed |= {part for name in form.words for part in (name, *name.split("-"))}
            answer = sent(poisoned.stage.clients[who], form)
            assert answer.status_code < 500, form.action
            if answer.mimetype == "text/html" and "alert(" in answer.text:
                back.add(form.action)
                left += looking.look_at(who, len(back), answer)
    assert left == []
    assert len(back) > 20, back
    assert worded() - typed == set(UNTYPED), "no page has this field"


def test_no_asked_payload_runs(surfaces: list[Surface], looking: Looking) -> None:
    """What was searched for stands on the page again."""
    left: list[str] = []
    known = set()
    for one in surfaces:
        for form in forms(one.body, one.address) if one.kind == "text/html" else ():
            path = form.action.partition("?")[0]
            if form.method == "get" and form.words and path not in known:
                known.add(path)
                left += looking.look(one.who, f"{path}?{urlencode(dict.fromkeys(form.words, ' '.join(GROUPS[:3])))}")[1]
    assert {"/en/", "/en/services", "/en/regions", "/en/admin/log", "/en/admin/accounts"} <= known
    assert left == []


def test_no_payload_of_a_table_runs(poisoned: Poisoned, looking: Looking, tmp_path: Path) -> None:
    """Names of files and sheets, headings and cells, right and wrong ones."""
    client, start = poisoned.stage.clients["author"], "/en/contribute/upload"
    names = ["title", "summary", "place", "country", "themes", "source_url", "website", ALL[:300], *PAYLOADS[3:6]]
    rows = [[one[:300] for _name in names] for one in (*PAYLOADS[:8], ALL)]
    rows.append([PAYLOADS[0], ALL, "Innsbruck", "AT", "housing", "https://example.org", *[ALL] * 5])
    reading.write_workbook(tmp_path / "t.xlsx", {PAYLOADS[3]: (names, rows), PAYLOADS[9]: (names, rows)})
    left: list[str] = []
    for number, ending in enumerate(("xlsx", "csv")):
        content = (tmp_path / "t.xlsx").read_bytes() if ending == "xlsx" else f"{','.join(PAYLOADS)}\n".encode()
        table = {"table": (io.BytesIO(content), f"{PAYLOADS[3]}.{ending}")}
        answer = client.send(start, table, content_type="multipart/form-data")
        answer.request.environ["wsgi.input"].close()  # the test client's own
        assert answer.status_code == (303 if ending == "xlsx" else 422)  # of the other there are headings alone
        if answer.status_code == 303:
            shown, found = looking.look("author", answer.location)
            assert all(f"alert({number})" in unescape(shown.text()) for number in (1, 4, 5, 10))
            left += found
            answer = client.send(answer.location, {"do": "submit", "seen": ALL})
        left += looking.look_at("author", 1000 + number, answer)
    assert left == []
