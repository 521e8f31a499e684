"""Finds what would identify a patient in free text, so that it is refused before it is ever kept.

What is *strong* (a number or date that points at one person) is refused. What is *weak* (a name after "patient", a phone
number) may be quite harmless, so the person is only asked. The text itself is never repeated in a message or a log.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from marketplace.kernel.errors import Invalid
from marketplace.kernel.npi import passes_luhn
from marketplace.kernel.phrasing.phrases import N_, JoinedList, Phrase


class IdentifierKind(StrEnum):
    """The kind of identifier found. The value is its name in a sentence."""

    SSN = N_("a Social Security number")
    MBI = N_("a Medicare beneficiary number")
    RECORD = N_("a record or member number")
    BIRTH = N_("a date of birth")
    CARD = N_("a payment card number")
    NAME = N_("a person's name")
    PHONE = N_("a phone number")
    EMAIL = N_("an e-mail address")
    ADDRESS = N_("a street address")
    OLD_DATE = N_("a date that may be someone's birthday")


@dataclass(frozen=True, order=True)
class IdentifierMatch:
    """An identifier in the text from `start` up to `end`, and its kind."""

    start: int
    end: int
    kind: IdentifierKind


def strong_identifiers(text: str) -> list[IdentifierMatch]:
    """Everything in the text that must not be kept: identifiers of 45 CFR 164.514(b)(2) that point at one person."""
    plain, places = _plain(text)
    return _in_order(
        [
            IdentifierMatch(places[start], places[end - 1] + 1, kind)
            for find in (_ssns, _mbis, _records, _birth_dates, _cards)
            for start, end, kind in find(plain)
        ]
    )


def weak_hints(text: str) -> list[IdentifierMatch]:
    """Hints that may or may not point at a patient: shown to the person who wrote the text, who then decides."""
    plain, places = _plain(text)
    return _in_order(
        [
            IdentifierMatch(places[match.start()], places[match.end() - 1] + 1, kind)
            for kind, pattern in _WEAK
            for match in re.finditer(pattern, plain)
        ]
    )


def check_no_patient_data(text: str, field: str) -> None:
    """Invalid when the text holds a strong identifier. The sentence says what kind, never the text."""
    kinds = dict.fromkeys(finding.kind for finding in strong_identifiers(text))
    if kinds:
        raise Invalid(
            "Take out %(what)s: patient data is never kept here. "
            "Refer to the case by its ticket number in your own system.",
            field,
            what=JoinedList(Phrase(kind) for kind in kinds),
        )


def _in_order(findings: list[IdentifierMatch]) -> list[IdentifierMatch]:
    return sorted(set(findings))


def _plain(text: str) -> tuple[str, list[int]]:
    """The text with every script's digits, dashes and blanks as ASCII and invisible characters gone, and where each was."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category == "Cf":
            continue
        if category == "Nd":
            letters.append(str(unicodedata.digit(character)))
        elif category == "Pd" or character == "\u2212":
            letters.append("-")
        elif category == "Zs" or character in "\t\r\n":
            letters.append(" ")
        else:
            compatible = unicodedata.normalize("NFKC", character)
            letters.append(compatible if len(compatible) == 1 else character)
        places.append(place)
    return "".join(letters), places


# The patterns are text: `re` compiles each when it is first needed and keeps it, so that no start of a process waits for them.

# The words and signs between a cue word and its number or date: "SSN is: ", "MRN# ", "DOB (mm/dd/yyyy) - ".
_LINK = (
    r"(?:[\s:;#=.,()\[\]\"'*/_-]|\b(?:is|was|of|on|no|nr|num|number|numbers|numero|número|id|the|pt|patient|as|given|"
    r"listed|confirmed|shows|es|el|del|de|mm|dd|yyyy|yy)\b){0,24}"
)

