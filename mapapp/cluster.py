"""The private PostGIS server for trying out and for tests: made, started and stopped by us, on a unix socket only."""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NEEDED = "PostgreSQL with PostGIS is needed: apt-get install postgresql-15-postgis-3"

# Durability costs nothing a visitor notices; tests do not need it.
DURABLE = {
    "listen_addresses": "''",
    "shared_buffers": "256MB",
    "max_connections": "60",
    "jit": "off",
    "work_mem": "32MB",
    "max_wal_size": "2GB",
    "log_min_duration_statement": "-1",
}
FOR_TESTS = DURABLE | {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class ClusterError(RuntimeError):
    """The private server cannot be made or started; the message says why and what to do."""


def program(name: str) -> str:
    """Return the path of a PostgreSQL program of the newest installed version that has PostGIS."""
    for bin_dir in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -float(p.parent.name)):
        version = bin_dir.parent.name
        if (bin_dir / name).exists() and Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            return str(bin_dir / name)
    raise ClusterError(NEEDED)


class Cluster:
    """One private server: data under `folder`/postgres, socket in a short folder of its own.

    PostgreSQL refuses root, so as root every program runs as the user `postgres`, which the Debian package makes.
    """

    def __init__(self, folder: Path, options: dict[str, str] | None = None) -> None:
        """Describe the cluster in `folder` (made when missing); nothing is started yet."""
        self.data = folder.absolute() / "postgres"
        self.options = DURABLE if options is None else options
        # A socket path must stay under 107 bytes, however deep the data folder lies.
        name = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        self.socket = Path(tempfile.gettempdir()) / f"practice-atlas-{os.getuid()}-{name}"
        self._as: dict[str, Any] = {"cwd": "/"}
        self.owner = os.getuid()
        if os.getuid() == 0:
            try:
                entry = pwd.getpwnam("postgres")
            except KeyError:
                raise ClusterError(NEEDED) from None
            self.owner = entry.pw_uid
            self._as |= {"user": "postgres", "group": "postgres", "extra_groups": []}

    def url(self, database: str = "atlas") -> str:
        """Return the SQLAlchemy address of a database of this server."""
        return f"postgresql+psycopg://atlas@/{database}?host={self.socket}"

    def _run(self, *words: str) -> None:
        done = subprocess.run(words, capture_output=True, text=True, check=False, **self._as)
        if done.returncode:
            raise ClusterError(f"{Path(words[0]).name} failed: {(done.stderr or done.stdout).strip()[-600:]}")

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.owner, -1)
        folder.chmod(0o700)

    def make(self) -> None:
        """Make the data folder unless it is there. A half-made one is made anew."""
        if (self.data / "PG_VERSION").exists() and (self.data / "made").exists():
            return
        if self.data.exists():
            shutil.rmtree(self.data)
        self._own(self.data)
        if os.getuid() == 0:
            self._check_reachable()
        self._run(
            program("initdb"),
            "-D",
            str(self.data),
            "-U",
            "atlas",
            "-A",
            "trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=icu",
            "--icu-locale=und",
            "--no-instructions",
        )
        (self.data / "made").touch()

    def _make_socket_folder(self) -> None:
        """Make the folder of the socket. Its place can be guessed, so what is there already must be ours."""
        try:
            self.socket.mkdir(mode=0o700)
        except FileExistsError:
            found = self.socket.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (self.owner, os.getuid()):
                raise ClusterError(f"{self.socket} belongs to somebody else: remove it, or set TMPDIR.") from None
        os.chown(self.socket, self.owner, -1, follow_symlinks=False)

    def _check_reachable(self) -> None:
        reach = subprocess.run(["/usr/bin/test", "-w", str(self.data)], check=False, **self._as)
        if reach.returncode:
            raise ClusterError(
                f"the user postgres cannot reach {self.data}: set MAPAPP_DATA_DIR to a folder below one that every "
                "user may enter (such as /srv/atlas), or do not run as root."
            )

    def running(self) -> bool:
        """Tell whether a server runs on this data folder."""
        done = subprocess.run(
            [program("pg_ctl"), "-D", str(self.data), "status"], capture_output=True, check=False, **self._as
        )
        return done.returncode == 0

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Hold the server running while the block runs. Several processes may; the last one to leave stops it."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with open(f"{self.data}.door", "a") as door, open(f"{self.data}.users", "a") as users:
            # One at a time through the door, in and out; inside, everybody holds a share of the users' lock.
            fcntl.flock(door, fcntl.LOCK_EX)
            self.start()
            fcntl.flock(users, fcntl.LOCK_SH)
            fcntl.flock(door, fcntl.LOCK_UN)
            try:
                yield
            finally:
                fcntl.flock(door, fcntl.LOCK_EX)
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()
                except BlockingIOError:
                    pass  # somebody else still uses it

    def start(self) -> None:
        """Start the server, made when missing, unless it runs already."""
        self.make()
        self._make_socket_folder()
        if self.running():
            return
        options = " ".join(f"-c {key}={value}" for key, value in self.options.items())
        self._run(
            program("pg_ctl"),
            "-D",
            str(self.data),
            "-l",
            str(self.data / "server.log"),
            "-w",
            "-t",
            "30",
            "-o",
            f"-k {self.socket} {options}",
            "start",
        )

    def stop(self) -> None:
        """Stop the server and wait for it; open connections are closed."""
        self._run(program("pg_ctl"), "-D", str(self.data), "-w", "-t", "30", "-m", "fast", "stop")
        shutil.rmtree(self.socket, ignore_errors=True)

    def create_database(self, name: str = "atlas", template: str = "template0") -> None:
        """Create a database unless it is there; from another template it is a file copy."""
        psql = [
            program("psql"),
            "-h",
            str(self.socket),
            "-U",
            "atlas",
            "-d",
            "postgres",
            "-v",
            "ON_ERROR_STOP=1",
            "-qAtX",
            "-c",
        ]
        done = subprocess.run(
            [*psql, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"],  # noqa: S608 names of our own
            capture_output=True,
            text=True,
            check=True,
            **self._as,
        )
        if not done.stdout.strip():
            self._run(*psql, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
