"""The headers that every answer carries, static files and errors included."""

from typing import Any, Protocol

# Two Trusted Types policies: `default` lets only Leaflet's own constant markup through, `fragments` only what this site
# answered as a page.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types default fragments"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


class Headers(Protocol):
    """A mapping of headers, Werkzeug's or a plain one."""

    def setdefault(self, name: str, value: Any, /) -> Any:
        """Set a header that is not there."""


def secure(headers: Headers, https: bool) -> None:
    """Add the headers to an answer; what a view set itself stays."""
    for name, value in (HEADERS | HTTPS_ONLY if https else HEADERS).items():
        headers.setdefault(name, value)
