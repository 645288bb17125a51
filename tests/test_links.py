"""Dead addresses are found, and no machine that is not public is ever asked."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine, text

from mapapp import command_line, link_check, link_probe
from mapapp.link_probe import Forbidden, Found, is_public, probe, public_addresses
from mapapp.queries import links as known
from mapapp.writing import links

from .people import PersonClient


class Site(BaseHTTPRequestHandler):
    """A web site with pages of every kind."""

    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.headers["Host"], self.path))
        if self.path == "/slow":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            with suppress(OSError):  # whoever asked has had enough
                while not self.server.ended.wait(0.1):  # type: ignore[attr-defined]
                    self.wfile.write(b"X-More: 1\r\n")
            return
        to = {
            "/moved": "/there",
            "/circle": "/circle",
            "/inside": "http://inside.example/there",
            "/file": "file:///etc",
        }
        status = {"/gone": 410, "/missing": 404, "/robots": 403, "/broken": 500}.get(self.path, 200)
        self.send_response(302 if self.path in to else status)
        if self.path in to:
            self.send_header("Location", to[self.path])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.ended = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://site.example:{server.server_port}"
    server.ended.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join(5)
    server.server_close()


def here(host: str, _port: int) -> list[str]:
    """Say where the tests' site is: for `site.example` this machine, and for others what holds for everybody."""
    if host == "site.example":
        return ["127.0.0.1"]
    if host == "inside.example":
        raise Forbidden("address")
    return public_addresses(host, _port)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/there", Found("works", 200)),
        ("/moved", Found("works", 200)),
        ("/ümläut?q=ä b", Found("works", 200)),
        ("/gone", Found("gone", 410)),
        ("/missing", Found("gone", 404)),
        ("/robots", Found("refused", 403)),
        ("/broken", Found("unreachable", 500, "server")),
        ("/circle", Found("unreachable", None, "redirects")),
        ("/inside", Found("forbidden", None, "address")),
        ("/file", Found("unreachable", None, "address")),
    ],
)
def test_what_an_address_answers_is_told(site: str, path: str, found: Found) -> None:
    assert probe(site + path, here) == found


def test_the_name_is_asked_for_and_nobody_connects_to_what_it_means_later(site: str) -> None:
    Site.asked.clear()
    assert probe(f"{site}/there", here).state == "works"
    assert Site.asked == [(site.removeprefix("http://"), "/there")]


def test_an_answer_that_never_ends_is_given_up(site: str) -> None:
    assert probe(f"{site}/slow", here, deadline=0.5) == Found("unreachable", None, "timeout")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost:8000/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://0/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[fec0::1]/",
        "http://[3fff::1]/",
        "http://93.184.216.34:22/",
        "http://93.184.216.34:5432/",
    ],
)
def test_what_is_not_public_is_never_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_args: Any, **_more: Any) -> Any:
        raise AssertionError("it was asked")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert probe(address).state == "forbidden"


def test_one_private_address_of_a_name_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answers)
    with pytest.raises(Forbidden):
        public_addresses("rebinding.example", 80)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answers[:1])
    assert public_addresses("public.example", 80) == ["93.184.216.34"]
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


@pytest.mark.parametrize("address", ["ftp://example.org/", "http://user:pass@example.org/", "http:///x", "http://[x"])
def test_what_is_no_web_address_is_told(address: str) -> None:
    assert probe(address) == Found("unreachable", None, "address")


def test_no_setting_opens_the_way_inside() -> None:
    assert probe.__defaults__ == (public_addresses, link_probe.DEADLINE_S)
    assert link_check.check_waiting.__defaults__ == (probe, link_check.PAUSE_S)


def test_every_address_is_looked_at_and_the_dead_are_listed(people_app: Any, admin_client: PersonClient) -> None:
    engine: Engine = people_app.extensions["engine"]
    dead = "https://dead.example/page"
    with engine.begin() as connection:
        connection.execute(text("UPDATE practice SET website = :a WHERE slug = 'imst-abc-cafe'"), {"a": dead})
        connection.execute(text("UPDATE service SET website = :a WHERE slug = 'imst-ams'"), {"a": dead})
    assert "Not checked yet" in admin_client.get("/en/admin/links").text
    assert admin_client.send("/en/admin/links").location == "/en/admin/links?done=queued"
    looked: list[str] = []

    def look(address: str) -> Found:
        looked.append(address)
        if address == dead:
            return Found("gone", 404)
        if len(looked) % 7 == 0:
            raise RuntimeError("whatever")
        return Found("works", 200)

    tally = link_check.check_waiting(engine, look, pause=0)
    assert tally
    assert tally["gone"] == 1
    assert len(looked) == len(set(looked)) == sum(tally.values()) > 100
    assert link_check.check_waiting(engine, look, pause=0) == {}
    page = admin_client.get("/en/admin/links").text
    assert dead in page
    assert "page not there" in page
    assert "/en/practices/imst-abc-cafe" in page
    assert "/en/services/imst-ams" in page
    with engine.begin() as connection:
        since = known.listed(connection, ("gone",), "en")[0].broken_since
        connection.execute(text("UPDATE service SET website = NULL WHERE slug = 'imst-ams'"))
        links.queue(connection)
    link_check.check_waiting(engine, look, pause=0)
    with engine.begin() as connection:
        (still,) = known.listed(connection, ("gone",), "en")
        assert (still.broken_since, len(still.records)) == (since, 1)
        connection.execute(text("UPDATE practice SET website = NULL WHERE slug = 'imst-abc-cafe'"))
        links.queue(connection)
        assert known.listed(connection, ("gone",), "en") == []


def test_two_do_not_look_at_once(people_app: Any) -> None:
    engine: Engine = people_app.extensions["engine"]
    with engine.connect() as other, other.begin():
        other.execute(text(f"SELECT pg_advisory_lock({link_check.ONE_AT_A_TIME})"))
        assert link_check.check_waiting(engine, lambda _address: Found("works")) is None
        other.execute(text(f"SELECT pg_advisory_unlock({link_check.ONE_AT_A_TIME})"))


def test_the_command_prints_what_leads_nowhere(
    people_app: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine: Engine = people_app.extensions["engine"]

    def look(address: str) -> Found:
        return Found("unreachable", None, "name") if "abc-cafe" in address else Found("works", 200)

    with engine.begin() as connection:
        address = "https://abc-cafe.example/"
        connection.execute(text("UPDATE practice SET website = :a WHERE slug = 'imst-abc-cafe'"), {"a": address})
    check = link_check.check_waiting
    monkeypatch.setattr(link_check, "check_waiting", lambda engine: check(engine, look, 0))
    assert command_line.check_links(engine) == 0
    assert "unreachable  name         https://abc-cafe.example/" in capsys.readouterr().out
