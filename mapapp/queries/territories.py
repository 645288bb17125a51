"""NUTS territories by code: their names and what they lie in."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from ..models.territory import Territory


class Named(NamedTuple):
    """A NUTS unit in words. `country` is ISO 3166-1; `level` 0 (country) to 3."""

    code: str
    name: str
    country: str
    level: int


def named(connection: Connection, codes: Iterable[str]) -> dict[str, Named]:
    """Return the territories of the codes that exist, by code."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    query = select(Territory.code, Territory.name_latin, Territory.country, Territory.level).where(
        Territory.code.in_(wanted)
    )
    return {row.code: Named(*row) for row in connection.execute(query)}
