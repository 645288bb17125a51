"""Every route of the site, new ones too: what each answer carries, and what hostile requests cannot do."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Engine
from werkzeug.routing import Rule

from mapapp.assets import DIST
from mapapp.factory import create_app
from mapapp.search import FIELDS
from mapapp.security import CONTENT_SECURITY_POLICY
from mapapp.settings import Settings

from .conftest import MADE_FIRST

HTML = {"Accept": "text/html"}
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
EMBED = ("/en/embed", "/de/embed", "/it/embed")
EMBEDDED = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
PRESENT = ("Cross-Origin-Resource-Policy", "Permissions-Policy")
NOT_THERE = ("/photos/", "/de/contribute/fresh/")  # the samples name no picture and no mailed link that there is
Addresses = list[tuple[Rule, str]]
SEARCHING = ("explore.index", "explore.markers_json", "services.index", "regions.index", "projects.index", "start")
PARAMETERS = sorted(
    {*FIELDS["practice"], *FIELDS["service"]}
    | {"page", "lang", "view", "zoom", "stack", "at", "open", "show", "project", "level", "destination", "kind"}
)
HOSTILE = {
    "a zero byte": "%00",
    "no UTF-8": "%ff%fe",
    "half a surrogate pair": "%ED%A0%80",
    "SQL": quote("' OR 1=1; DROP TABLE practice; --"),
    "markup": quote("<script>alert(1)</script>\"'>"),
    "not a number": "nan",
    "endless": "inf,-inf,inf,-inf",
    "numbers beyond all": "1e309,99999999999999999999,-1e400,7",
    "reversed": "20,60,10,40",
    "a negative": "-1",
    "another script's digits": quote("٣٤٥"),
    "a template": quote("{{7*7}}%(x)s{0}%s"),
    "a pattern": quote("(a+)+$ \\ [ * % _ & | ! : <-> '"),
    "very long": "a" * 6000,
    "marks only": quote("́" * 300 + "​﷽" * 20),
}


def assert_safe(answer: Any, about: str) -> None:
    for name, value in ALWAYS.items():
        # The one page that is made for the frames of other sites, and only in that differs from the rest.
        framed = EMBEDDED if name == "Content-Security-Policy" and answer.request.path in EMBED else value
        assert answer.headers.get(name) in (value, framed), f"{name} of {about}"
    for name in PRESENT:
        assert answer.headers.get(name), f"{name} of {about}"
    assert "Set-Cookie" not in answer.headers, about
    assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"], about
    if answer.status_code >= 400:
        assert answer.headers["Cache-Control"] == "no-store", about


def test_every_route_answers_and_carries_the_headers(addresses: Addresses, client: Any) -> None:
    for _rule, path in addresses:
        ask = client.head if MADE_FIRST.fullmatch(path) else client.get
        answer = ask(path, headers=HTML)
        # Private pages send visitors to sign in.
        assert answer.status_code in ((404, 410) if path.startswith(NOT_THERE) else (200, 302, 303, 308)), path
        assert_safe(answer, path)
        if answer.status_code == 200 and "ETag" in answer.headers:
            again = client.get(path, headers={**HTML, "If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b""), path
            assert_safe(again, f"304 {path}")
        head = client.head(path, headers=HTML)
        assert (head.status_code, head.data) == (answer.status_code, b""), path
        assert_safe(head, f"HEAD {path}")
        answer.close()


def test_no_route_takes_what_it_is_not_made_for(app: Any, addresses: Addresses, client: Any) -> None:
    adapter = app.url_map.bind("localhost")
    for _rule, path in addresses:
        for method in {"POST", "PUT", "PATCH", "DELETE"} - set(adapter.allowed_methods(path)):
            answer = client.open(path, method=method, headers=HTML, data=b"x=1")
            assert answer.status_code == 405, f"{method} {path}"
            assert "GET" in answer.headers["Allow"]
            assert_safe(answer, f"{method} {path}")


def test_static_files_carry_the_headers(client: Any) -> None:
    names = [
        path.relative_to(DIST).as_posix() for path in DIST.rglob("*") if path.suffix in (".css", ".js", ".svg", ".png")
    ]
    kinds = {name.rsplit(".", 1)[1]: name for name in names}
    assert {"css", "js", "svg"} <= set(kinds)
    for name in [*kinds.values(), "no-such-file.js", "../manifest.json", "%2e%2e/%2e%2e/settings.py"]:
        answer = client.get(f"/static/dist/{name}")
        assert_safe(answer, name)
        assert answer.status_code == (200 if name in names else 404), name
        answer.close()


@pytest.mark.parametrize(
    ("path", "accepted", "lang"),
    [
        ("/de/no-such-page", "en", "de"),
        ("/it/practices/no-such-practice", "de", "it"),
        ("/no-such-page", "it,en;q=0.5", "it"),
        ("/fr/", "de", "de"),
        ("/de/regions/no-such-region", "en", "de"),
    ],
)
def test_an_unknown_address_is_told_in_the_readers_language(client: Any, path: str, accepted: str, lang: str) -> None:
    answer = client.get(path, headers={**HTML, "Accept-Language": accepted})
    assert answer.status_code == 404
    assert f'<html lang="{lang}"' in answer.text
    assert "There is no" not in answer.text
    assert_safe(answer, path)


def test_no_parameter_breaks_a_page_or_file(addresses: Addresses, client: Any) -> None:
    seen = set()
    for rule, path in addresses:
        values = list(HOSTILE.values()) if rule.endpoint in SEARCHING else list(HOSTILE.values())[:3]
        for value in values:
            together = "&".join(f"{name}={value}" for name in PARAMETERS)
            ask = f"{path}?{together}&{value}={value}"
            answer = client.get(ask, headers=HTML)
            assert answer.status_code in (200, 302, 303, 308, 400, 404, 410), f"{answer.status_code} {ask[:200]}"
            assert "<script>alert(1)" not in answer.text, ask[:200]
            assert_safe(answer, ask[:200])
            seen.add(answer.status_code)
    assert {200, 400} <= seen


@pytest.mark.parametrize("name", PARAMETERS)
def test_no_single_parameter_breaks_an_answer(client: Any, name: str) -> None:
    for kind, value in HOSTILE.items():
        answer = client.head(f"/practices.csv?{name}={value}")
        assert answer.status_code in (200, 400), f"{answer.status_code} {name}: {kind}"


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_words_break_the_search(client: Any, kind: str) -> None:
    for path in ("/de/", "/de/services", "/de/suggest", "/de/projects"):
        answer = client.get(f"{path}?q={HOSTILE[kind]}", headers={**HTML, "X-Fragment": "results"})
        assert answer.status_code in (200, 400), f"{answer.status_code} {path}: {kind}"


def test_many_values_and_strange_shapes_are_taken_calmly(client: Any) -> None:
    queries = (
        "&".join(f"theme=t{n}" for n in range(500)),
        "&".join(["q=a"] * 20),
        "theme[]=housing&q[$ne]=1&bbox[0]=1",
        "&&&===&=&;;",
        "q=" + "%20".join("abcdefgh" for _ in range(20)),
        "year_from=2020&year_to=2001&within_km=5&sort=distance",
        "bbox=179,-90,-179,90&near=90,180&within_km=1",
    )
    for path in ("/de/", "/de/services", "/practices.geojson", "/de/feed.atom", "/de/markers.json", "/de/regions"):
        for query in queries:
            answer = client.get(f"{path}?{query}", headers=HTML)
            assert answer.status_code in (200, 400), f"{answer.status_code} {path} {query[:80]}"


def test_no_name_of_a_record_breaks_its_page(addresses: Addresses, client: Any) -> None:
    part = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?\w+>")
    for rule, _path in addresses:
        if "<" not in str(rule).replace("<lang:lang>", ""):
            continue
        for value in (*HOSTILE.values(), "..%2f..%2fetc%2fpasswd", "A-B", "-", "9" * 30):
            path = value.join(part.split(str(rule).replace("<lang:lang>", "de")))
            answer = client.get(path, headers=HTML)
            assert answer.status_code in (301, 302, 303, 308, 400, 404, 410), f"{answer.status_code} {path[:120]}"
            assert_safe(answer, path[:120])


@pytest.mark.parametrize(
    "host", ['evil.example"><script>', "a b", "evil.example:99999999", "[::1", "", "é.example", "a" * 5000]
)
def test_a_host_that_is_none_is_refused_or_harmless(client: Any, host: str) -> None:
    answer = client.get("/de/", headers={**HTML, "Host": host})
    assert answer.status_code in (200, 400)
    assert "<script>" not in answer.text.replace("<script type", "")
    assert_safe(answer, host[:40])


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "192.0.2.7", "[::2]"])
def test_a_site_that_is_tried_out_has_the_names_of_its_machine_only(client: Any, host: str) -> None:
    for path in ("/de/", "/ogc/collections?f=json", "/de/account/sign-in", "/healthz/live", "/nothing"):
        answer = client.get(path, headers={**HTML, "Host": host})
        assert answer.status_code == 400
        assert answer.headers["Cache-Control"] == "no-store"
        assert_safe(answer, path)
    assert "MAPAPP_BASE_URL" in client.get("/de/", headers={**HTML, "Host": host}).text
    assert client.post("/de/account/sign-in", headers={**HTML, "Host": host}).status_code == 400
    for own in ("localhost", "atlas.localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert client.get("/de/", headers={**HTML, "Host": own}).status_code == 200


def test_one_readers_host_is_not_told_to_another(settings: Settings, engine: Engine) -> None:
    client = create_app(replace(settings, host="0.0.0.0"), engine).test_client()
    assert "elsewhere.example" in client.get("/de/about", headers={**HTML, "Host": "elsewhere.example"}).text
    assert "elsewhere.example" not in client.get("/de/about", headers=HTML).text


def test_a_large_body_is_refused(client: Any) -> None:
    answer = client.post("/de/", data=b"x" * (2 * 1024 * 1024), headers=HTML)
    assert answer.status_code in (405, 413)


@pytest.fixture(scope="module")
def proxied(settings: Settings, engine: Engine) -> Any:
    """A client of a site that stands behind one proxy."""
    return create_app(replace(settings, trusted_proxies=1), engine).test_client()


def test_https_is_kept_once_used(client: Any, proxied: Any) -> None:
    hsts, told = "Strict-Transport-Security", {**HTML, "X-Forwarded-Proto": "https"}
    assert hsts not in client.get("/de/about").headers
    assert hsts not in client.get("/de/about", headers=told).headers, "nobody but a trusted proxy says so"
    assert "max-age" in client.get("/de/about", base_url="https://localhost").headers[hsts]
    static = next(f"/static/dist/{path.relative_to(DIST).as_posix()}" for path in DIST.rglob("*.css"))
    for path, status in (("/de/about", 200), ("/no", 404), (static, 200), ("/practices.csv", 200), ("/", 302)):
        with proxied.get(path, headers=told) as answer:
            assert answer.status_code == status
            assert "max-age" in answer.headers[hsts], path
            assert_safe(answer, path)
            known = {**told, "If-None-Match": answer.headers.get("ETag", "")}
        if status == 200 and known["If-None-Match"]:
            with proxied.get(path, headers=known) as again:
                assert again.status_code == 304, path
                assert "max-age" in again.headers[hsts], f"304 {path}"
                assert_safe(again, f"304 {path}")


def test_a_prefix_that_somebody_claims_is_not_believed(client: Any, proxied: Any) -> None:
    for asked in (client, proxied):
        page = asked.get("/de/about", headers={**HTML, "X-Forwarded-Prefix": "/elsewhere"})
        assert page.status_code == 200
        assert "elsewhere" not in page.text


def test_asking_for_the_head_first_spoils_no_body(settings: Settings, engine: Engine, addresses: Addresses) -> None:
    first, second = (create_app(settings, engine).test_client() for _ in range(2))
    for _rule, path in addresses:
        head = first.head(path, headers=HTML)
        after, plain = first.get(path, headers=HTML), second.get(path, headers=HTML)
        assert (head.status_code, head.data) == (plain.status_code, b""), path
        assert after.status_code == plain.status_code, path
        assert (
            after.headers.get("Content-Type") == plain.headers.get("Content-Type") == head.headers.get("Content-Type")
        )
        assert after.data, path
        assert len(after.data) == len(plain.data), path


def test_a_tag_that_a_proxy_weakened_is_still_known(client: Any) -> None:
    for path in ("/de/about", "/de/?theme=housing", "/practices.csv?country=AT"):
        with client.get(path, headers=HTML) as answer:
            tag = answer.headers["ETag"]
            assert answer.data
        again = client.get(path, headers={**HTML, "If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.data) == (304, b""), path
        assert again.headers["ETag"] == tag
        assert client.get(path, headers={**HTML, "If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/de/practices/none-such", "/de/regions/none-such", "/practices/none-such.geojson"])
def test_what_is_not_there_is_not_there_for_those_who_have_anything_either(client: Any, path: str) -> None:
    assert client.get(path, headers={**HTML, "If-None-Match": "*"}).status_code == 404


def test_what_an_answer_depends_on_it_says(client: Any) -> None:
    for accepted, lang in (("it", "it"), ("de-AT,en;q=0.5", "de"), ("ja,en;q=0", "en")):
        answer = client.get("/", headers={**HTML, "Accept-Language": accepted})
        assert answer.headers["Location"] == f"/{lang}/"
        assert "accept-language" in answer.headers["Vary"].lower()
    page = client.get("/de/", headers=HTML)
    assert {"accept-encoding", "x-fragment"} <= {one.strip().lower() for one in page.headers["Vary"].split(",")}


def test_a_fragment_that_there_is_not_is_the_page(client: Any) -> None:
    page = client.get("/de/?theme=housing", headers=HTML)
    other = client.get("/de/?theme=housing", headers={**HTML, "X-Fragment": "anything"})
    assert (other.data, other.headers["ETag"]) == (page.data, page.headers["ETag"])
    part = client.get("/de/?theme=housing", headers={**HTML, "X-Fragment": "results"})
    assert "<main" not in part.text
    assert part.headers["ETag"] != page.headers["ETag"]


@pytest.mark.parametrize("host", ["a b", 'evil.example"><script>', "a/b", "[::1"])
def test_a_host_that_cannot_be_read_is_refused(client: Any, host: str) -> None:
    answer = client.get("/de/", headers={**HTML, "Host": host})
    assert answer.status_code == 400
    assert_safe(answer, host)
