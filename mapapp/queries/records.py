"""Records of any kind that can be proposed: as values now, as values at an earlier version, and former ones."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, select

from ..models.practice import Practice
from ..models.proposal import FormerRecord, Proposal
from ..models.service import Service
from . import values
from .values import Known


class Former(NamedTuple):
    """A record that is public no more: where its address leads now (a slug of the same kind), or why it is gone.
    `leads_on` says that the record it leads to is public itself."""

    moved_to: str | None
    reason: str | None
    at: datetime
    leads_on: bool


def known(connection: Connection, kind: str, slug: str, said: Mapping[str, Any] | None = None) -> Known | None:
    """Return a published record as values with its version, or None. The slug of an evaluation is that of its practice;
    `said` are then the values that name its framework and evaluator."""
    if kind == "practice":
        return values.of_practice(connection, slug)
    if kind == "service":
        return values.of_service(connection, slug)
    said = said or {}
    return values.of_evaluation(connection, slug, said.get("framework") or "REGIN", said.get("evaluator"))


def at_version(connection: Connection, kind: str, slug: str, version: int) -> Mapping[str, Any] | None:
    """Return a record's values at an earlier version, as an approved proposal published or replaced them, or None."""
    made = select(Proposal.values).where(
        Proposal.kind == kind,
        Proposal.slug == slug,
        Proposal.state == "approved",
        Proposal.action.in_(("create", "change")),
        Proposal.published_version == version,
    )
    replaced = select(Proposal.base).where(
        Proposal.kind == kind,
        Proposal.slug == slug,
        Proposal.base_version == version,
        Proposal.base.is_not(None),
    )
    for query in (made, replaced):
        found = connection.execute(query.order_by(Proposal.id).limit(1)).scalar_one_or_none()
        if found:
            return dict(found)
    return None


def former(connection: Connection, kind: str, slug: str) -> Former | None:
    """Return what became of a record that is public no more, or None where there never was one."""
    table = Service if kind == "service" else Practice
    leads_on = exists().where(table.slug == FormerRecord.moved_to)
    query = select(FormerRecord.moved_to, FormerRecord.reason, FormerRecord.at, leads_on).where(
        FormerRecord.kind == kind, FormerRecord.slug == slug
    )
    row = connection.execute(query).one_or_none()
    return Former(*row) if row else None