_SEP = r"\s{0,2}[-./_ ]\s{0,2}"
_SSN = rf"(?<!\d)(?<!\d[-.])\d{{3}}{_SEP}\d{{2}}{_SEP}\d{{4}}(?!\d)"
_SSN_CUE = (
    r"(?:\bss[#n]|\bs\.s\.n?\.?|\bsocial(?:\s+security)?\b|\bseguro\s+social\b|\bnss\b|\bitin\b|\btax\s*payer\s+id)"
)
_NINE = r"\d(?:[-./_ ]{0,3}\d){8}(?!\d)"
_SSN_AFTER_CUE = rf"(?i){_SSN_CUE}{_LINK}({_NINE})"
_SSN_BEFORE_CUE = rf"(?i)(?<!\d)({_NINE})[\s(=,-]{{0,4}}(?:is\s+(?:the|his|her|their)\s+)?{_SSN_CUE}"
_SSN_LAST_FOUR = (
    rf"(?i)(?:{_SSN_CUE}{_LINK}(?:ending|ends|last)(?:\s+(?:in|with|4|four|digits))*{_LINK}|"
    rf"last\s+(?:4|four)(?:\s+digits)?(?:\s+of)?(?:\s+(?:the|his|her|their))?\s+{_SSN_CUE}{_LINK})(\d{{4}})(?!\d)"
)


def _ssns(plain: str) -> Iterator[tuple[int, int, IdentifierKind]]:
    for match in re.finditer(_SSN, plain):
        yield *match.span(), IdentifierKind.SSN
    for pattern in (_SSN_AFTER_CUE, _SSN_BEFORE_CUE, _SSN_LAST_FOUR):
        for match in re.finditer(pattern, plain):
            yield *match.span(1), IdentifierKind.SSN


# CMS, "Understanding the Medicare Beneficiary Identifier format": eleven places, no S, L, O, I, B or Z.
_A, _AN = "[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]", "[0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y]"
_MBI = rf"(?<![0-9A-Za-z])[1-9]{_A}{_AN}\d[-. ]?{_A}{_AN}\d[-. ]?{_A}{_A}\d\d(?![0-9A-Za-z])"


def _mbis(plain: str) -> Iterator[tuple[int, int, IdentifierKind]]:
    for match in re.finditer(_MBI, plain):
        yield *match.span(), IdentifierKind.MBI


_RECORD_CUE = (
    r"(?:\bmrns?\b|\bm\.r\.n\.?|\bmr\s?#|\bm\.?r\.?\s?no\b|"
    r"\bmed(?:ical)?\.?\s+rec(?:ord)?s?\b|\bhealth\s+record\b|"
    r"\b(?:chart|account|acct|encounter|visit|policy|patient|pt|record|case\s+patient)\.?\s?(?:#|no\b|nr\b|num\b|number\b)|"
    r"\b(?:patient|pt|member|subscriber|beneficiary|enrollee|insured|insurance|policy|health\s+plan|plan\s+member|"
    r"medicare|medicaid|medi-cal|chart|account|cardholder|dependent|hic|mbi)(?:'s)?[\s_-]?(?:id(?:entifier|entification)?|"
    r"no|nr|num|number)\b|\b(?:member|subscriber|beneficiary|enrollee)\s?#|"
    r"\b(?:mbi|hicn|hic|mid)\b(?=\W{0,3}(?:is\W)?\W{0,2}[0-9A-Z])|"
    r"\b(?:medicare|medicaid)\s?#|\b(?:historia\s+clínica|historia\s+clinica|expediente|número\s+de\s+paciente|"
    r"número\s+de\s+miembro|id\s+de\s+(?:paciente|miembro))\b)"
)
# At least four digits, which a time, a count or a section number rarely has. A prefix set off by a blank must be in
# capitals ("ABC 12345"), else every "for 20394" would look like one.
_RECORD_VALUE = (
    r"(?:(?-i:[A-Z]{1,5})[ -]?|[A-Za-z]{1,5}-?)?\d[0-9A-Za-z]*(?:[ ./-]{1,2}(?=[0-9A-Za-z]*\d)[0-9A-Za-z]+)*"
)
_RECORD_AFTER_CUE = rf"(?i){_RECORD_CUE}{_LINK}({_RECORD_VALUE})"
_PATIENT_THEN_DIGITS = r"(?i)\b(?:patient|pt|paciente)[\s:#=-]{1,4}(\d{5,})(?!\d|[-.]\d)"
_RECORD_BEFORE_CUE = (
    r"(?i)(?<![\d-])([A-Za-z]{0,4}-?\d{5,14}[0-9A-Za-z]{0,6})[\s(=,-]{1,4}(?:is\s+(?:the|his|her|their)\s+)?"
    r"(?:mrn\b|medical\s+record|(?:patient|member|subscriber)\s+(?:id|number|no)\b)"
)
_CALENDAR_DATE = r"20\d\d-\d\d-\d\d(?![0-9])|\d{1,2}/\d{1,2}/20\d\d(?![0-9])"


