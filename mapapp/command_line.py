"""The command `mapapp`: serve, load, archive, reset, stats, account, mail, photos."""

import argparse
import logging
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from .assets import AssetsMissing
from .cluster import Cluster, ClusterError
from .database import make_engine
from .i18n import LANGUAGES
from .migrating import migrate
from .queries.statistics import counts, is_empty
from .settings import Settings, SettingsError, read_settings
from .writing.restoring import NotRestored

BAR = 28  # characters
EXTENSIONS = (
    "CREATE EXTENSION postgis; CREATE EXTENSION unaccent; CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist;"
)


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """Give the address of the database: the operator's own, or the private cluster, running while the block runs."""
    if settings.database_url:
        yield settings.database_url
        return
    cluster = Cluster(settings.data_dir)
    with cluster.in_use():
        cluster.create_database()
        yield cluster.url()


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    """Give an engine on a database with the tables of this version."""
    with _database(settings) as url:
        engine = make_engine(url, pool_size=2)
        try:
            migrate(engine)
            yield engine
        finally:
            engine.dispose()


def _show_progress(step: str, done: int, total: int) -> None:
    """Draw a progress bar on a terminal; say each step once elsewhere."""
    if sys.stderr.isatty():
        full = BAR * done // max(total, 1)
        print(f"\r{step:<24} [{'#' * full}{'.' * (BAR - full)}] {done}/{total} ", end="", file=sys.stderr, flush=True)
        if done >= total:
            print(file=sys.stderr)
    elif done >= total:
        print(f"{step}: {total}", file=sys.stderr)


def _load(engine: Engine, settings: Settings, folder: Path | None = None, skip_bad_rows: bool = False) -> int:
    from geodata.load import STARTING_DATA, load

    from . import archiving

    if folder is not None and not folder.is_dir():
        try:
            loaded = archiving.load(engine, folder, _show_progress, settings.data_dir)
        except OSError as error:  # nothing there, no right to read it, no space left
            print(f"mapapp: {error.filename or folder}: {error.strerror or error}", file=sys.stderr)
            return 1
        for table, rows in loaded.items():
            print(f"{table}: {rows}")
        return 0
    report = load(engine, folder or STARTING_DATA, skip_bad_rows=skip_bad_rows, progress=_show_progress)
    for line in report.lines():
        print(line)
    return 0 if report.loaded else 1


def _check_address(settings: Settings) -> None:
    """Try whether the site can be opened where it shall be. The workers share their port, so a second site would get
    every other visitor of the first one. Raises SettingsError."""
    try:
        kind, *_rest, where = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what a closed site left is no hindrance
            probe.bind(where)
            probe.listen()
    except OSError as error:
        raise SettingsError(
            f"MAPAPP_PORT={settings.port}: the site cannot be opened at {settings.host} ({error.strerror}). "
            "If another one is open there, end it, or give another port."
        ) from error


def serve(settings: Settings) -> int:
    """Bring the database up to date, fill an empty one with the starting data, and answer until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces

    from .factory import create_app

    _check_address(settings)
    with _database(settings) as url:
        engine = make_engine(url, pool_size=2)
        migrate(engine)
        with engine.connect() as connection:
            empty = is_empty(connection)
        if empty and _load(engine, settings):
            return 1
        _sample_accounts(engine, settings)
        create_app(settings, engine)  # what cannot start is said here, once, not by every worker again and again
        engine.dispose()
        # The workers are processes of their own: they read the same environment.
        os.environ["MAPAPP_RUNNING_DATABASE"] = url
        os.environ["MAPAPP_SECRET_KEY"] = settings.secret_key
        server = Granian(
            "mapapp.wsgi:application",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=settings.workers,
            blocking_threads=4,
            backpressure=64,
            respawn_failed_workers=True,
            workers_kill_timeout=15,  # seconds: one that was told to end twice at once may wait for itself for ever
            log_access=False,
        )
        address = f"http://{settings.host}:{settings.port}/"
        server.on_startup(lambda: print(f"Practice Atlas is open at {address} (Ctrl-C ends it)", flush=True))
        server.serve()
    return 0


def reset(settings: Settings, sure: bool) -> int:
    """Remove the private database and everything in it. A database of the operator's own is never touched."""
    if settings.database_url:
        print("DATABASE_URL is set: empty that database with its own tools.", file=sys.stderr)
        return 1
    if not sure and input(f"Remove the database in {settings.data_dir}? Type yes: ").strip() != "yes":
        print("Nothing was removed.")
        return 1
    cluster = Cluster(settings.data_dir)
    if cluster.data.exists() and cluster.running():
        cluster.stop()
    shutil.rmtree(cluster.data, ignore_errors=True)
    print("Removed. The next start makes a new one from the starting data.")
    return 0


