"""Migrations: they make what the models say, and go down and up again on real data."""

import pytest
from alembic import command
from sqlalchemy import inspect, text

from mapapp import models  # noqa: F401 - fills the metadata
from mapapp.database import Base
from mapapp.migrating import alembic_config, migrate


def run(engine, act, *words):
    config = alembic_config()
    with engine.connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.commit()
        config.attributes["connection"] = connection
        act(config, *words)
        connection.commit()


def counts(engine):
    with engine.connect() as connection:
        return {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in Base.metadata.tables
        }


def test_the_migrations_make_what_the_models_say(engine):
    run(engine, command.check)


def test_every_constraint_of_the_models_is_in_the_database(engine):
    found = inspect(engine)
    for table in Base.metadata.tables.values():
        named = {str(constraint["name"]) for constraint in found.get_check_constraints(table.name)}
        wanted = {
            str(constraint.name) for constraint in table.constraints if type(constraint).__name__ == "CheckConstraint"
        }
        assert wanted <= named, table.name


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_down_and_up_again_works_on_data(atlas_engine):
    before = counts(atlas_engine)
    run(atlas_engine, command.downgrade, "44d7fd4711db")
    with atlas_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM practice")).scalar_one() == before["practice"]
    migrate(atlas_engine)
    assert counts(atlas_engine)["practice_text"] == before["practice_text"]
    run(atlas_engine, command.downgrade, "base")
    assert not set(Base.metadata.tables) & set(inspect(atlas_engine).get_table_names())
    migrate(atlas_engine)
    run(atlas_engine, command.check)
