"""Second factors: set up, used (each code once), taken away."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from ..models.account import Account, Passkey, RecoveryCode


def keep_totp(connection: Connection, account_id: int, sealed: str, step: int) -> None:
    """Keep the sealed secret of an app; the step whose code proved it is used up."""
    statement = update(Account).where(Account.id == account_id)
    connection.execute(statement.values(totp_secret=sealed, totp_used_step=step))


def use_step(connection: Connection, account_id: int, step: int) -> bool:
    """Use up the code of a half-minute; False when it, or a later one, was used before."""
    statement = update(Account).where(
        Account.id == account_id, or_(Account.totp_used_step.is_(None), Account.totp_used_step < step)
    )
    return connection.execute(statement.values(totp_used_step=step)).rowcount == 1


def keep_recovery_codes(connection: Connection, account_id: int, hashes: Iterable[bytes]) -> None:
    """Keep new recovery codes; the old ones are good no more."""
    connection.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    connection.execute(insert(RecoveryCode), [{"account_id": account_id, "hash": one} for one in hashes])


def use_recovery_code(connection: Connection, account_id: int, code_hash: bytes) -> bool:
    """Use up a recovery code; False when there is none such left."""
    statement = update(RecoveryCode).where(
        RecoveryCode.account_id == account_id, RecoveryCode.hash == code_hash, RecoveryCode.used_at.is_(None)
    )
    return connection.execute(statement.values(used_at=func.now())).rowcount == 1


def keep_passkey(
    connection: Connection, account_id: int, *, credential_id: bytes, public_key: bytes, sign_count: int, name: str
) -> bool:
    """Keep a passkey; False when it is known already, as this account's or another's."""
    statement = upsert(Passkey).values(
        account_id=account_id,
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        name=name,
    )
    kept = connection.execute(statement.on_conflict_do_nothing().returning(Passkey.id))
    return kept.one_or_none() is not None


def use_passkey(connection: Connection, passkey_id: int, sign_count: int) -> None:
    """Note the use of a passkey and how often its device says it signed."""
    statement = update(Passkey).where(Passkey.id == passkey_id)
    connection.execute(statement.values(sign_count=sign_count, used_at=func.now()))


def remove_passkey(connection: Connection, account_id: int, passkey_id: int, *, last_too: bool) -> bool:
    """Remove a passkey of an account; False when it is not there, or the only second factor and must not go."""
    account = connection.execute(
        select(Account.totp_secret).where(Account.id == account_id).with_for_update()
    ).one_or_none()
    left = connection.scalar(select(func.count()).where(Passkey.account_id == account_id, Passkey.id != passkey_id))
    if account is None or not (last_too or account.totp_secret or left):
        return False
    statement = delete(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account_id)
    removed = connection.execute(statement).rowcount > 0
    _without_second_no_codes(connection, account_id)
    return removed


def remove_totp(connection: Connection, account_id: int, *, last_too: bool) -> bool:
    """Remove the codes of an app; False when they are the only second factor and must not go."""
    connection.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    left = connection.scalar(select(func.count()).where(Passkey.account_id == account_id))
    if not (last_too or left):
        return False
    connection.execute(update(Account).where(Account.id == account_id).values(totp_secret=None, totp_used_step=None))
    _without_second_no_codes(connection, account_id)
    return True


def remove_all(connection: Connection, account_id: int) -> None:
    """Remove every second factor: for somebody who has lost them all and proved it to those who run the site."""
    connection.execute(delete(Passkey).where(Passkey.account_id == account_id))
    remove_totp(connection, account_id, last_too=True)


def _without_second_no_codes(connection: Connection, account_id: int) -> None:
    has_app = connection.scalar(select(Account.totp_secret).where(Account.id == account_id))
    has_keys = connection.scalar(select(func.count()).where(Passkey.account_id == account_id))
    if not has_app and not has_keys:
        connection.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