def _records(plain: str) -> Iterator[tuple[int, int, IdentifierKind]]:
    for pattern in (_RECORD_AFTER_CUE, _PATIENT_THEN_DIGITS, _RECORD_BEFORE_CUE):
        for match in re.finditer(pattern, plain):
            value = match.group(1)
            # "Verify member ID, 2026-12-01" is a deadline, not a number on a card.
            if sum(c.isdigit() for c in value) >= 4 and not re.match(_CALENDAR_DATE, value):
                yield *match.span(1), IdentifierKind.RECORD


_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre)(?![a-z])\.?"
)
_YEAR = r"(?:(?:1[89]|20)\d\d|'?\d\d)(?!\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_FULL_DATE = (
    rf"(?:(?:1[89]|20)\d\d\s?[-/. ]\s?\d{{1,2}}\s?[-/. ]\s?\d{{1,2}}(?!\d)"
    rf"|\d{{1,2}}\s?[-/.]\s?\d{{1,2}}\s?[-/.]\s?{_YEAR}"
    rf"|\d{{1,2}} \d{{1,2}} {_YEAR}"
    rf"|{_MONTH}[\s-]*{_DAY}[\s,-]+{_YEAR}"
    rf"|{_DAY}[\s.-]*(?:of\s+|de\s+)?{_MONTH}[\s,-]*(?:de\s+|del\s+)?{_YEAR}"
    rf"|(?:1[89]|20)\d\d[\s-]*{_MONTH}[\s-]*{_DAY}"
    rf"|\d{{8}}(?!\d))"
)
# After a cue even a date without its year points at one person.
_ANY_DATE = (
    rf"(?:{_FULL_DATE}|\d{{6}}(?!\d)|{_MONTH}[\s-]*{_DAY}\b|{_DAY}[\s.-]*(?:of\s+|de\s+)?{_MONTH}"
    r"|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?!\d))"
)
_BIRTH_CUE = (
    r"(?:\bdob\b|\bd\.\s?o\.\s?b\b\.?|\bd/o/b\b|\bdate[\s-]+of[\s-]+birth\b|\bbirth[\s-]?(?:date|day)\b|"
    r"\bborn\b|\bbdate\b|\bb-?day\b|\bfecha\s+de\s+nacimiento\b|\bnacid[oa]\b|\bf\.?d\.?n\b\.?)"
)
_BIRTH_AFTER_CUE = rf"(?i){_BIRTH_CUE}{_LINK}({_ANY_DATE})"
# A few other words may stand between: "DOB for Jane Roe is 03/04/1961".
_BIRTH_NEAR_CUE = rf"(?i){_BIRTH_CUE}([^0-9!?;]{{0,40}}?)\b({_FULL_DATE})"
# "Confirm the DOB by 12/01/2026" is a deadline: such a word and a recent year, unless the gap ends as a statement does.
_DEADLINE = (
    r"(?i)\b(?:by|before|until|since|after|from|starting|effective|due|for|"
    r"on(?!\s+(?:file|record|chart))|hasta|desde|antes|para)\b"
)
_STATEMENT = r"(?i)(?:\b(?:is|was|es)|[:=])(?:[\s:=-]|\b(?:the|el)\b)*$"
_RECENT = r"(?<!\d)20(?:2[4-9]|[3-9]\d)(?!\d)|(?<!\d)20(?:2[4-9]|[3-9]\d)\d{4}(?!\d)|[-/.]2[4-9]$"
_BIRTH_BEFORE_CUE = (
    rf"(?i)(?<!\d)({_FULL_DATE})[\s(=,:-]{{0,4}}(?:is\s+|was\s+)?(?:(?:the|his|her|their|patient's|pt)\s+)?"
    r"(?:dob\b|d\.o\.b|date\s+of\s+birth|birth\s?(?:date|day)\b|fecha\s+de\s+nacimiento)"
)


