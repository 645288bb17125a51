"""The headers that every answer carries, static files and errors included."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# `default` lets only Leaflet's own constant markup through; `fragments` takes what our own server sent as a page.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types default fragments"
)
#: What answers at the one address that is made for the frames of other sites carry instead.
IN_FRAMES = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *"),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
)
HTTPS_ONLY = (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),)


def secured(application: "WSGIApplication", whole_host: bool) -> "WSGIApplication":
    """Return the application with the headers added to each of its answers; what an answer says itself stays. Whether
    all of a host, and the hosts below it, are to be reached by https only is for the site to say that has the whole
    host."""
    over_https = HEADERS + HTTPS_ONLY if whole_host else HEADERS

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        wanted = over_https if environ.get("wsgi.url_scheme") == "https" else HEADERS

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            there = {name.lower() for name, _value in headers}
            return start_response(status, [*headers, *(one for one in wanted if one[0].lower() not in there)], *error)

        return application(environ, start)

    return answer
