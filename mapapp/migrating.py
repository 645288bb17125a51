"""Brings a database to the tables this version needs."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

ROOT = Path(__file__).parent.parent
ONE_AT_A_TIME = 7_240_117  # an advisory lock, so that two starting servers do not migrate at once


def alembic_config() -> Config:
    """Return the Alembic configuration of this project."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


@cache
def _newest() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(alembic_config()).get_heads())


def is_current(connection: Connection) -> bool:
    """Tell whether a database has the tables of this version."""
    return MigrationContext.configure(connection).get_current_heads() == _newest()


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the migrations up to `revision`; a second caller waits for the first and then finds nothing to do."""
    config = alembic_config()
    with engine.connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})")
        connection.commit()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
            connection.commit()
        finally:
            connection.rollback()
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({ONE_AT_A_TIME})")
            connection.commit()
