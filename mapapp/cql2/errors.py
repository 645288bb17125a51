"""What is wrong with an expression, and how much of one is read at all."""

MOST_CHARACTERS = 50_000
#: Levels of brackets, functions and operators inside one another. Every reader counts them, so that no expression,
#: however hostile, exhausts the stack of the reader, of the compiler or of PostgreSQL.
MOST_LEVELS = 32
MOST_NODES = 4_000


class Cql2Error(ValueError):
    """An expression that cannot be answered; the message says why, in English, for the developer who wrote it."""


class Budget:
    """Counts the levels and nodes of one expression while it is read."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self.level = 0
        self.nodes = 0

    def __enter__(self) -> "Budget":
        self.deeper()
        return self

    def __exit__(self, *_error: object) -> None:
        self.level -= 1

    def deeper(self) -> None:
        """Go one level down; raises Cql2Error where there are too many."""
        self.level += 1
        self.nodes += 1
        if self.level > MOST_LEVELS:
            raise Cql2Error(f"more than {MOST_LEVELS} levels inside one another")
        if self.nodes > MOST_NODES:
            raise Cql2Error(f"more than {MOST_NODES} parts")
