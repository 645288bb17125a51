"""What the insights page counts that no search asks for: start years and confirmations of the published practices."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ..models.practice import Practice


class Started(NamedTuple):
    """How many practices began in a year; None stands for those whose sources do not say."""

    year: int | None
    number: int


class Freshness(NamedTuple):
    """How many practices there are, and how many of them their owners have confirmed."""

    total: int
    confirmed: int


def start_years(connection: Connection) -> list[Started]:
    """Return the number of practices by start year, the earliest first, the unknown last."""
    query = (
        select(Practice.start_year, func.count())
        .group_by(Practice.start_year)
        .order_by(Practice.start_year.asc().nulls_last())
    )
    return [Started(*row) for row in connection.execute(query)]


def freshness(connection: Connection) -> Freshness:
    """Return how many practices are confirmed by their owners."""
    return Freshness(*connection.execute(select(func.count(), func.count(Practice.confirmed_on))).one())
