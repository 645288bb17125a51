"""Driving a server as fast as it answers: kept connections, requests written as bytes, nothing parsed but the length.

The clients of Python's own library cost as much as the answers that are measured here.
"""

import re
import select
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Engine

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TIME = re.compile(r"^Time: ([\d.]+) ms", re.MULTILINE)
AT_ONCE = 4  # connections when throughput is measured
TURNS = 5  # of which the median counts


class Load(NamedTuple):
    """How a server bears one kind of request: requests a second at once, milliseconds one after another."""

    name: str
    per_second: float
    median: float
    p95: float
    bare: float = 0.0  # requests a second of a bare server in the same turns
    sql: float = 0.0  # the median of what psql needs for the same answer, in milliseconds
    goal: str = ""
    met: bool = True


class Caller:
    """One kept connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        """Connect."""
        self.socket = socket.create_connection(("127.0.0.1", port), 120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, path: str) -> None:
        """Ask for a path, without waiting."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n".encode())

    def receive(self) -> bytes:
        """Return the whole body of the answer to what was sent; raises RuntimeError for any status but 200 and 204."""
        found = b""
        while (end := found.find(b"\r\n\r\n")) < 0:
            found += self._more()
        head = found[:end]
        if head[9:12] not in (b"200", b"204"):
            raise RuntimeError(found[:600].decode(errors="replace"))
        length = _LENGTH.search(head)
        if length is None and head[9:12] == b"200":
            return self._chunks(found[end + 4 :])
        parts, missing = [found[end + 4 :]], int(length[1] if length else 0) - len(found) + end + 4
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return b"".join(parts)

    def _chunks(self, begun: bytes) -> bytes:
        while not begun.endswith(b"0\r\n\r\n"):
            begun += self._more()
        return begun

    def _more(self) -> bytes:
        found = self.socket.recv(1 << 18)
        if not found:
            raise ConnectionError("the server closed the connection")
        return found

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()


def settle(port: int, path: str, size: int) -> None:
    """Ask for a page, then leave a server the time to take to hand what was asked for, as it would have had."""
    caller = Caller(port)
    caller.send(path)
    caller.receive()
    caller.close()
    time.sleep(5 + size / 20_000)


def drive(
    name: str, port: int, paths: Iterator[str], times: int = 200, seconds: float = 2.0, beside: int | None = None
) -> Load:
    """Ask `times` times one after another, then several at once for some seconds; the first tenth only warms.

    With the port of a bare server `beside` both are asked at once in turns: they meet the same neighbours.
    """
    caller, took = Caller(port), []
    for turn in range(-max(5, times // 10), times):
        path = next(paths)
        start = time.perf_counter()
        caller.send(path)
        caller.receive()
        if turn >= 0:
            took.append((time.perf_counter() - start) * 1000)
    caller.close()
    took.sort()
    own, others = [], []
    for _turn in range(TURNS):
        own.append(at_once(port, paths, seconds / TURNS))
        if beside:
            others.append(at_once(beside, iter(lambda: "/", None), seconds / TURNS))
    p95 = took[max(0, round(len(took) * 0.95) - 1)]
    bare = statistics.median(others) if others else 0.0
    return Load(name, statistics.median(own), statistics.median(took), p95, bare)


def at_once(port: int, paths: Iterator[str], seconds: float) -> float:
    """Return how many requests a second are answered over several connections."""
    callers = [Caller(port) for _ in range(AT_ONCE)]
    by_socket = {one.socket.fileno(): one for one in callers}
    poll = select.epoll()
    for number, one in by_socket.items():
        poll.register(number, select.EPOLLIN)
        one.send(next(paths))
    answered, start = 0, time.perf_counter()
    while (now := time.perf_counter()) - start < seconds:
        for number, _event in poll.poll():
            by_socket[number].receive()
            by_socket[number].send(next(paths))
            answered += 1
    poll.close()
    for one in callers:
        one.receive()  # nothing of this goes on beside what is measured next
        one.close()
    return answered / (now - start)


def psql(engine: Engine, statements: Sequence[str], program: Callable[[str], str]) -> float:
    """Return the median of the milliseconds that psql needs for some statements, one after another, after a first."""
    url, options = engine.url, "-c plan_cache_mode=force_custom_plan -c jit=off -c random_page_cost=1.1"
    host = str(url.query["host"])
    script = "\\timing on\n" + "".join(f"{one};\n" for one in [statements[0], *statements])
    command = [program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", host, "-U", str(url.username)]
    done = subprocess.run(
        [*command, "-d", str(url.database)],
        input=script,
        capture_output=True,
        text=True,
        check=True,
        env={"PGOPTIONS": options, "PATH": "/usr/bin:/bin"},
    )
    return statistics.median(float(one) for one in _TIME.findall(done.stdout)[1:])
