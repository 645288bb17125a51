"""Looks whether a web address still leads anywhere, and never asks a machine that is not public.

A name is resolved first, and the connection goes to the very address that was found to be public: a name that means
something else a moment later reaches nothing. Every redirect is looked at anew. Nothing of an answer's body is read.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from threading import Timer
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

TIMEOUT_S = 8.0  # for each step
DEADLINE_S = 20.0  # for an address with all of its redirects
MOST_REDIRECTS = 5
PORTS = frozenset((80, 443, 8000, 8080, 8443))
REDIRECTS = frozenset((301, 302, 303, 307, 308))
GONE = frozenset((404, 410))
AGENT = "Mozilla/5.0 (compatible; PracticeAtlas link check)"
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Addresses of sites of old (RFC 3879) and for documentation (RFC 9637), which Python takes for public ones.
_NOT_PUBLIC = (ipaddress.IPv6Network("fec0::/10"), ipaddress.IPv6Network("3fff::/20"))


class Forbidden(Exception):
    """An address that must not be asked."""


class Found(NamedTuple):
    """What came of a look. `state` is one of models.link.LINK_STATES but waiting: works; gone (404, 410); unreachable
    (no such name, no answer, an error of the server); refused (programs are not let in, so nothing is known); forbidden
    (no public machine). `status` is the last HTTP status, `problem` a short word."""

    state: str
    status: int | None = None
    problem: str | None = None


Resolve = Callable[[str, int], list[str]]


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to a machine on the public internet, also when another is wrapped in it."""
    one = ipaddress.ip_address(address.split("%")[0])
    if isinstance(one, ipaddress.IPv6Address):
        inner = [one.ipv4_mapped, one.sixtofour, *(one.teredo or ())]
        if one in _NAT64:
            inner.append(ipaddress.IPv4Address(int(one) & 0xFFFFFFFF))
        if any(wrapped is not None and not is_public(str(wrapped)) for wrapped in inner):
            return False
        if one.ipv4_mapped is not None:
            return True
        if any(one in network for network in _NOT_PUBLIC):
            return False
    return one.is_global and not one.is_multicast and not one.is_reserved


def public_addresses(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host. Raises Forbidden when one of them is not public, or the port is none that web
    sites use; OSError when there is no such name."""
    if port not in PORTS:
        raise Forbidden("port")
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(map(is_public, found)):
        raise Forbidden("address")
    return list(dict.fromkeys(found))


class _Asking:
    """One request at a time to addresses that were resolved before; ended from outside when the time is over."""

    def __init__(self, deadline: float) -> None:
        self.socket: socket.socket | None = None
        self.over = False
        self.timer = Timer(deadline, self._end)
        self.timer.daemon = True
        self.timer.start()

    def _end(self) -> None:
        self.over = True
        if self.socket is not None:
            with suppress(OSError):  # closed already
                self.socket.shutdown(socket.SHUT_RDWR)

    def ask(self, secure: bool, host: str, port: int, addresses: list[str], path: str) -> tuple[int, str | None]:
        """Return the status of an answer and where it redirects to."""
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        try:
            connection.sock = self.socket = self._connect(addresses, port)
            if secure:
                context = ssl.create_default_context()
                wrapped = context.wrap_socket(self.socket, server_hostname=host, do_handshake_on_connect=False)
                connection.sock = self.socket = wrapped
                wrapped.do_handshake()
                connection.default_port = 443  # so that the Host header names no port
            if self.over:
                raise TimeoutError
            connection.request("GET", path, headers={"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"})
            answer = connection.getresponse()
            if self.over:  # cut off by us: what came until then is no answer
                raise TimeoutError
            return answer.status, answer.getheader("Location")
        finally:
            connection.close()
            if self.socket is not None:
                self.socket.close()

    @staticmethod
    def _connect(addresses: list[str], port: int) -> socket.socket:
        failure: OSError = OSError("no address")
        for address in addresses[:2]:
            try:
                return socket.create_connection((address, port), TIMEOUT_S)
            except OSError as error:
                failure = error
        raise failure


def _split(address: str) -> tuple[bool, str, int, str]:
    """Return whether an address is https, its host, port and path. Raises ValueError for no web address."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(address)
    secure = parts.scheme == "https"
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]") if parts.query else ""
    )
    return secure, host, parts.port or (443 if secure else 80), path


def probe(address: str, resolve: Resolve = public_addresses, deadline: float = DEADLINE_S) -> Found:
    """Return what came of asking for a web address. `resolve` says where a host may be asked (see `public_addresses`:
    nothing else is right outside of tests); `deadline` is in seconds."""
    asking = _Asking(deadline)
    try:
        return _follow(asking, address, resolve)
    except Forbidden as error:
        return Found("forbidden", problem=str(error))
    except socket.gaierror:
        return Found("unreachable", problem="name")
    except ssl.SSLError:
        return Found("unreachable", problem="certificate")
    except (OSError, http.client.HTTPException) as error:
        slow = asking.over or isinstance(error, TimeoutError)
        return Found("unreachable", problem="timeout" if slow else "connection")
    except ValueError:  # UnicodeError is one
        return Found("unreachable", problem="address")
    finally:
        asking.timer.cancel()


def _follow(asking: _Asking, address: str, resolve: Resolve) -> Found:
    for _ in range(MOST_REDIRECTS + 1):
        secure, host, port, path = _split(address)
        status, location = asking.ask(secure, host, port, resolve(host, port), path)
        if status in REDIRECTS and location:
            address = urljoin(address, location)
            continue
        if status < 400:
            return Found("works", status)
        if status in GONE:
            return Found("gone", status)
        return Found("unreachable", status, "server") if status >= 500 else Found("refused", status)
    return Found("unreachable", problem="redirects")
