"""Passwords: long rather than odd, never one that everybody tries first, kept only as a slow hash."""

import re
import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from marketplace.kernel import LONGEST_PASSWORD, Invalid

SHORTEST_ALONE = 15
SHORTEST_WITH_SECOND_FACTOR = 12

_LEET = str.maketrans("013457@$!", "oleastasi")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "qazwsxedcrfvtgbyhnujmikolp")


class Hashing:
    """argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet); tests make it cheap."""

    def __init__(self) -> None:
        self.slow = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self.checked = 0  # how many guesses reached the hash, for whoever watches or tests the limits

    def make_cheap(self) -> None:
        """For tests that sign many people in: the same function with the least work it takes."""
        self.slow = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        nobodys_hash.cache_clear()


hashing = Hashing()


def hash_password(password: str) -> str:
    """The argon2id hash of a password, salted."""
    return hashing.slow.hash(_normal(password))


def password_matches(kept: str | None, password: str) -> bool:
    """Whether the password is right. Without a kept hash the same work is done, so the time tells nothing."""
    hashing.checked += 1
    try:
        hashing.slow.verify(kept or nobodys_hash(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """The hash was made with other costs than those of today."""
    return hashing.slow.check_needs_rehash(kept)


@cache
def nobodys_hash() -> str:
    """A hash that no password fits."""
    return hashing.slow.hash(secrets.token_urlsafe())


def check_new_password(password: str, *, about: Iterable[str], second_factor: bool) -> None:
    """Raises Invalid (field "password") unless the password is long enough and not easily guessed.

    `about` are words an attacker would try for this person: name, e-mail address, organisation, the site's name.
    No rules about kinds of characters: they make passwords worse (NIST SP 800-63B, 5.1.1.2).
    """
    shortest = SHORTEST_WITH_SECOND_FACTOR if second_factor else SHORTEST_ALONE
    if len(password) < shortest:
        raise Invalid(
            "Use at least %(least)s characters. Several words in a row are easy to remember.",
            "password",
            least=shortest,
        )
    if len(password) > LONGEST_PASSWORD:
        raise Invalid("Use at most %(most)s characters.", "password", most=LONGEST_PASSWORD)
    if easily_guessed(password, about):
        raise Invalid(
            "This password would be guessed: it is a common one, a pattern, or made of your name or the site's."
            " Use several words that do not belong together.",
            "password",
        )


def easily_guessed(password: str, about: Iterable[str] = ()) -> bool:
    """Whether little is left once common words, keyboard rows, repeats, years and `about` are taken out."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    return any(_what_is_left(text, set(_words(about))) < LEAST_LEFT for text in (plain, plain.translate(_LEET)))


LEAST_LEFT = 6
"""So many characters of a password must be the person's own; of several common words, those after the second count 3."""


def _what_is_left(text: str, about: set[str]) -> int:
    if re.sub(r"[\W_]+", "", text) in common_words():
        return 0
    known = 0
    for word in sorted(common_words() | about, key=len, reverse=True):
        if word in text:
            known += word not in about
            text = text.replace(word, " ")
    text = re.sub(r"(19|20)[0-9]{2}", " ", text)
    text = "".join(run for run in re.split(r"[\W_]+", text) if not _is_pattern(run))
    return len(_without_repeats(text)) + 3 * max(0, known - 2)


def _words(about: Iterable[str]) -> set[str]:
    return {word for text in about for word in re.split(r"[\W_]+", text.casefold()) if len(word) >= 4}


def _is_pattern(run: str) -> bool:
    """One character over and over, or a stretch of a keyboard row or the alphabet, in either direction."""
    doubled = [row * 2 for row in (*_ROWS, *(row[::-1] for row in _ROWS))]
    return len(set(run)) <= 2 or (len(run) >= 3 and any(run in row for row in doubled))


def _without_repeats(text: str) -> str:
    """`abcabcabc` says no more than `abc`."""
    match = re.fullmatch(r"(.+?)\1+", text)
    return match[1] if match else text


@cache
def common_words() -> frozenset[str]:
    """What people build passwords from: `common_passwords.txt`, one a line."""
    lines = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").split()
    return frozenset(line for line in lines if len(line) >= 4)


def _normal(password: str) -> str:
    """The same password typed on another keyboard is the same password."""
    return unicodedata.normalize("NFC", password)
