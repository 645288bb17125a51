"""Who may see the contact person of a practice while it is not public."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

# Where there is none, nothing is to be seen: anybody may propose one. Who is it, or wrote it, knows it already.
_MAY_SEE = text("""
SELECT true FROM practice WHERE slug = :slug AND (
  contact_name IS NULL AND contact_mail IS NULL
  OR lower(contact_mail) = (SELECT lower(mail) FROM account WHERE id = :account)
  OR owner_id = ANY(CAST(:organisations AS bigint[]))
  OR EXISTS (
    SELECT FROM proposal WHERE kind = 'practice' AND proposal.slug = practice.slug AND state = 'approved'
    AND author_id = :account AND action IN ('create', 'change')
    AND values ->> 'contact_name' IS NOT DISTINCT FROM practice.contact_name
    AND values ->> 'contact_mail' IS NOT DISTINCT FROM practice.contact_mail))
""")


def may_see(connection: Connection, slug: str, account_id: int, role: str, organisations: Sequence[int]) -> bool:
    """Tell whether an account may see and change the contact of a published practice: moderators, members of the
    organisation that keeps it up, who wrote it, and the person (whose mail address the account has). `organisations`
    are the ids of those that the account is in."""
    if role in ("moderator", "admin"):
        return True
    own = [] if role == "contributor" else list(organisations)
    given = {"slug": slug, "account": account_id, "organisations": own}
    return connection.execute(_MAY_SEE, given).scalar_one_or_none() is True
