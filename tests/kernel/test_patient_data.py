"""No patient's identity gets into a note, and ordinary coordination talk is left alone."""

import random
import string
import time
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from marketplace.kernel import Invalid, check_no_patient_data, weak_hints
from marketplace.kernel.npi import passes_luhn
from marketplace.kernel.patient_data import IdentifierKind, strong_identifiers

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
AROUND = st.sampled_from(
    ["{}", "Call pt Jane Roe, {} today", "{}\nThen call back.", "Please check:\t{}", "Denial log; {}; SOP v3.", "({})"]
)
LINKS = st.sampled_from([" ", ": ", "# ", " is ", " - ", "=", " number ", ": #", " — ", "\u00a0", " on file is "])


def numerals(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


def kinds(text: str) -> set[IdentifierKind]:
    return {finding.kind for finding in strong_identifiers(text)}


@given(AROUND, numerals(3), numerals(2), numerals(4), st.sampled_from(["-", " ", ".", "–", "\u2011", " - ", "/"]))
def test_a_social_security_number_with_separators_is_found(around, area, group, serial, separator):
    assert IdentifierKind.SSN in kinds(around.format(separator.join([area, group, serial])))


@given(
    AROUND,
    st.sampled_from(["SSN", "ssn", "SS#", "Social Security number", "social security no.", "S.S.N.", "Seguro social"]),
    st.sampled_from([" ", ": ", "# ", " is ", " - ", "=", ": #"]),
    numerals(9),
)
def test_nine_digits_after_a_cue_are_a_social_security_number(around, cue, link, number):
    assert IdentifierKind.SSN in kinds(around.format(cue + link + number))


@given(AROUND, numerals(4))
def test_the_last_four_digits_of_a_social_security_number_are_found(around, number):
    assert IdentifierKind.SSN in kinds(around.format(f"last four of SSN {number}"))
    assert IdentifierKind.SSN in kinds(around.format(f"SSN ending in {number}"))


LETTERS = "ACDEFGHJKMNPQRTUVWXY"


@given(AROUND, st.randoms(use_true_random=False), st.sampled_from(["", "-", " "]), st.booleans())
def test_a_medicare_number_is_found_with_or_without_dashes(around, chance, dash, lower):
    def pick(among: str) -> str:
        return chance.choice(among)

    either = LETTERS + string.digits
    first = pick("123456789") + pick(LETTERS) + pick(either) + pick(string.digits)
    middle = pick(LETTERS) + pick(either) + pick(string.digits)
    last = pick(LETTERS) + pick(LETTERS) + pick(string.digits) + pick(string.digits)
    number = dash.join([first, middle, last])
    assert IdentifierKind.MBI in kinds(around.format(number.lower() if lower else number))


RECORD_CUES = st.sampled_from(
    [
        "MRN",
        "mrn",
        "M.R.N.",
        "MR#",
        "Med rec",
        "Medical record",
        "medical record number",
        "Patient ID",
        "patient id",
        "Pt ID",
        "Patient number",
        "Patient no.",
        "Patient #",
        "Patient account",
        "Member ID",
        "member number",
        "Member #",
        "Subscriber ID",
        "Beneficiary ID",
        "Insurance ID",
        "Policy number",
        "Medicaid ID",
        "Medicare number",
        "Chart #",
        "Chart number",
        "Enrollee ID",
        "member_id",
        "Expediente",
    ]
)
RECORD_NUMBERS = st.one_of(
    st.integers(5, 12).flatmap(numerals),
    st.tuples(st.sampled_from(["A", "XYZ", "W", "abc", "H-"]), st.integers(6, 10).flatmap(numerals)).map("".join),
    st.tuples(numerals(3), numerals(3), numerals(3)).map("-".join),
    st.tuples(numerals(4), numerals(4)).map(" ".join),
)


@given(AROUND, RECORD_CUES, LINKS.filter(lambda link: "on file" not in link), RECORD_NUMBERS)
@settings(max_examples=400)
def test_a_record_or_member_number_after_its_cue_is_found(around, cue, link, number):
    if cue == "Patient account":
        cue += " number"
    assert kinds(around.format(cue + link + number)) & {IdentifierKind.RECORD, IdentifierKind.SSN}


@given(AROUND, st.integers(5, 10).flatmap(numerals))
def test_a_number_followed_by_what_it_is_counts_too(around, number):
    assert IdentifierKind.RECORD in kinds(around.format(f"{number} (MRN)"))
    assert IdentifierKind.RECORD in kinds(around.format(f"patient #{number}"))


BIRTH_CUES = st.sampled_from(
    [
        "DOB",
        "dob",
        "D.O.B.",
        "D.O.B",
        "Date of birth",
        "date of birth",
        "birth date",
        "Birthdate",
        "birthday",
        "born",
        "born on",
        "Fecha de nacimiento",
        "DOB (mm/dd/yyyy)",
        "DOB for Jane Roe is",
        "Date of birth on file",
    ]
)


def spellings(day: date) -> list[str]:
    month = MONTHS[day.month - 1]
    return [
        f"{day:%m/%d/%Y}",
        f"{day:%m-%d-%Y}",
        f"{day:%m.%d.%Y}",
        f"{day:%m/%d/%y}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d}",
        f"{day:%m%d%Y}",
        f"{day:%Y%m%d}",
        f"{day:%m %d %Y}",
        f"{month} {day.day}, {day.year}",
        f"{month[:3]} {day.day} {day.year}",
        f"{month[:3]}. {day.day}, {day.year}",
        f"{day.day} {month} {day.year}",
        f"{day.day}-{month[:3]}-{day.year}",
        f"{day.day}{month[:3].upper()}{day.year}",
        f"{month} {day.day}th, {day.year}",
        f"the {day.day}th of {month} {day.year}",
        f"{month} {day.day} '{day:%y}",
        f"{month} {day.day}",
    ]


@given(
    AROUND,
    BIRTH_CUES,
    st.sampled_from([" ", ": ", " is ", " - ", "=", ":"]),
    st.dates(date(1900, 1, 1), date(2026, 12, 31)).flatmap(lambda day: st.sampled_from(spellings(day))),
)
@settings(max_examples=600)
def test_a_date_of_birth_is_found_in_every_spelling(around, cue, link, day):
    # Without a year, and with other words between, it may be any date.
    assume(sum(c.isdigit() for c in day) > 2 or cue not in ("DOB for Jane Roe is", "Date of birth on file"))
    text = around.format(cue + link + day)
    assert IdentifierKind.BIRTH in kinds(text), text


@given(AROUND, st.integers(2, 6), st.integers(12, 18), st.randoms(use_true_random=False))
def test_a_card_number_is_found(around, first, length, chance):
    body = str(first) + "".join(chance.choice(string.digits) for _ in range(length - 1))
    number = next(body + check for check in string.digits if passes_luhn(body + check))
    assert IdentifierKind.CARD in kinds(around.format(number))
    if len(number) == 16:
        groups = [number[i : i + 4] for i in range(0, 16, 4)]
        assert IdentifierKind.CARD in kinds(around.format(" ".join(groups)))
        assert IdentifierKind.CARD in kinds(around.format("-".join(groups)))


@given(st.text("0123456789", min_size=16, max_size=16).filter(lambda number: not passes_luhn(number)))
def test_sixteen_digits_with_a_wrong_check_digit_are_no_card(number):
    assert IdentifierKind.CARD not in kinds(f"Ticket {number}")


def test_digits_of_other_scripts_and_hidden_characters_do_not_hide_a_number():
    assert IdentifierKind.SSN in kinds("١٢٣-٤٥-٦٧٨٩")
    assert IdentifierKind.SSN in kinds("123-\u200b45-67\u200d89")
    assert IdentifierKind.SSN in kinds("１２３－４５－６７８９")
    assert IdentifierKind.RECORD in kinds("M\u200bRN 00482913")


def test_what_was_found_is_pointed_at_where_it_stands_in_the_text_as_typed():
    text = "Call\u200b pt, SSN 123-45-6789."
    (found,) = strong_identifiers(text)
    assert text[found.start : found.end] == "123-45-6789"


def test_the_note_of_the_sample_is_refused_without_repeating_it():
    with pytest.raises(Invalid) as refusal:
        check_no_patient_data("Call pt Jane Roe, DOB 03/04/1961, MRN 00482913", "notes")
    assert refusal.value.field == "notes"
    assert refusal.value.sentence.startswith("Take out a date of birth and a record or member number: ")
    assert "Jane" not in str(refusal.value)
    assert "1961" not in str(refusal.value)


HARMLESS = """
Bring the denial log.|Two-way phone queue; SOP v3.|=HYPERLINK("http://x")|Queue opens 08:00, closes 17:30.|
Prior auth PA-20394 is waiting for the payer.|Ticket INC0048291 reopened.|Chase PA-20394 and PA-20395 before noon.|
NPI 1234567893 for the referring provider.|NPI: 1558598797, taxonomy 207Q00000X.|Call the desk, ext. 4021.|
Main line (555) 201-3344, option 2.|Fax 555-201-3345.|Invoice $1,234.50 is due on 2026-12-01.|Budget is $12,000.|
Verify member ID and DOB on every call.|Confirm DOB by 12/01/2026 is in the SOP.|Ask for two identifiers (name, DOB).|
Never read the SSN aloud.|Do not write MRN or SSN in notes.|The MRN field is 8 digits long.|
Verify the date of birth before 2026-12-01 go-live.|Patient portal messages within 24 h.|Patient line is open 24/7.|
40 patients on the list, 12 recalls.|Post-op calls for 15 patients a day.|CPT 99213 and 99214 need modifiers.|
ICD-10 E11.9, Z79.4 top the denials.|Shift 22:00-06:00, break 02:00-02:30.|Epic 2024 upgrade on December 4, 2026.|
Room 12, floor 3.|Rate 46.50/h, 2 h minimum.|Zoom 812 3345 9921, passcode on the wall.|CARC 197 and RARC N54 denials.|
Batch 20261201-04 has 312 claims.|Claim backlog 1,450; target 900 by Friday.|Work queue 4410 first, then 4420.|
Follow SOP-118 v2.3 section 4.1.|Huddle at 7:45 am, 12/01 to 12/14.|ZIP 60614 and 60657 only.|Train on Dentrix G7.3.|
Member services opens at 8.|Member ID card scans go to tray 3.|Patient ID labels: order 500 more.|Medicare Part B, 20%.|
Charts to scan: 45.|Chart prep for 2026-12-01 through 2026-12-05.|Policy HR-204 applies.|Born-digital forms only.|
Birthday cards for staff in the drawer.|HIPAA training valid until 2027-06-18.|Version 2026.12.01-3 of the script.|
Escalate to Dr. Alvarez.|Reference #20394 in the payer portal.|Call 1-800-633-4227 for Medicare.|Tax ID on file with finance.|
Account 4010 is revenue.|Policy number format is in the SOP.|Subscriber ID is on the card.|MRN goes in the EHR, not here.|
Average handle time 04:35, abandonment 3.2 %.|Week 49: 212 calls, 18 no-shows.|Order set 7 of 12.|Load balance 60/40.|
Ask for the member ID 3 times.|Check member ID: 2026-12-01 is the deadline.
"""


def harmless() -> list[str]:
    return [text.strip() for text in HARMLESS.replace("\n", "").split("|") if text.strip()]


def made_up_talk(count: int) -> list[str]:
    """Coordination notes as people write them, with the numbers such notes are full of."""
    chance = random.Random(7)

    def number(places: int) -> str:
        return "".join(chance.choice(string.digits) for _ in range(places))

    templates = [
        lambda: f"Ticket {chance.choice(['PA', 'REF', 'INC', 'TKT', 'CLM'])}-{number(chance.randint(4, 9))} is open.",
        lambda: f"Go-live on 20{chance.randint(26, 29)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}.",
        lambda: f"Call ({number(3)}) {number(3)}-{number(4)} ext {number(4)}.",
        lambda: f"Phone {number(3)}-{number(3)}-{number(4)} or {number(3)}.{number(3)}.{number(4)}.",
        lambda: f"NPI 1{number(9)}, location {number(2)}.",
        lambda: f"{number(2)} patients called, {number(2)} rescheduled, {number(1)} no-shows.",
        lambda: f"Shift {chance.randint(0, 23):02}:00-{chance.randint(0, 23):02}:30 with {number(1)} breaks.",
        lambda: f"Outstanding ${chance.randint(1, 99)},{number(3)}.{number(2)} on claim batch {number(6)}.",
        lambda: f"Order {number(10)} shipped, tracking 1Z{number(16)}.",
        lambda: f"Meeting id {number(3)} {number(4)} {number(4)}.",
        lambda: f"CPT {number(5)}, ICD {chance.choice(LETTERS)}{number(2)}.{number(1)}, modifier {number(2)}.",
        lambda: f"Verify DOB and member ID, then log case {number(7)}.",
        lambda: f"Work list {number(4)} by {chance.randint(1, 12)}/{chance.randint(1, 28)}/2027.",
        lambda: f"Suite {number(3)}, {number(4)} Main Street, {number(5)}-{number(4)}.",
    ]
    return [chance.choice(templates)() for _ in range(count)]


def test_at_most_three_in_a_hundred_harmless_texts_are_refused():
    texts = harmless() + made_up_talk(2000)
    refused = [text for text in texts if strong_identifiers(text)]
    assert len(refused) <= 0.03 * len(texts), refused
    assert [text for text in harmless() if strong_identifiers(text)] == []


def test_the_weaker_hints_are_named_but_not_refused():
    text = "Call patient Jane Roe at 555-201-3344 or jane@example.org, 12 Elm Street, since 03/04/1961."
    check_no_patient_data(text, "notes")
    assert {hint.kind for hint in weak_hints(text)} == {
        IdentifierKind.NAME,
        IdentifierKind.PHONE,
        IdentifierKind.EMAIL,
        IdentifierKind.ADDRESS,
        IdentifierKind.OLD_DATE,
    }
    assert weak_hints("Patient Portal messages within 24 h; Patient Services answers.") == []


@pytest.mark.parametrize(
    "piece",
    ["1", "a", " ", "1a", "MRN ", "DOB ", "ssn ", "1-", "1 ", "a@", "may ", "patient ", "1/", "12 a ", "#", "Mr A"],
)
def test_twenty_thousand_characters_are_read_in_no_time(piece):
    text = piece * (20_000 // len(piece))
    began = time.process_time()
    strong_identifiers(text)
    weak_hints(text)
    assert time.process_time() - began < 2