def archive(settings: Settings, engine: Engine, target: Path | None) -> int:
    """Write everything public as one ZIP file; an existing file is not touched."""
    from . import archiving

    path = target or Path(f"practice-atlas-{date.today():%Y-%m-%d}.zip")
    if path.exists():
        print(f"mapapp: {path} is there already; give another name.", file=sys.stderr)
        return 1
    try:
        number = archiving.write(settings, engine, path)
    except OSError as error:  # no such folder, no right to write, no space left
        print(f"mapapp: {path} cannot be written: {error.strerror or error}", file=sys.stderr)
        return 1
    print(f"{path}: {number} files")
    if not settings.base_url:
        print(f"Its links lead to {settings.address}: set MAPAPP_BASE_URL for another address.", file=sys.stderr)
    return 0


def _sample_accounts(engine: Engine, settings: Settings) -> None:
    from .writing import demo

    with engine.begin() as connection:
        if settings.demo:
            demo.open_accounts(connection)
        else:
            demo.close_accounts(connection)
    if settings.demo:
        print("MAPAPP_DEMO=1: everybody may sign in as partner, moderator or admin.", flush=True)


def add_account(engine: Engine, settings: Settings, mail: str, role: str, language: str) -> int:
    """Make an account and print the link by which its owner enters it: whoever has the link has the account."""
    from .writing import accounts, auditing

    try:
        with engine.begin() as connection:
            account_id, key = accounts.prepare(connection, mail, role, language)
            auditing.note(connection, "invited", subject=f"account:{account_id}", role=role, by="command line")
    except accounts.NotInvited as refused:
        said = {
            "mail": f"{mail!r} is no mail address.",
            "known": f"{mail} has an account and a password already.",
            "sample": f"{mail} is kept for a sample account of the demonstration: give the person's own address.",
        }
        print(f"mapapp: {said.get(refused.reason, refused.reason)}", file=sys.stderr)
        return 1
    print("Open this link within seven days to choose a password. It works once:")
    print(accounts.link_to(settings.address, language, key))
    return 0


def reap_photos(engine: Engine, settings: Settings) -> int:
    """Throw out the photos that nothing has named for two days; say how many."""
    from . import mailing

    reaped = mailing.reap(engine, settings)
    print(f"{reaped.photos} photos that nothing names, {reaped.files} files removed")
    return 0


def send_mail(engine: Engine, settings: Settings) -> int:
    """Send the mails that wait, the daily summaries included, and say how many."""
    from . import mailing

    if not settings.smtp_url and not settings.shows_mail:
        print("mapapp: SMTP_URL is not set: mails wait. Give smtp://user:password@host:587.", file=sys.stderr)
        return 1
    mailing.queue_digests(engine, settings)
    tally = mailing.send_due(engine, settings)
    print(tally)
    return 1 if tally.later or tally.given_up else 0


def ask_owners(engine: Engine, settings: Settings) -> int:
    """Ask owners whether their records are still right, mark what nobody answered for, and say how many."""
    from .queries import site
    from .writing import freshness

    with engine.begin() as connection:
        print(freshness.ask_owners(connection, site.read(connection, settings), settings.address))
    return 0


