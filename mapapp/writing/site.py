"""What admins say of the site, written: name, contact, texts per language, how owners are asked."""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from ..models.account import SiteSetting
from . import auditing


class Acting(Protocol):
    """Who acts: anything with the id of an account."""

    @property
    def id(self) -> int:
        """Return the id of the account."""


def change(
    connection: Connection, actor: Acting, values: Mapping[tuple[str, str], str | None], *, address: str | None = None
) -> list[str]:
    """Write settings by (name, language; empty for all languages); None takes one away, so that the environment's
    counts again. Return the names that changed. `address` is the actor's, for the log."""
    there = {
        (name, language): value
        for name, language, value in connection.execute(
            select(SiteSetting.name, SiteSetting.language, SiteSetting.value).with_for_update()
        )
    }
    changed = {key: value for key, value in values.items() if there.get(key) != value}
    for (name, language), value in changed.items():
        if value is None:
            connection.execute(delete(SiteSetting).where(SiteSetting.name == name, SiteSetting.language == language))
            continue
        statement = upsert(SiteSetting).values(name=name, language=language, value=value)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name", "language"], set_={"value": value, "changed_at": func.now()}
            )
        )
    names = sorted(f"{name}:{language}" if language else name for name, language in changed)
    if names:
        auditing.note(connection, "site_changed", account_id=actor.id, address=address, settings=names)
    return names