def _birth_dates(plain: str) -> Iterator[tuple[int, int, IdentifierKind]]:
    for pattern in (_BIRTH_AFTER_CUE, _BIRTH_BEFORE_CUE):
        for match in re.finditer(pattern, plain):
            yield *match.span(1), IdentifierKind.BIRTH
    for match in re.finditer(_BIRTH_NEAR_CUE, plain):
        gap, day = match.groups()
        if re.search(_STATEMENT, gap) or not (re.search(_DEADLINE, gap) and re.search(_RECENT, day)):
            yield *match.span(2), IdentifierKind.BIRTH


_DIGIT_RUN = r"(?<![0-9A-Za-z])\d(?:[-. ]?\d){12,18}(?!\d|[-. ]\d)"
_CARD_GROUPS = (
    r"\d{13,19}|\d{4}([-. ])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{4}([-. ])\d{6}\2\d{4,5}|\d{4}([-. ])\d{3}\3\d{6}"
)
# Issuer ranges of ISO/IEC 7812 in use, for numbers whose blanks do not stand where a card prints them.
_ISSUER = r"4|5[1-5]|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)|3[47]|3(?:0[0-5]|[689])|35|6"


def _cards(plain: str) -> Iterator[tuple[int, int, IdentifierKind]]:
    for match in re.finditer(_DIGIT_RUN, plain):
        digits = re.sub(r"\D", "", match.group())
        printed_like_a_card = re.fullmatch(_CARD_GROUPS, match.group()) and digits[0] in "23456"
        if (printed_like_a_card or re.match(_ISSUER, digits)) and passes_luhn(digits):
            yield *match.span(), IdentifierKind.CARD


_NOT_A_NAME = (
    r"(?!(?:Access|Account|Advocate|Appointment|Care|Center|Centre|Check|Communication|Coordinator|Data|Education|"
    r"Experience|Family|Financial|Flow|Gateway|Health|Home|Info|Information|Intake|List|Liaison|Navigator|Outreach|"
    r"Portal|Privacy|Records|Recovery|Registration|Relations|Safety|Satisfaction|Scheduling|Service|Services|Support|"
    r"Survey|Transport|Volume|Call|Calls|Line|Queue)\b)"
)
_WEAK = (
    (
        IdentifierKind.NAME,
        (
            rf"(?:\b(?i:patient|pt|paciente|mr|mrs|ms|miss|señor|señora|sra?)\b\.?:?|\b(?i:named))\s+"
            rf"({_NOT_A_NAME}[^\W\d_a-zß-ÿ][^\W\d_]+(?:\s+[^\W\d_a-zß-ÿ][^\W\d_'-]+){{0,2}})"
        ),
    ),
    (
        IdentifierKind.PHONE,
        r"(?<![\d-])(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]?\d{4}(?![\d-])",
    ),
    (IdentifierKind.EMAIL, r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    (
        IdentifierKind.ADDRESS,
        (
            r"(?i)\b\d{1,5}\s+(?:[nsew]\.?\s+)?(?:[a-z]{1,20}\s+){1,3}(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|"
            r"drive|dr|court|ct|place|pl|terrace|parkway|pkwy|circle|cir)\b\.?"
        ),
    ),
    (IdentifierKind.OLD_DATE, r"(?<!\d)(?:\d{1,2}[-/.]\d{1,2}[-/.]19\d\d|19\d\d-\d\d-\d\d)(?!\d)"),
)
