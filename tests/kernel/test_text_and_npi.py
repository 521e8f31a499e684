"""Typed text is kept as meant or refused; a provider number with a wrong check digit is caught."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import Invalid, clean_text, is_valid_npi


def test_known_provider_numbers():
    assert is_valid_npi("1234567893")
    assert is_valid_npi("1558598797")
    assert not is_valid_npi("1234567890")


@given(st.from_regex(r"[12][0-9]{8}", fullmatch=True))
def test_exactly_one_last_digit_makes_a_provider_number(body):
    assert sum(is_valid_npi(body + digit) for digit in "0123456789") == 1


@given(st.sampled_from(["1234567893", "1558598797"]), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_caught(number, place, off):
    changed = str((int(number[place]) + off) % 10)
    assert not is_valid_npi(number[:place] + changed + number[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "123456789", "12345678930", "١٢٣٤٥٦٧٨٩٣", "1234567893\n", " 1234567893", "3234567899"]
)
def test_what_is_not_ten_plain_digits_is_no_provider_number(text):
    assert not is_valid_npi(text)


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800b", "a\x1bb", "a\x7fb", "a\x85b", "a\nb", "a\tb", "a\rb"])
def test_hidden_and_broken_characters_are_refused_at_their_field(bad):
    with pytest.raises(Invalid) as refusal:
        clean_text(bad, 100, "notes")
    assert refusal.value.field == "notes"


def test_a_long_note_keeps_its_lines_and_a_formula_stays_as_typed():
    assert clean_text(" one\r\ntwo\n\tthree \n", 100, "notes", multiline=True) == "one\ntwo\n\tthree"
    assert clean_text('=HYPERLINK("http://x")', 4000, "notes") == '=HYPERLINK("http://x")'


def test_too_long_says_how_much_is_allowed():
    with pytest.raises(Invalid, match=r"at most 4,000 characters; this has 20,000"):
        clean_text("x" * 20_000, 4000, "notes", multiline=True)


def test_an_accent_typed_in_two_ways_is_the_same_name():
    assert clean_text("Mu\u0308ller", 20, "name") == clean_text("Müller", 20, "name") == "Müller"


def test_nothing_turns_the_direction_of_a_name_or_a_key():
    assert clean_text("Maya\u202e serroT", 20, "name") == "Maya serroT"
    assert clean_text("\u202aREQ-1042\u202c", 20, "external_ref") == "REQ-1042"
    assert clean_text("\u05de\u05d9\u05d4", 20, "name") == "\u05de\u05d9\u05d4", (
        "names of other scripts stay as they are"
    )


@given(st.text(max_size=300))
def test_any_text_is_cleaned_once_and_for_all_or_refused(text):
    try:
        cleaned = clean_text(text, 200, "notes", multiline=True)
    except Invalid:
        return
    assert len(cleaned) <= 200
    assert "\x00" not in cleaned
    cleaned.encode()
    assert unicodedata.is_normalized("NFC", cleaned)
