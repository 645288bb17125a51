"""The private server: made once, found again, stopped by whoever started it."""

import shutil
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from mapapp.cluster import FOR_TESTS, Cluster


@pytest.fixture
def folder():
    # Not pytest's own folder: the user postgres must be able to enter it when the tests run as root.
    path = Path(tempfile.mkdtemp(prefix="atlas-cluster-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def ask(cluster, statement):
    with create_engine(cluster.url(), poolclass=NullPool).connect() as connection:
        found = connection.execute(text(statement))
        value = found.scalar() if found.returns_rows else None
        connection.commit()
        return value


def test_the_last_user_stops_the_server_and_the_next_one_finds_the_data_again(folder):
    cluster = Cluster(folder, FOR_TESTS)
    with cluster.in_use():
        cluster.create_database()
        cluster.create_database()
        ask(cluster, "CREATE TABLE kept AS SELECT 7 AS number")
        with Cluster(folder, FOR_TESTS).in_use():
            assert ask(cluster, "SELECT number FROM kept") == 7
        assert cluster.running()
    assert not cluster.running()
    with cluster.in_use():
        assert ask(cluster, "SELECT number FROM kept") == 7
        assert ask(cluster, "SHOW listen_addresses") == ""


def test_a_server_left_behind_by_a_killed_process_is_stopped_by_the_next_user(folder):
    cluster = Cluster(folder, FOR_TESTS)
    cluster.start()
    with cluster.in_use():
        pass
    assert not cluster.running()


def test_a_half_made_data_folder_is_made_anew(folder):
    half = folder / "postgres"
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    cluster = Cluster(folder, FOR_TESTS)
    with cluster.in_use():
        assert cluster.running()


def test_a_deep_data_folder_still_gets_a_socket_path_that_fits():
    cluster = Cluster(Path("/srv") / ("deep" * 40))
    assert len(f"{cluster.socket}/.s.PGSQL.5432") < 107
