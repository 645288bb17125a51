"""Passkeys (WebAuthn, level 2): what a browser is asked for, and whether its answer is right."""

import secrets
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

CHALLENGE = 32  # bytes
LONGEST_ANSWER = 20_000  # characters; a passkey's answer has about one thousand


class Host(NamedTuple):
    """The site as a passkey knows it: the name of its host, and the origins (scheme, host, port) that may ask."""

    name: str
    origins: tuple[str, ...]


class Stored(NamedTuple):
    """What is kept of a passkey to know it again."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def new_challenge() -> str:
    """Return random bytes as base64url: an answer to another challenge is none."""
    return bytes_to_base64url(secrets.token_bytes(CHALLENGE))


def _descriptors(credentials: Iterable[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one) for one in credentials]


def to_make(host: Host, site_name: str, mail: str, person: bytes, challenge: str, there: Iterable[bytes]) -> str:
    """Return the JSON that asks a browser for a new passkey; `person` is the same for every passkey of an account."""
    return options_to_json(
        generate_registration_options(
            rp_id=host.name,
            rp_name=site_name,
            user_name=mail,
            user_id=person,
            challenge=base64url_to_bytes(challenge),
            exclude_credentials=_descriptors(there),
            # It stands beside a password: the touch is what counts, a PIN of its own is not demanded.
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED,
                user_verification=UserVerificationRequirement.DISCOURAGED,
            ),
        )
    )


def to_use(host: Host, challenge: str, there: Iterable[bytes]) -> str:
    """Return the JSON that asks a browser to use one of the passkeys."""
    return options_to_json(
        generate_authentication_options(
            rp_id=host.name,
            challenge=base64url_to_bytes(challenge),
            allow_credentials=_descriptors(there),
            user_verification=UserVerificationRequirement.DISCOURAGED,
        )
    )


def made(host: Host, challenge: str, answer: str) -> Stored | None:
    """Return the new passkey that a browser answered with (JSON); None when the answer is not right."""
    if not challenge or len(answer) > LONGEST_ANSWER:
        return None
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host.name,
            expected_origin=list(host.origins),
        )
    except Exception:  # whoever makes up CBOR can make the parsers raise anything
        return None
    return Stored(found.credential_id, found.credential_public_key, found.sign_count)


def used(host: Host, challenge: str, answer: str, stored: Sequence[Stored]) -> Stored | None:
    """Return the passkey that signed a challenge, with its new count; None when none of `stored` did."""
    if not challenge or len(answer) > LONGEST_ANSWER:
        return None
    try:
        credential = parse_authentication_credential_json(answer)
        passkey = next(one for one in stored if one.credential_id == credential.raw_id)
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host.name,
            expected_origin=list(host.origins),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except Exception:
        return None
    return passkey._replace(sign_count=found.new_sign_count)