def check_links(engine: Engine) -> int:
    """Look at every web address that a record names, and print those that lead nowhere."""
    from . import link_check
    from .queries import links as known
    from .writing import links

    with engine.begin() as connection:
        number = links.queue(connection)
    print(f"Looking at {number} addresses; this takes some minutes.", flush=True)
    if link_check.check_waiting(engine) is None:
        print("mapapp: somebody else is looking already; see the administration.", file=sys.stderr)
        return 1
    with engine.connect() as connection:
        for link in known.listed(connection, ("gone", "unreachable", "forbidden"), "en"):
            print(f"{link.state:<12} {link.status or link.problem or '':<12} {link.address}")
    return 0


def stats(engine: Engine) -> int:
    """Print how many records of each kind the database holds."""
    with engine.connect() as connection:
        for name, number in counts(connection):
            print(f"{name:<16} {number:>8}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mapapp", description="Practice Atlas: serve, fill, empty and count it.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("serve", help="start the site (database included, unless DATABASE_URL names yours)")
    load = commands.add_parser("load", help="load the starting data, a folder of files in the same form, or an archive")
    load.add_argument(
        "folder", nargs="?", type=Path, help="folder with the CSV files, or, into an empty database, an archive"
    )
    load.add_argument("--skip-bad-rows", action="store_true", help="load what is right even if some rows are not")
    kept = commands.add_parser("archive", help="write everything public as one ZIP: pages, files, tables, checksums")
    kept.add_argument("file", nargs="?", type=Path, help="the file to write (practice-atlas-DATE.zip)")
    empty = commands.add_parser("reset", help="remove the private database")
    empty.add_argument("--yes", action="store_true", help="do not ask")
    commands.add_parser("stats", help="count the records")
    photos = commands.add_parser("photos", help="look after photos").add_subparsers(dest="what", required=True)
    photos.add_parser("reap", help="remove photos that neither a practice nor a proposal names (serve does it too)")
    outbox = commands.add_parser("mail", help="send mails").add_subparsers(dest="what", required=True)
    outbox.add_parser("send", help="send those that wait; `serve` does so by itself")
    commands.add_parser("freshness", help="ask owners whether their records are still right; `serve` does so by itself")
    dead = commands.add_parser("links", help="find web addresses that lead nowhere").add_subparsers(
        dest="what", required=True
    )
    dead.add_parser("check", help="ask for each once and print those that lead nowhere")
    account = commands.add_parser("account", help="make an account").add_subparsers(dest="what", required=True)
    add = account.add_parser("add", help="make one, and print the link by which its owner enters it")
    add.add_argument("mail", help="mail address")
    add.add_argument("--role", choices=("partner", "moderator", "admin"), required=True)
    add.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help="language of the mails to them")
    return parser


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]


def _with_database(asked: argparse.Namespace, engine: Engine, settings: Settings) -> int:
    """Run a command that needs the database."""
    if asked.command == "account":
        return add_account(engine, settings, asked.mail, asked.role, asked.language)
    if asked.command == "photos":
        return reap_photos(engine, settings)
    if asked.command == "mail":
        return send_mail(engine, settings)
    if asked.command == "freshness":
        return ask_owners(engine, settings)
    if asked.command == "links":
        return check_links(engine)
    if asked.command == "load":
        return _load(engine, settings, asked.folder, asked.skip_bad_rows)
    if asked.command == "archive":
        return archive(settings, engine, asked.file)
    return stats(engine)


def main(words: list[str] | None = None) -> int:
    """Run one command; returns the exit status. Every foreseeable failure is one line that says what to do."""
    asked = _parser().parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = read_settings(os.environ)
        if asked.command == "serve":
            return serve(settings)
        if asked.command == "reset":
            return reset(settings, asked.yes)
        with _engine(settings) as engine:
            return _with_database(asked, engine, settings)
    except (SettingsError, ClusterError, AssetsMissing, NotRestored) as error:
        print(f"mapapp: {error}", file=sys.stderr)
    except OperationalError as error:
        print(f"mapapp: the database does not answer: {_first_line(error)}", file=sys.stderr)
    except ProgrammingError as error:
        hint = f"A superuser prepares it once: {EXTENSIONS}" if "extension" in str(error.orig) else ""
        print(f"mapapp: the database refuses: {_first_line(error)} {hint}".rstrip(), file=sys.stderr)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
