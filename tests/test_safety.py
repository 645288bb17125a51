"""Every route of the site, new ones too: what each answer carries, and what hostile requests cannot do."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from mapapp.assets import DIST
from mapapp.search import FIELDS
from mapapp.security import CONTENT_SECURITY_POLICY

HTML = {"Accept": "text/html"}
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PRESENT = ("Cross-Origin-Resource-Policy", "Permissions-Policy")
SLUGS = {"regions": "imst", "projects": "eu-belong"}
ELSEWHERE = "imst-abc-cafe"  # a practice and a service
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


def path_of(rule: Rule, lang: str = "de", **given: object) -> str:
    """Return an address of a route, with records that there are."""
    plural = next((part for part in str(rule).split("/") if part in SLUGS), "")
    usual: dict[str, object] = {"lang": lang, "slug": SLUGS.get(plural, ELSEWHERE), "number": 1, "name": "freshness"}
    values = {name: given.get(name, usual.get(name, "x")) for name in rule.arguments}
    built = rule.build(values, append_unknown=False)
    assert built, f"no address for {rule}"
    return built[1]


def routes(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            yield rule


def assert_safe(answer: Any, about: str) -> None:
    for name, value in ALWAYS.items():
        assert answer.headers.get(name) == value, f"{name} of {about}"
    for name in PRESENT:
        assert answer.headers.get(name), f"{name} of {about}"
    assert "Set-Cookie" not in answer.headers, about
    assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"], about
    if answer.status_code >= 400:
        assert answer.headers["Cache-Control"] == "no-store", about


def test_every_route_answers_and_carries_the_headers(app: Flask, client: Any) -> None:
    for rule in routes(app):
        path = path_of(rule)
        answer = client.get(path, headers=HTML)
        assert answer.status_code in (200, 302, 308), path
        assert_safe(answer, path)
        if answer.status_code == 200 and "ETag" in answer.headers:
            again = client.get(path, headers={**HTML, "If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b""), path
            assert_safe(again, f"304 {path}")
        head = client.head(path, headers=HTML)
        assert (head.status_code, head.data) == (answer.status_code, b""), path
        assert_safe(head, f"HEAD {path}")
        answer.close()


def test_no_route_takes_what_it_is_not_made_for(app: Flask, client: Any) -> None:
    for rule in routes(app):
        path = path_of(rule)
        for method in {"POST", "PUT", "PATCH", "DELETE"} - set(rule.methods or ()):
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


def test_no_parameter_breaks_a_page_or_file(app: Flask, client: Any) -> None:
    seen = set()
    for rule in routes(app):
        values = list(HOSTILE.values()) if rule.endpoint in SEARCHING else list(HOSTILE.values())[:3]
        for value in values:
            together = "&".join(f"{name}={value}" for name in PARAMETERS)
            ask = f"{path_of(rule)}?{together}&{value}={value}"
            answer = client.get(ask, headers=HTML)
            assert answer.status_code in (200, 302, 308, 400, 404), f"{answer.status_code} {ask[:200]}"
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


def test_no_name_of_a_record_breaks_its_page(app: Flask, client: Any) -> None:
    part = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?\w+>")
    for rule in routes(app):
        if "<" not in str(rule).replace("<lang:lang>", ""):
            continue
        for value in (*HOSTILE.values(), "..%2f..%2fetc%2fpasswd", "A-B", "-", "9" * 30):
            path = value.join(part.split(str(rule).replace("<lang:lang>", "de")))
            answer = client.get(path, headers=HTML)
            assert answer.status_code in (301, 302, 308, 400, 404), f"{answer.status_code} {path[:120]}"
            assert_safe(answer, path[:120])


@pytest.mark.parametrize(
    "host", ['evil.example"><script>', "a b", "evil.example:99999999", "[::1", "", "é.example", "a" * 5000]
)
def test_a_host_that_is_none_is_refused_or_harmless(client: Any, host: str) -> None:
    answer = client.get("/de/", headers={**HTML, "Host": host})
    assert answer.status_code in (200, 400)
    assert "<script>" not in answer.text.replace("<script type", "")
    assert_safe(answer, host[:40])


def test_one_readers_host_is_not_told_to_another(client: Any) -> None:
    assert "elsewhere.example" in client.get("/de/about", headers={**HTML, "Host": "elsewhere.example"}).text
    assert "elsewhere.example" not in client.get("/de/about", headers=HTML).text


def test_a_large_body_is_refused(client: Any) -> None:
    answer = client.post("/de/", data=b"x" * (2 * 1024 * 1024), headers=HTML)
    assert answer.status_code in (405, 413)


def test_https_is_kept_once_used(client: Any) -> None:
    assert "Strict-Transport-Security" not in client.get("/de/about").headers
    assert "max-age" in client.get("/de/about", base_url="https://localhost").headers["Strict-Transport-Security"]
    assert "max-age" in client.get("/no", base_url="https://localhost").headers["Strict-Transport-Security"]
