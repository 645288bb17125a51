"""A site below a path of its host: every address that it writes lies there, whether the proxy takes the path off or
passes it on; what a request says of the path changes nothing."""

import json
import re
import zipfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine
from werkzeug.exceptions import HTTPException

from mapapp import archiving
from mapapp.factory import create_app
from mapapp.settings import Settings, SettingsError
from mapapp.views import acting

from .cast import Stage, make_stage
from .conftest import MADE_FIRST, SAMPLES
from .entering import PASSWORD, change, made
from .forms_found import forms

HOST, ROOT = "https://region.example", "/atlas"
SITE = HOST + ROOT
COOKIE = "__Host-session.atlas"
EACH = 3  # addresses of a kind that the crawl opens, in each language
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "de"}
ELSEWHERE = re.compile(rf"https?://(?:region\.example|localhost)(?!{ROOT}(?:[^\w.-]|$))[^\s\"'<>]*")
SPOKEN = ("alt", "aria-label", "placeholder", "title")  # attributes that hold words, not addresses
NOT_READ = ("action", "data-options", "data-send", "name")  # what takes forms only, or is no address of a page
IN_WORDS = re.compile(r"""["'(]\s*(/[^"'\s)]*)""")  # an address inside of an attribute: JSON, a piece of code


class Page(HTMLParser):
    """The addresses of a page of ours: (attribute, value), and what its blocks of data say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []
        self.blocks: list[str] = []
        self._data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._data = tag == "script" and "json" in given.get("type", "")
        for name, value in given.items():
            if name in SPOKEN:
                continue
            parts = [one.split()[0] for one in value.split(", ")] if name == "srcset" else [value]
            self.said += [(name, one) for one in [*parts, *IN_WORDS.findall(value)] if one]

    def handle_data(self, data: str) -> None:
        if self._data:
            self.blocks.append(data)
            self._data = False


def strings(value: Any) -> Iterator[str]:
    """Give every text in a JSON document; the names of its members are none."""
    if isinstance(value, dict):
        value = list(value.values())
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield one
        elif isinstance(one, (list, dict)):
            yield from strings(one)


def is_wrong(address: str) -> bool:
    """Tell whether a text is an address on our host that does not lie below the path, or lies there twice."""
    on_host = address.startswith("/") and not re.match(rf"{ROOT}(?:[/?#]|$)", address)
    return on_host or address.removeprefix(HOST).startswith(ROOT * 2)


class Seen(NamedTuple):
    """What an answer says: its addresses (where, what), and the faults among them."""

    addresses: list[tuple[str, str]]
    faults: list[str]


def look(answer: Any) -> Seen:
    """Return every address that an answer names, and those that are wrong."""
    found = [(name, value) for name, value in answer.headers if name in ("Location", "Content-Location")]
    found += [("Link", one) for one in re.findall(r"<([^>]+)>", answer.headers.get("Link", ""))]
    kind, text = answer.mimetype, ""
    if kind.startswith("text/") or kind.endswith(("json", "xml", "geo+json-seq")):
        text = unescape(answer.text)
    if kind == "text/html":
        page = Page(answer.text)
        found += page.said
        found += [("data", one) for block in page.blocks for one in strings(json.loads(block))]
    elif kind.endswith("json"):  # JSON-LD names things; not each name is a page
        found += [("name" if "ld+" in kind else "json", one) for one in strings(json.loads(answer.text))]
    faults = [f"{where}: {one}" for where, one in found if is_wrong(one)]
    return Seen(found, faults + ELSEWHERE.findall(text) + re.findall(rf"[^\s\"']*{ROOT}{ROOT}\b[^\s\"']*", text))


class Visitor:
    """A browser behind a proxy that takes the path off (`strips`) or passes it on."""

    def __init__(self, client: Any, strips: bool) -> None:
        self.client, self.strips = client, strips

    def _path(self, address: str) -> str:
        path = address.removeprefix(HOST)
        assert path.startswith(ROOT), address  # a proxy leads nothing else to us
        return (path.removeprefix(ROOT) or "/") if self.strips else path

    def get(self, address: str, **more: Any) -> Any:
        return self.client.get(self._path(address), **{"headers": BROWSER, "base_url": "http://localhost/"} | more)

    def send(self, address: str, values: dict[str, Any]) -> Any:
        headers = {"Origin": HOST, "Sec-Fetch-Site": "same-origin"} | BROWSER
        return self.client.post(self._path(address), data=values, headers=headers, base_url="http://localhost/")


def crawl(
    visitor: Visitor, app: Any, start: list[str], among: Callable[[str], bool] = lambda _path: True
) -> tuple[Counter[tuple[str, str]], dict[str, Any]]:
    """Follow the links to every kind of page (EACH times, in each language) whose path is `among` those wanted; return
    what was opened and what was wrong."""
    match = app.url_map.bind("region.example").match
    opened: Counter[tuple[str, str]] = Counter()
    wrong: dict[str, Any] = {}
    known, waiting = set(start), deque(start)
    while waiting:
        address = waiting.popleft()
        path = urlsplit(address).path.removeprefix(ROOT)
        if not among(path):
            continue
        try:
            endpoint, values = match(path)
        except HTTPException:
            if not path.startswith("/static/dist/"):
                wrong[address] = "no such page"
                continue
            endpoint, values = "static", {}
        kind = endpoint, values.get("lang", "")
        if opened[kind] >= EACH or (MADE_FIRST.fullmatch(path) and not path.startswith("/regions.")):
            continue
        opened[kind] += 1
        with visitor.get(address) as answer:
            if answer.status_code >= 500:
                wrong[address] = answer.status_code
            seen = look(answer)
        if seen.faults:
            wrong[address] = seen.faults[:5]
        for where, one in seen.addresses:
            plain = one.partition("#")[0]
            own = plain.startswith((f"{ROOT}/", f"{SITE}/")) and "{" not in plain
            if own and where not in NOT_READ and plain not in known:
                known.add(plain)
                waiting.append(plain)
    return opened, wrong


def every_route(app: Any, samples: dict[str, Any]) -> list[str]:
    """Return an address for each route that can be read, in each language."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            for lang in ("en", "de", "it") if "lang" in rule.arguments else ("",):
                values = {name: (samples | {"lang": lang}).get(name, "x") for name in rule.arguments}
                built = rule.build(values, append_unknown=False)
                if built:
                    found.append(ROOT + built[1])
    return found


