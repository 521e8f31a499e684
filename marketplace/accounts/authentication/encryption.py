"""Secrets at rest: encrypted, and of use only in the one place they were sealed for."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class Unsealable(Exception):
    """The bytes were sealed with another key, for another place, or have been changed."""


def _key(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"marketplace " + purpose).derive(secret_key.encode())


def seal(plain: bytes, place: str, secret_key: str) -> bytes:
    """AES-256-GCM, bound to `place` ("person.totp_seed:17"): copied into another row it cannot be opened."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key(secret_key, b"sealing")).encrypt(nonce, plain, place.encode())


def unseal(sealed: bytes, place: str, secret_key: str) -> bytes:
    """The text that `seal` was given; raises Unsealable."""
    try:
        return AESGCM(_key(secret_key, b"sealing")).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise Unsealable("this was sealed with another key or for another place") from error


def fingerprint(text: str, purpose: str, secret_key: str) -> str:
    """A keyed hash of a random code: enough to recognise it, useless to whoever reads only the database."""
    return hmac.new(_key(secret_key, b"fingerprint"), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
