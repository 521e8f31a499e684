"""Which passwords are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.authentication.passwords import (
    check_new_password,
    easily_guessed,
    hash_password,
    password_matches,
)
from marketplace.kernel import Invalid

ABOUT = ("Rosa Chen", "rosa@harbor.example", "Harbor Family Medicine", "Northlight Coordination")


def check(password, second_factor=False):
    check_new_password(password, about=ABOUT, second_factor=second_factor)


@pytest.mark.parametrize(
    "password",
    [
        "three gentle river otters",
        "violet harvest pendulum quay",
        "correct otter battery lantern",
        "jU7#kw0vQz!mPx2e",
        "caballo grapa farol nieve",
        "мой дядя самых честных правил",
        "🦦 otters hold hands when asleep",
        "x9 velvet tangle brook",
        "I walked to Duluth in the rain",
    ],
)
def test_long_and_unusual_is_good(password):
    check(password)


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password12345678",
        "P@ssw0rdP@ssw0rd",
        "123456789012345",
        "aaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "qwertyuiopasdfgh",
        "qwertyuiop123456",
        "correcthorsebatterystaple",
        "Correct-Horse-Battery-Staple",
        "letmein letmein letmein",
        "rosachenrosachen",
        "HarborFamily2026!",
        "northlight-coordination",
        "rosa@harbor.example",
        "welcome2026welcome",
        "iloveyouiloveyou!!!",
        "abcdefghijklmnopqrstuvwxyz",
        "zyxwvutsrqponmlk",
        "football1990football",
    ],
)
def test_common_patterned_or_about_her_is_refused(password):
    with pytest.raises(Invalid, match="would be guessed") as refused:
        check(password)
    assert refused.value.field == "password"


def test_shorter_is_enough_with_a_second_factor():
    check("quay lantern", second_factor=True)
    with pytest.raises(Invalid, match="at least 15"):
        check("quay lantern")
    with pytest.raises(Invalid, match="at least 12"):
        check("quay lanter", second_factor=True)


@given(st.text(min_size=1, max_size=300))
def test_any_text_gets_an_answer(text):
    assert easily_guessed(text, ABOUT) in (True, False)
    if len(text) > 128:
        with pytest.raises(Invalid):
            check(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=128))
def test_only_the_same_password_matches(text):
    kept = hash_password(text)
    assert password_matches(kept, text)
    assert not password_matches(kept, text + "x")
    assert not password_matches(None, text)


def test_the_same_word_typed_on_another_keyboard_matches():
    assert password_matches(hash_password("pi\u00f1ata al atardecer"), "pin\u0303ata al atardecer")


def test_the_hash_is_argon2id_with_the_costs_of_the_rule():
    from marketplace.accounts.authentication.passwords import Hashing

    slow = Hashing().slow
    assert (slow.type.name, slow.memory_cost, slow.time_cost, slow.parallelism) == ("ID", 19 * 1024, 2, 1)
