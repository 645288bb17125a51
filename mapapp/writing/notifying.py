"""Who is told what when a proposal takes a step: the mails of moderation. Nobody gets a mail about their own step."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from ..models.account import Account, Member, Organisation
from ..models.practice import Practice, PracticeText
from ..models.proposal import ProposalStep
from ..queries.in_language import preference
from . import mail
from .mail import Receiver, Site
from .stepping import CAN_ACT

AUTHOR_PAGE = "{site}/{lang}/contribute/proposals/{id}"
MODERATOR_PAGE = "{site}/{lang}/review/{id}"
_NAMED = 20  # titles in the mail about a table


def title(values: Mapping[str, Any]) -> str:
    """Return what a proposal's values call the record: its title or name in its own language, else in any."""
    texts = values.get("texts") or {}
    said = [texts.get(values.get("language")) or {}, *texts.values()]
    found = next((words for one in said if (words := one.get("title") or one.get("name"))), None)
    return str(found or values.get("practice") or "…")


def _title(connection: Connection, row: "Row[Any]", language: str) -> str:
    """Return what a proposal is about in the words of its readers; an evaluation has no title but its practice's."""
    if row.kind == "evaluation":
        query = (
            select(PracticeText.title)
            .join(Practice, Practice.id == PracticeText.practice_id)
            .where(Practice.slug == row.values["practice"])
            .order_by(preference(PracticeText, language), PracticeText.language)
            .limit(1)
        )
        return connection.execute(query).scalar_one_or_none() or title(row.values)
    return title(row.values) if row.values.get("texts") or not row.base else title(row.base)


def _receiver(connection: Connection, account_id: int | None, language: str | None = None) -> Receiver | None:
    """Return where an account gets its mail; None for one that is gone or shut."""
    query = select(Account.mail, Account.language).where(
        Account.id == account_id, Account.disabled_at.is_(None), Account.mail.is_not(None)
    )
    found = connection.execute(query).one_or_none()
    return Receiver(found.mail, language or found.language, account_id) if found else None


def _tell(
    connection: Connection,
    kind: str,
    row: "Row[Any]",
    receiver: Receiver | None,
    site: Site,
    link: str = AUTHOR_PAGE,
    **more: str | bool,
) -> None:
    if receiver is not None:
        address = link.format(site=site.address, lang=receiver.language, id=row.public_id, slug=row.slug)
        values = {"site": site, "title": _title(connection, row, receiver.language), "link": address, **more}
        mail.queue(connection, kind, receiver, values)


def received(connection: Connection, row: "Row[Any]", site: Site) -> None:
    """Tell the author that their proposal has arrived."""
    receiver = _receiver(connection, row.author_id, row.language)
    _tell(connection, "proposal_submitted", row, receiver, site, evaluation=row.kind == "evaluation")


def received_many(connection: Connection, rows: Sequence["Row[Any]"], site: Site) -> None:
    """Tell the author that the proposals of a table have arrived."""
    receiver = _receiver(connection, rows[0].author_id, rows[0].language)
    if receiver is not None:
        link = f"{site.address}/{receiver.language}/contribute/mine"
        titles = [_title(connection, row, receiver.language) for row in rows[:_NAMED]]
        values = {"site": site, "number": len(rows), "titles": titles, "more": len(rows) - len(titles), "link": link}
        mail.queue(connection, "table_submitted", receiver, values)


def to_agree(connection: Connection, row: "Row[Any]", site: Site) -> None:
    """Tell the editors of the proposal's organisation that their agreement is needed."""
    query = (
        select(Member.account_id, Organisation.name)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .join(Account, Account.id == Member.account_id)
        .where(Member.organisation_id == row.organisation_id, Member.editor, Member.account_id != row.author_id)
        .where(*CAN_ACT)
    )
    for account_id, organisation in connection.execute(query).all():
        receiver = _receiver(connection, account_id)
        _tell(connection, "proposal_to_agree", row, receiver, site, MODERATOR_PAGE, organisation=organisation)


def approved(connection: Connection, row: "Row[Any]", by: int, site: Site) -> None:
    """Tell the author that what they proposed is done, and those who keep the record up that others changed it."""
    _owners(connection, row, by, site)
    if row.author_id == by:
        return
    receiver = _receiver(connection, row.author_id, row.language)
    if row.action in ("retire", "merge"):
        _tell(connection, "proposal_merged" if row.action == "merge" else "proposal_retired", row, receiver, site)
    else:
        folder = "services" if row.kind == "service" else "practices"
        link, evaluation = "{site}/{lang}/" + folder + "/{slug}", row.kind == "evaluation"
        _tell(connection, "proposal_approved", row, receiver, site, link, evaluation=evaluation)


def _owners(connection: Connection, row: "Row[Any]", by: int, site: Site) -> None:
    """Tell the editors of the record's owner what others have done to it."""
    if row.kind == "evaluation":
        practice = Practice.slug == row.values["practice"]
        query = select(Organisation.id).join(Practice, Practice.owner_id == Organisation.id).where(practice)
    elif row.base is None:
        return
    else:
        query = select(Organisation.id).where(Organisation.slug == row.base.get("owner"))
    owner = connection.execute(query).scalar_one_or_none()
    if owner is None or owner == row.organisation_id:  # nobody, or they themselves
        return
    editors = select(Member.account_id).where(
        Member.organisation_id == owner, Member.editor, Member.account_id.not_in([by, row.author_id or by])
    )
    folder = "services" if row.kind == "service" else "practices"
    for account_id in connection.execute(editors.order_by(Member.account_id)).scalars().all():
        receiver = _receiver(connection, account_id)
        action = "change" if row.kind == "evaluation" else row.action
        _tell(connection, "owned_changed", row, receiver, site, "{site}/{lang}/" + folder + "/{slug}", action=action)


def said(connection: Connection, row: "Row[Any]", step: str, words: str, by: int, site: Site) -> None:
    """Tell the author what a moderator asks or why a proposal comes back; or whoever asked last the answer."""
    if step != "answered":
        if row.author_id != by:
            receiver = _receiver(connection, row.author_id, row.language)
            _tell(connection, f"proposal_{step}", row, receiver, site, words=words)
        return
    query = (
        select(ProposalStep.account_id)
        .where(ProposalStep.proposal_id == row.id, ProposalStep.step == "asked")
        .order_by(ProposalStep.id.desc())
        .limit(1)
    )
    asker = connection.execute(query).scalar_one_or_none()
    if asker is not None and asker != by:
        _tell(connection, "proposal_answered", row, _receiver(connection, asker), site, MODERATOR_PAGE, words=words)
