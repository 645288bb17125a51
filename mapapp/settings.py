"""The environment, read once into one frozen value; a bad value stops the start with one clear line."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

# A host, and below which path of it; no step of the path is `.` or `..`, which browsers take out.
PLAIN_ADDRESS = re.compile(r"https?://[^/?#\s\\]+(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._~-]+)*")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the message names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set. Each field is the variable MAPAPP_<FIELD> unless said otherwise."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    data_dir: Path = Path("var")
    database_url: str = ""  # DATABASE_URL; empty: the private cluster in data_dir
    secret_key: str = ""
    base_url: str = ""  # empty: taken from the request
    trusted_proxies: int = 0
    site_name: str = "Practice Atlas"
    contact: str = ""  # a mail address or web address shown to visitors
    operator: str = ""  # who answers for this site: shown in the imprint
    smtp_url: str = ""  # SMTP_URL; empty: mails wait, or are shown (see shows_mail)
    mail_from: str = ""  # the address that mails come from
    demo: bool = False  # sample accounts that everybody may use, and a banner that says so

    @property
    def address(self) -> str:
        """The address that mails lead to. Never taken from a request, whose Host header anybody may write."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"

    @property
    def prefix(self) -> str:
        """The path below which the site lies on its host (/atlas); empty where it has the host to itself."""
        _host, slash, path = self.base_url.partition("://")[2].partition("/")
        return slash + path

    @property
    def sender(self) -> str:
        """The mail address that mails come from."""
        if self.mail_from:
            return self.mail_from
        if "@" in self.contact and "/" not in self.contact:
            return self.contact
        return f"noreply@{urlsplit(self.address).hostname}"

    @property
    def tried_out(self) -> bool:
        """Whether one person tries the site out on their own machine: nothing says that it is open to others."""
        public = self.base_url or self.trusted_proxies or self.database_url
        return not public and self.host in LOOPBACK

    @property
    def shows_mail(self) -> bool:
        """Whether mails are shown instead of sent: only where one person tries the site out on their own machine."""
        return not self.smtp_url and self.tried_out


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingsError(
            f"{name}={text!r}: give a whole number from {low} to {high}, or leave it out for {default}."
        )
    return int(text)


def _switch(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "").strip()
    if text not in ("", "0", "1"):
        raise SettingsError(f"{name}={text!r}: give 1 for yes, or leave it out for no.")
    return text == "1"


def _web_address(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "").strip().rstrip("/")
    if text and not text.startswith(("http://", "https://")):
        raise SettingsError(f"{name}={text!r}: give a full address such as https://atlas.example.org, or leave it out.")
    if text and not PLAIN_ADDRESS.fullmatch(text):
        raise SettingsError(
            f"{name}={text!r}: after the host may stand a path of letters, digits and .-_~ and nothing else, "
            "such as https://region.example/atlas."
        )
    return text


def _database_url(env: Mapping[str, str]) -> str:
    text = env.get("DATABASE_URL", "").strip()
    for short in ("postgres://", "postgresql://"):
        if text.startswith(short):
            text = "postgresql+psycopg://" + text.removeprefix(short)
    if text and not text.startswith("postgresql+psycopg://"):
        raise SettingsError(
            "DATABASE_URL: give a PostgreSQL address such as postgresql://user:password@host/database, "
            "or leave it out to use the private database."
        )
    return text


def _smtp_url(env: Mapping[str, str]) -> str:
    text = (env.get("SMTP_URL", "") or env.get("MAPAPP_SMTP_URL", "")).strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        good = False
    if not good:  # what was given may hold a password: it is not repeated
        raise SettingsError(
            "SMTP_URL: give an address such as smtp://user:password@mail.example.org:587, or leave it out."
        )
    return text


def _mail_address(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "").strip()
    if text and not re.fullmatch(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+", text):
        raise SettingsError(f"{name}={text!r}: give a mail address such as atlas@example.org, or leave it out.")
    return text


def _kept_secret(data_dir: Path) -> str:
    """Return the secret key of this installation, made on the first start and readable by its owner only."""
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"MAPAPP_DATA_DIR={str(data_dir)!r}: cannot keep the secret key there ({error.strerror})."
        ) from error


def read_settings(env: Mapping[str, str]) -> Settings:
    """Return the settings of an environment.

    Raises SettingsError naming the variable and the remedy. Makes and keeps a secret key in the data folder
    unless the operator brings a database, in which case the key must come with it (several machines share one).
    """
    data_dir = Path(env.get("MAPAPP_DATA_DIR", "").strip() or "var").absolute()
    database_url = _database_url(env)
    secret_key = env.get("MAPAPP_SECRET_KEY", "").strip()
    if database_url and not secret_key:
        raise SettingsError("MAPAPP_SECRET_KEY: needed with DATABASE_URL; give at least 32 random characters.")
    if secret_key and len(secret_key) < 32:
        raise SettingsError("MAPAPP_SECRET_KEY: too short; give at least 32 random characters.")
    return Settings(
        host=env.get("MAPAPP_HOST", "").strip() or "127.0.0.1",
        port=_number(env, "MAPAPP_PORT", 8000, 1, 65535),
        workers=_number(env, "MAPAPP_WORKERS", 2, 1, 64),
        data_dir=data_dir,
        database_url=database_url,
        secret_key=secret_key or _kept_secret(data_dir),
        base_url=_web_address(env, "MAPAPP_BASE_URL"),
        trusted_proxies=_number(env, "MAPAPP_TRUSTED_PROXIES", 0, 0, 9),
        site_name=env.get("MAPAPP_SITE_NAME", "").strip() or "Practice Atlas",
        contact=env.get("MAPAPP_CONTACT", "").strip(),
        operator=env.get("MAPAPP_OPERATOR", "").strip(),
        smtp_url=_smtp_url(env),
        mail_from=_mail_address(env, "MAPAPP_MAIL_FROM"),
        demo=_switch(env, "MAPAPP_DEMO"),
    )
