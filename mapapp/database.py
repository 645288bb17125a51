"""Engine, session and declarative base with its naming convention."""

from typing import Any

from sqlalchemy import URL, Connection, Engine, MetaData, QueuePool, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

# No statement of a visitor may hold a worker for long; generic plans are worse for skewed filters (DESIGN §5).
OPTIONS = (
    "-c statement_timeout=8000 -c plan_cache_mode=force_custom_plan -c jit=off -c timezone=UTC -c search_path=public "
    "-c random_page_cost=1.1"  # indexes are in memory or on solid state; the default would read whole documents instead
)


class Base(DeclarativeBase):
    """The declarative base; every constraint has a predictable name, so that migrations can drop it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def make_engine(url: str | URL, pool_size: int = 8, **more: Any) -> Engine:
    """Return an engine for a PostGIS address. A server that is away is noticed within two seconds."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        pool_timeout=2,
        pool_use_lifo=True,  # the connection used last has what it needs at hand, in its process of the server too
        pool_pre_ping=False,
        connect_args={
            "connect_timeout": 2,
            "tcp_user_timeout": 4000,
            "options": OPTIONS,
            "application_name": "practice-atlas",
        },
        **more,
    )


def reading(engine: Engine) -> Engine:
    """Return an engine of the same database for reading without transactions: nothing surrounds a question.

    Its connections are its own: taken from the other engine, each would be told so at every request, and would forget
    its prepared statements. They are closed with those of the other engine. A named cursor needs a transaction: an
    export takes its connection from the other engine.
    """
    size = engine.pool.size() if isinstance(engine.pool, QueuePool) else 1
    reader = make_engine(engine.url, size, isolation_level="AUTOCOMMIT")
    event.listen(engine, "engine_disposed", lambda _disposed: reader.dispose())
    return reader


def make_session(engine: Engine) -> sessionmaker[Session]:
    """Return the session factory of an engine; rows stay usable after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


class StatementCount:
    """Counts the statements that a database is asked inside a `with` block; tests hold pages to a constant number."""

    def __init__(self, engine: Engine) -> None:
        """Watch the database of `engine`; nothing is counted before the block is entered."""
        self.engine = engine
        self.statements: list[str] = []

    def _note(self, connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if connection.engine.url == self.engine.url:  # whoever reads and whoever writes
            self.statements.append(statement)

    def __enter__(self) -> "StatementCount":
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)
