"""Engine, session and declarative base with its naming convention."""

from sqlalchemy import Engine, MetaData, create_engine, event
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


def make_engine(url: str, pool_size: int = 8) -> Engine:
    """Return an engine for a PostGIS address. A server that is away is noticed within two seconds."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        pool_timeout=2,
        pool_pre_ping=False,
        connect_args={
            "connect_timeout": 2,
            "tcp_user_timeout": 4000,
            "options": OPTIONS,
            "application_name": "practice-atlas",
        },
    )


def reading(engine: Engine) -> Engine:
    """Return the engine for reading without transactions: no BEGIN and no ROLLBACK go to and fro around a question.

    A named cursor needs a transaction: an export takes its connection from the engine itself.
    """
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def make_session(engine: Engine) -> sessionmaker[Session]:
    """Return the session factory of an engine; rows stay usable after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


class StatementCount:
    """Counts the statements an engine runs inside a `with` block; tests hold pages to a constant number."""

    def __init__(self, engine: Engine) -> None:
        """Watch `engine`; nothing is counted before the block is entered."""
        self.engine = engine
        self.statements: list[str] = []

    def _note(self, _conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.statements.append(statement)

    def __enter__(self) -> "StatementCount":
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)
