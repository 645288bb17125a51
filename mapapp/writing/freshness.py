"""Asks owners whether their records are still right, takes their answers, marks what nobody answers for."""

from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from ..models.account import Account, Member, Organisation, Token
from ..models.proposal import Freshness
from ..queries import freshness as known
from ..queries import records
from ..queries.site import Site
from . import auditing, mail, moderation, public_rows, tokens
from .moderation import Actor, Draft

ONE_AT_A_TIME = 7_240_121  # an advisory lock: two servers do not ask the same owners
ANSWERS = ("right", "change", "retire")
PAGE = "{site}/{lang}/contribute/fresh/{key}?answer={answer}"
LATE = timedelta(weeks=26)  # an answer is welcome for so long after the record was marked

# Only who got the question can be waited for: a mail may lie in the outbox for long.
_LAPSE = """
UPDATE {table} SET lapsed_on = current_date FROM freshness
WHERE freshness.kind = '{table}' AND freshness.slug = {table}.slug AND answered_at IS NULL AND lapsed_on IS NULL
  AND sent_at < now() - make_interval(weeks => :weeks)
  AND (confirmed_on IS NULL OR confirmed_on < asked_at::date)
"""
_LAPSES = tuple(text(_LAPSE.format(table=table)) for table in ("practice", "service"))


class Round(NamedTuple):
    """What a round came to: records whose owners were asked, mails that made, records that were marked."""

    asked: int = 0
    mails: int = 0
    lapsed: int = 0

    def __str__(self) -> str:
        return f"{self.asked} asked about ({self.mails} mails), {self.lapsed} marked as not confirmed lately"


class Refused(ValueError):
    """An answer that cannot be taken. `reason`: over (the link was used, or is too old), gone (the record is public no
    more, or has another owner, to whom the person does not belong), words (it needs a reason or a description), waiting
    (a proposal for the record cannot be made now)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def ask_owners(connection: Connection, site: Site, address: str, *, daily: bool = False) -> Round:
    """Write a mail to the owners of what is due, and mark what they did not answer for. `address` is the site's.

    Somebody else who is at it already does it alone. With `daily` nobody is asked on a day on which somebody was.
    """
    if not connection.execute(select(func.pg_try_advisory_xact_lock(ONE_AT_A_TIME))).scalar_one():
        return Round()
    lapsed = sum(connection.execute(lapse, {"weeks": site.grace_weeks}).rowcount for lapse in _LAPSES)
    asked = mails = 0
    sender = mail.Site(site.name, address)
    good_for = timedelta(weeks=site.grace_weeks) + LATE
    today = daily and known.asked_today(connection)
    for due in [] if today else known.due(connection, site.fresh_months):
        _forget_links(connection, due.kind, due.slug)
        receivers = known.receivers(connection, due.owner_id)
        written = [_write(connection, due, receiver, sender, good_for) for receiver in receivers]
        mails += len(written)
        row = {"asked_at": func.now(), "messages": written, "sent_at": None, "answered_at": None}
        statement = upsert(Freshness).values(kind=due.kind, slug=due.slug, **row)
        connection.execute(statement.on_conflict_do_update(index_elements=["kind", "slug"], set_=row))
        asked += 1
    return Round(asked, mails, lapsed)


def _write(
    connection: Connection, due: known.Due, receiver: known.Receiver, site: mail.Site, good_for: timedelta
) -> int:
    about = {"kind": due.kind, "slug": due.slug, "owner": due.owner_id}
    key = tokens.issue(connection, "fresh", account_id=receiver.account_id, about=about, good_for=good_for)
    links = {
        f"link_{answer}": PAGE.format(site=site.address, lang=receiver.language, key=key, answer=answer)
        for answer in ANSWERS
    }
    title = due.titles.get(receiver.language) or due.titles.get("en") or due.titles[due.language]
    values = {"site": site, "title": title, "organisation": due.owner_name, **links}
    to = mail.Receiver(receiver.mail, receiver.language, receiver.account_id)
    return mail.queue(connection, "freshness", to, values)


def _forget_links(connection: Connection, kind: str, slug: str) -> None:
    about = Token.about.contains({"kind": kind, "slug": slug})
    connection.execute(delete(Token).where(Token.purpose == "fresh", Token.used_at.is_(None), about))


def answer(
    connection: Connection, key: str, what: str, words: str, site: mail.Site, *, address: str | None = None
) -> str:
    """Take an owner's answer (see ANSWERS) and return the kind of record; the links of all its receivers are used up.

    "right" confirms the record; the others become a proposal with the owner's words. Raises Refused.
    """
    words = words.strip()
    if what != "right" and not words:
        raise Refused("words")
    standing = tokens.use(connection, key, "fresh")
    if standing is None:
        raise Refused("over")
    kind, slug, owner_id = standing.about["kind"], standing.about["slug"], standing.about["owner"]
    table = public_rows.TABLES[kind]
    row = connection.execute(
        select(table.c.id, table.c.owner_id).where(table.c.slug == slug).with_for_update()
    ).one_or_none()
    owner = connection.execute(
        select(Organisation.slug, Organisation.name).where(Organisation.id == owner_id)
    ).one_or_none()
    account_id = standing.account_id
    if row is None or owner is None or row.owner_id != owner_id or account_id is None:
        raise Refused("gone")
    if not _belongs(connection, account_id, owner_id):
        raise Refused("gone")
    if what == "right":
        public_rows.confirm(connection, kind, row.id, func.current_date(), owner.name)
    else:
        _propose(connection, account_id, kind, slug, owner.slug, what, words, site)
    _forget_links(connection, kind, slug)
    connection.execute(
        update(Freshness).where(Freshness.kind == kind, Freshness.slug == slug).values(answered_at=func.now())
    )
    auditing.note(
        connection,
        "freshness_answered",
        account_id=account_id,
        subject=f"{kind}:{slug}",
        address=address,
        answer=what,
    )
    return str(kind)


def _belongs(connection: Connection, account_id: int, owner_id: int) -> bool:
    """Tell whether the person who was asked still speaks for the owner: a mail outlives a membership."""
    query = (
        select(Account.id)
        .join(Member, Member.account_id == Account.id)
        .where(
            Account.id == account_id,
            Member.organisation_id == owner_id,
            Account.disabled_at.is_(None),
            Account.deleted_at.is_(None),
        )
    )
    return connection.execute(query).scalar_one_or_none() is not None


def _propose(
    connection: Connection, account_id: int, kind: str, slug: str, owner: str, what: str, words: str, site: mail.Site
) -> None:
    """Send the owner's wish to the moderators as a proposal of the person who was asked."""
    account = connection.execute(select(Account.role, Account.language).where(Account.id == account_id)).one()
    mine = connection.execute(
        select(Organisation.id, Organisation.slug, Member.editor)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.account_id == account_id)
    ).all()
    there = records.known(connection, kind, slug)
    values: dict[str, Any] = dict(there.values) if there and what == "change" else {}
    draft = Draft(
        kind,
        values,
        action=what,
        slug=slug,
        base_version=there.version if there else None,
        note=words,
        organisation=owner,
        language=account.language,
    )
    actor = Actor(account_id, account.role, mine)
    try:
        saved = moderation.save_draft(connection, actor, draft)
        moderation.submit(connection, actor, saved.public_id, saved.revision, site)
    except (moderation.Refused, moderation.Conflict):
        raise Refused("waiting") from None
