"""The random strings that open something once, or for a while: only their hash is ever stored."""

import hashlib
import secrets

LONGEST = 100


def new_token() -> str:
    """256 random bits that can stand in an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """The stored form of a token. A token is random, so a plain hash is enough."""
    return hashlib.sha256(token[:LONGEST].encode("utf-8", "replace")).digest()
