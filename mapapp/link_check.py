"""Looks at the addresses that wait for it, several hosts at a time, each host one address after the other."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from .link_probe import Found, probe
from .queries import links as known
from .writing import links

log = logging.getLogger("mapapp.links")
ONE_AT_A_TIME = 7_240_122  # an advisory lock: one process looks at a time
BATCH = 60  # addresses whose results are written together
HOSTS = 8  # asked at the same time
PAUSE_S = 1.0  # between two questions to one host

Look = Callable[[str], Found]


def check_waiting(engine: Engine, look: Look = probe, pause: float = PAUSE_S) -> dict[str, int] | None:
    """Look at every address that waits; return how many there were of each state, or None when somebody else is at it.
    `pause` is in seconds."""
    lock = {"key": ONE_AT_A_TIME}
    found: dict[str, int] = {}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        if not guard.execute(text("SELECT pg_try_advisory_lock(:key)"), lock).scalar_one():
            return None
        try:
            while True:
                with engine.connect() as connection:
                    waiting = known.waiting(connection, BATCH)
                if not waiting:
                    return found
                looked = _look_at(waiting, look, pause)
                with engine.begin() as connection:
                    links.keep(connection, looked)
                for one in looked.values():
                    found[one.state] = found.get(one.state, 0) + 1
        finally:
            guard.execute(text("SELECT pg_advisory_unlock(:key)"), lock)


def _look_at(addresses: list[str], look: Look, pause: float) -> dict[str, Found]:
    by_host: dict[str, list[str]] = {}
    for address in addresses:
        by_host.setdefault(_host(address), []).append(address)

    def one_host(mine: list[str]) -> dict[str, Found]:
        found = {}
        for number, address in enumerate(mine):
            if number:
                time.sleep(pause)
            try:
                found[address] = look(address)
            except Exception:
                log.exception("cannot look at an address")
                found[address] = Found("unreachable", problem="address")
        return found

    with ThreadPoolExecutor(HOSTS, "links") as pool:
        return {address: one for part in pool.map(one_host, by_host.values()) for address, one in part.items()}


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def start(engine: Engine, look: Look = probe) -> threading.Thread:
    """Look at what waits beside the requests of a server; return the thread."""

    def work() -> None:
        try:
            tally = check_waiting(engine, look)
            log.info("links checked: %s", tally)
        except SQLAlchemyError as error:
            log.warning("links wait: %s", str(error.__cause__ or error).splitlines()[0])

    thread = threading.Thread(target=work, name="links", daemon=True)
    thread.start()
    return thread
