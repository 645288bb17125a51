"""What the key of the installation is used for: proofs (MACs) and sealed texts, each purpose with a key of its own."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12  # bytes, as AES-GCM wants


class SealBroken(ValueError):
    """A sealed text is not ours, was changed, belongs to something else, or was sealed with another key."""


@lru_cache(maxsize=32)
def key(secret: str, purpose: str) -> bytes:
    """Return 32 bytes for one purpose; no purpose's key says anything about another's."""
    return HKDF(SHA256(), 32, salt=None, info=b"practice-atlas " + purpose.encode()).derive(secret.encode())


def proof(secret: str, purpose: str, *parts: str) -> bytes:
    """Return the 32 bytes that only the holder of the secret can make for these parts."""
    return hmac.digest(key(secret, purpose), "\0".join(parts).encode(), "sha256")


def seal(secret: str, purpose: str, words: str, owner: str) -> str:
    """Return a text that nobody can read or change without the secret, and that is good for its owner only."""
    nonce = secrets.token_bytes(NONCE)
    closed = AESGCM(key(secret, purpose)).encrypt(nonce, words.encode(), owner.encode())
    return urlsafe_b64encode(nonce + closed).decode()


def unseal(secret: str, purpose: str, closed: str, owner: str) -> str:
    """Return the words of a sealed text. Raises SealBroken."""
    try:
        data = urlsafe_b64decode(closed)
        return AESGCM(key(secret, purpose)).decrypt(data[:NONCE], data[NONCE:], owner.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise SealBroken("a sealed text cannot be opened: is it another installation's key?") from error


def new_key() -> str:
    """Return 256 random bits as a text for cookies and links."""
    return secrets.token_urlsafe(32)


def fingerprint(secret_key: str) -> bytes:
    """Return what we keep of a random key that somebody else holds: 32 bytes that do not lead back to it."""
    return hashlib.sha256(secret_key.encode()).digest()
