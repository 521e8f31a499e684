"""The days on which credentials and agreements are valid, and whether together they cover every day of a shift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from marketplace.kernel import N_, Coded, JoinedList, Phrase
from marketplace.matching.facts import HIPAA_TRAINING, RN_LICENCE, AgreementFacts, CredentialFacts, RequiredAgreement

_NAMES = {HIPAA_TRAINING: Phrase("HIPAA training"), RN_LICENCE: Phrase("RN license")}
_AGREEMENTS = {RequiredAgreement.CONTRACT: N_("Contract %(number)s"), RequiredAgreement.BAA: N_("BAA %(number)s")}


class CredentialTerm(NamedTuple):
    """The first and last valid day of something (None: open-ended), and what it is: a credential, an agreement, a state.

    With `compact` a license counts for its privilege in another state of the compact.
    """

    first: date
    last: date | None
    of: CredentialFacts | AgreementFacts | str
    compact: bool = False

    def holds_on(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    @property
    def label(self) -> object:
        """Its name in a sentence."""
        match self.of:
            case CredentialFacts():
                return _label(self.of, self.compact)
            case AgreementFacts():
                return Phrase(_AGREEMENTS[self.of.kind], number=self.of.reference)
            case state:
                return state


def _label(credential: CredentialFacts, compact: bool) -> object:
    """License N-1 (IL); another credential by its name and its number."""
    number, state = credential.number, credential.state
    if credential.type == RN_LICENCE and compact:
        if state:
            return Phrase("Compact license %(number)s (%(states)s)", number=number, states=state)
        return Phrase("Compact license %(number)s", number=number)
    if credential.type == RN_LICENCE:
        if state:
            return Phrase("License %(number)s (%(states)s)", number=number, states=state)
        return Phrase("License %(number)s", number=number)
    return JoinedList([credential_name(credential.type), number], " ") if number else credential_name(credential.type)


def credential_name(kind: str) -> object:
    """The name of a type of credential."""
    return _NAMES.get(kind) or Coded("credential", kind)


class Cover(NamedTuple):
    """Whether papers cover every day of a shift: the objection if not, else the paper that covers the last day."""

    objection: Phrase | None
    datum: object
    until: date | None

    @property
    def complete(self) -> bool:
        return self.objection is None


def cover(days: Sequence[date], terms: Iterable[CredentialTerm]) -> Cover | None:
    """Do the terms together cover every day? None when there is no paper at all.

    A renewal that begins the day after the old paper ends leaves no gap, so each day may rest on another paper.
    """
    terms = list(terms)
    if not terms:
        return None
    holding: CredentialTerm | None = None
    for day in days:
        holding = max(
            (term for term in terms if term.holds_on(day)), key=lambda term: term.last or date.max, default=None
        )
        if holding is None:
            return _gap(day, days, terms)
    assert holding is not None  # a shift touches at least one day
    return Cover(None, holding.label, holding.last)


def _gap(day: date, days: Sequence[date], terms: Sequence[CredentialTerm]) -> Cover:
    ended = [(term.last, n) for n, term in enumerate(terms) if term.last is not None and term.last < day]
    if ended:
        last, n = max(ended)
        paper = terms[n].label
        if last < days[0]:
            why = Phrase(
                "%(paper)s is valid until %(day)s, the shift starts %(shift_day)s.",
                paper=paper,
                day=last,
                shift_day=days[0],
            )
        else:
            why = valid_until(paper, last, days[-1])
        return Cover(why, paper, last)
    term = min(terms, key=lambda term: term.first)
    why = Phrase(
        "%(paper)s is valid from %(day)s, the shift starts %(shift_day)s.",
        paper=term.label,
        day=term.first,
        shift_day=days[0],
    )
    return Cover(why, term.label, term.first)


def valid_until(paper: object, last: date, shift_ends: date) -> Phrase:
    return Phrase(
        "%(paper)s is valid until %(day)s, the shift ends %(shift_day)s.", paper=paper, day=last, shift_day=shift_ends
    )