@pytest.fixture(scope="module")
def app(settings: Settings, people_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The site below a path, on a database of its own."""
    folder = tmp_path_factory.mktemp("below")
    app = create_app(replace(settings, base_url=SITE, data_dir=folder), people_engine)
    app.testing = True
    return app


@pytest.fixture(scope="module")
def stage(app: Any) -> Stage:
    stage = make_stage(app)
    for client in stage.clients.values():
        client.set_cookie(COOKIE, client.key)
    return stage


@pytest.fixture(params=["strips", "passes on"])
def strips(request: pytest.FixtureRequest) -> bool:
    return request.param == "strips"


def test_the_public_site_names_no_address_outside_of_its_path(app: Any, strips: bool) -> None:
    visitor = Visitor(app.test_client(), strips)
    opened, wrong = crawl(visitor, app, [f"{ROOT}/", *every_route(app, SAMPLES)])
    assert wrong == {}
    assert {("explore.index", lang) for lang in ("en", "de", "it")} <= set(opened)
    assert {"ogc.items", "embed.embed", "poster.poster", "open_data.data", "static"} <= {name for name, _ in opened}
    assert sum(opened.values()) > 250


@pytest.mark.parametrize("who", ["contributor", "author", "moderator", "admin"])
def test_pages_of_people_name_no_address_outside_of_the_path(stage: Stage, who: str, strips: bool) -> None:
    waiting = stage.proposal("submitted")
    for state in ("draft", "returned", "approved"):
        stage.proposal(state)
    samples = SAMPLES | {"public_id": waiting, "key": "housing", "number": stage.clients["author"].account_id}
    private = [one for one in every_route(stage.app, samples) if acting.is_private(one.removeprefix(ROOT))]
    opened, wrong = crawl(Visitor(stage.clients[who], strips), stage.app, private, acting.is_private)
    assert wrong == {}
    assert ("contribute.mine", "de") in opened
    assert sum(opened.values()) > 100


def test_failures_name_no_address_outside_of_the_path(app: Any, settings: Settings, dial: Any, strips: bool) -> None:
    away = create_app(replace(settings, base_url=SITE), dial("postgresql+psycopg://nobody@/nothing?host=/nonexistent"))
    for site, path, status in (
        (app, "/de/no-such-page", 404),
        (app, "/de/practices/no-such-record", 404),
        (app, "/ogc/collections/none?f=html", 404),
        (app, "/de/?year_from=never", 400),
        (app, "/practices.csv?nothing=1", 400),
        (away, "/de/", 503),
        (away, "/ogc/collections?f=html", 503),
    ):
        answer = Visitor(site.test_client(), strips).get(ROOT + path)
        assert answer.status_code == status, path
        seen = look(answer)
        assert seen.faults == [], path
        assert path.startswith("/practices.") or any(one.startswith(f"{ROOT}/static/") for _, one in seen.addresses)


def test_redirects_lead_below_the_path(app: Any, strips: bool) -> None:
    visitor = Visitor(app.test_client(), strips)
    for path, target in {
        "": "/de/",
        "/": "/de/",
        "/?q=garten": "/de/?q=garten",
        "/download/practices?format=csv&theme=housing": "/practices.csv?theme=housing",
        "/catalog?f=ttl": "/catalog.ttl",
        "/catalog": "/de/data#harvest",
        "/de/account/": "/de/account/sign-in?next=/atlas/de/account/",
        "/de/contribute/mine?page=2": "/de/account/sign-in?next=/atlas/de/contribute/mine%3Fpage%3D2",
    }.items():
        answer = visitor.get(ROOT + path)
        assert answer.status_code in (302, 303), path
        assert answer.headers["Location"] == ROOT + target, path


def test_files_for_programs_lie_below_the_path(app: Any, strips: bool) -> None:
    visitor = Visitor(app.test_client(), strips)
    robots = visitor.get(f"{ROOT}/robots.txt").text
    assert f"Disallow: {ROOT}/*?" in robots
    assert f"Sitemap: {SITE}/sitemap.xml" in robots
    places = re.findall(r"<loc>([^<]+)", visitor.get(f"{ROOT}/sitemap.xml").text)
    assert len(places) > 100
    assert all(one.startswith(f"{SITE}/") for one in places)
    phone = visitor.get(f"{ROOT}/de/site.webmanifest").json
    assert (phone["id"], phone["scope"], phone["start_url"]) == (f"{ROOT}/", f"{ROOT}/", f"{ROOT}/de/")
    assert all(one["src"].startswith(f"{ROOT}/static/dist/") for one in phone["icons"])
    assert visitor.get(f"{ROOT}/practices.geojson?lang=de").json["features"][0]["properties"]["url"].startswith(SITE)
    # A host has one file of this name: its proxy may ask for it without the path.
    assert app.test_client().get("/robots.txt").text == robots


def test_both_kinds_of_proxy_get_the_same_answer_kept_once(app: Any) -> None:
    taken, passed = (Visitor(app.test_client(), strips).get(f"{ROOT}/it/about") for strips in (True, False))
    assert taken.headers["ETag"] == passed.headers["ETag"]
    assert taken.data == passed.data


def test_nobody_but_the_operator_says_what_the_path_is(settings: Settings, app: Any, engine: Engine) -> None:
    claims = {"X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil", "Forwarded": "for=1.1.1.1;path=/evil"}
    proxied = create_app(replace(settings, base_url=SITE, trusted_proxies=1), engine)
    plain = create_app(replace(settings, trusted_proxies=1), engine)
    for site, start in ((app, ROOT), (proxied, ROOT), (plain, "")):
        page = site.test_client().get(f"{start}/en/", headers=claims, base_url="http://localhost/")
        assert page.status_code == 200
        assert "evil" not in page.text
        assert f'href="{start}/en/about"' in page.text


def test_the_site_does_not_speak_for_its_whole_host(app: Any) -> None:
    page = app.test_client().get("/en/about", base_url=HOST)
    assert "Strict-Transport-Security" not in page.headers
    assert "Content-Security-Policy" in page.headers


def test_news_feeds_keep_their_ids_when_the_site_moves_below_a_path(
    app: Any, settings: Settings, people_engine: Engine
) -> None:
    plain = create_app(settings, people_engine)
    below, before = (
        re.findall(r"<id>([^<]+)", one.test_client().get("/en/feed.atom?theme=housing").text) for one in (app, plain)
    )
    assert below == before
    assert len(below) > 5


def test_somebody_signs_in_and_comes_back_to_where_they_were(stage: Stage, strips: bool, quick_passwords: None) -> None:
    made(stage.app, "below@example.org", "partner")
    visitor = Visitor(stage.app.test_client(), strips)
    wanted = f"{ROOT}/en/contribute/practices/new"
    asked_in = visitor.get(f"{ROOT}/en/account/sign-in?next={wanted}")
    form = next(one for one in forms(asked_in.text, wanted) if "password" in one.words)
    assert form.action == f"{ROOT}/en/account/sign-in"
    values = {name: given[0] for name, given in form.values.items()}
    answer = visitor.send(form.action, values | {"mail": "below@example.org", "password": PASSWORD})
    assert answer.headers["Location"] == wanted
    cookie = answer.headers["Set-Cookie"]
    # Of the whole host, as browsers demand of this kind of name; the name is that of this site alone.
    assert cookie.startswith(f"{COOKIE}=")
    assert {"Path=/", "Secure", "HttpOnly"} <= set(cookie.split("; "))
    assert visitor.get(f"{ROOT}/en/contribute/mine").status_code == 200
    elsewhere = visitor.get(f"{ROOT}/en/account/sign-in?next=/en/contribute/practices/new")
    assert elsewhere.headers["Location"] == f"{ROOT}/en/account/"


def test_a_form_whose_session_ended_is_sent_to_where_it_was_written_for(
    stage: Stage, strips: bool, quick_passwords: None
) -> None:
    made(stage.app, "kept@example.org", "partner")
    visitor = Visitor(stage.app.test_client(), strips)
    address = f"{ROOT}/en/contribute/practices/new"
    page = Visitor(stage.clients["author"], strips).get(address).text
    written = next(one for one in forms(page, address) if "texts-0-title" in one.words)
    assert written.action == address
    values: dict[str, Any] = written.values | {"texts-0-title": "A garden"}
    lost = visitor.send(address, values | {"csrf": stage.clients["nobody"].csrf()})
    assert lost.status_code == 401
    form = next(one for one in forms(lost.text, address) if "password" in one.words)
    asked_in = {name: given[0] for name, given in form.values.items()}
    again = visitor.send(form.action, asked_in | {"mail": "kept@example.org", "password": PASSWORD})
    assert again.status_code == 200
    waiting = next(one for one in forms(again.text, address) if "texts-0-title" in one.words)
    assert waiting.action == address
    saved = visitor.send(waiting.action, values | {"csrf": waiting.values["csrf"]})
    assert re.match(rf"{ROOT}/en/contribute/proposals/[0-9a-f-]{{36}}", saved.headers["Location"])


def test_an_archive_of_such_a_site_is_read_without_it(settings: Settings, engine: Engine, tmp_path: Path) -> None:
    archiving.write(replace(settings, base_url=SITE, data_dir=tmp_path), engine, tmp_path / "atlas.zip")
    with zipfile.ZipFile(tmp_path / "atlas.zip") as file:
        for name in file.namelist():
            text = file.read(name).decode() if name.endswith((".html", ".geojson", ".csv", ".ttl", ".ics")) else ""
            assert ELSEWHERE.findall(text) == [], name
            assert ROOT * 2 not in text, name
            said = Page(text).said if re.fullmatch(r"[a-z]+(?:\.[a-z]{2})?\.html", name) else []
            assert [one for where, one in said if where in ("href", "src") and one.startswith("/")] == [], name
        assert f"{SITE}/en/practices/imst-abc-cafe" in file.read("files/practices.geojson").decode()


def test_a_record_that_moved_leads_on_below_the_path(app: Any, strips: bool) -> None:
    change(
        app,
        "INSERT INTO former_record (kind, slug, moved_to, at) "
        "VALUES ('practice', 'an-older-name', 'imst-abc-cafe', now()) ON CONFLICT DO NOTHING",
    )
    visitor = Visitor(app.test_client(), strips)
    moved = visitor.get(f"{ROOT}/de/practices/an-older-name")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"{ROOT}/de/practices/imst-abc-cafe")
    feature = visitor.get(f"{ROOT}/ogc/collections/practices/items/an-older-name")
    assert feature.headers["Location"] == f"{SITE}/ogc/collections/practices/items/imst-abc-cafe"


@pytest.mark.parametrize(
    "address", ["/en/account/", "/atlasx/en/account/", "/other/en/account/", "/atlas//en/account/"]
)
def test_only_our_own_pages_below_the_path_come_next(app: Any, address: str) -> None:
    with app.app_context():
        assert acting.own_path(address, "otherwise") == "otherwise"
        assert acting.own_path(f"{ROOT}/de/review/?page=2", "otherwise") == f"{ROOT}/de/review/?page=2"


@pytest.mark.parametrize("path", ["/en", "/ogc", "/de/atlas", "/static", "/photos", "/healthz", "/sitemap.xml"])
def test_a_path_that_could_be_one_of_the_site_stops_the_start(settings: Settings, engine: Engine, path: str) -> None:
    with pytest.raises(SettingsError, match="MAPAPP_BASE_URL"):
        create_app(replace(settings, base_url=HOST + path), engine)
