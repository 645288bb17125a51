"""Runs the migrations on the engine it is given (mapapp.migrating) or on DATABASE_URL."""

import os

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, create_engine, pool

import mapapp.models  # noqa: F401
from mapapp.database import Base


def migrate(connection: Connection) -> None:
    """Run the migrations inside one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=alembic_helpers.include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool).connect() as own:
        migrate(own)
