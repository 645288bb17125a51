"""The audit log: what somebody did or was denied, written in the transaction in which it happens."""

from sqlalchemy import Connection, insert

from ..models.account import AuditEntry


def note(
    connection: Connection,
    action: str,
    *,
    account_id: int | None = None,
    subject: str | None = None,
    address: str | None = None,
    **details: object,
) -> None:
    """Write one entry. `action` is a short word such as "signed_in"; `subject` names what it was done to
    ("account:7", "practice:imst-abc-cafe"); `address` is an IP address; `details` must be JSON. Never a secret."""
    connection.execute(
        insert(AuditEntry).values(
            action=action, account_id=account_id, subject=subject, address=address, details=details
        )
    )
