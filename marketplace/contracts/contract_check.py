"""The check of a contract: its terms, card and BAA are compared with the work that is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from marketplace.contracts.models import Agreement, AgreementKind, RateRow
from marketplace.contracts.queries import active
from marketplace.contracts.rates import RateTerms
from marketplace.contracts.rules import holds_on
from marketplace.kernel import Coded, Hook, Phrase

lines_in_use: Hook[[int], list[str]] = Hook("contracts.contract_check.lines_in_use")
"""Which service lines a facility asks for, by code. Needs stand above contracts, so they answer."""


ENDS_SOON_DAYS = 30


class Weight(StrEnum):
    """A problem stops work or money; a warning will; a note is for whoever negotiates."""

    PROBLEM = "problem"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class TermProblem:
    """One thing to look at, and what to do about it."""

    weight: Weight
    sentence: Phrase
    about_baa: bool = False
    """Whether a BAA has to be drafted, or brought on."""


@dataclass(frozen=True)
class TermsCheck:
    """The input of the check: a master agreement, its card, the BAA beside it, and the work that is asked for."""

    first: date
    last: date | None
    cancellation: Mapping[str, Any]
    rows: tuple[RateTerms, ...]
    baa_last: date | None = None
    has_baa: bool = False
    lines_in_use: tuple[str, ...] = ()
    """Codes of the service lines that the facility asks for."""


def findings(agreement: Agreement, rows: Sequence[RateRow], today: date) -> list[TermProblem]:
    """The worst first; empty when all is well, and for a BAA. `rows` are loaded with what is paid."""
    if agreement.kind is AgreementKind.BAA or agreement.facility_id is None:
        return []
    baa = active(AgreementKind.BAA, agreement.facility_id)
    return lint(
        TermsCheck(
            first=agreement.effective_from,
            last=agreement.effective_until,
            cancellation=agreement.cancellation,
            rows=tuple(rows),
            has_baa=baa is not None,
            baa_last=baa.effective_until if baa else None,
            lines_in_use=tuple(code for answer in lines_in_use(agreement.facility_id) for code in answer),
        ),
        today,
    )


def lint(contract: TermsCheck, today: date) -> list[TermProblem]:
    """Everything that is, or soon will be, wrong with a contract; the worst first. Empty when all is well."""
    return sorted(_findings(contract, today), key=lambda finding: list(Weight).index(finding.weight))


def _findings(contract: TermsCheck, today: date) -> Iterable[TermProblem]:
    if not contract.cancellation:
        yield _warning(Phrase("It says nothing about cancellation, so the agency's standard terms apply."))
    if contract.last is not None and contract.last < today:
        yield _problem(Phrase("It ended on %(day)s. Nothing new can be posted.", day=contract.last))
    elif contract.last is not None and (contract.last - today).days <= ENDS_SOON_DAYS:
        yield _warning(Phrase("It ends on %(day)s. Draft the next one now.", day=contract.last))
    if not contract.has_baa:
        yield _problem(
            Phrase("There is no active BAA with this facility. No shift can start without it."), about_baa=True
        )
    elif contract.baa_last is not None and contract.baa_last < today:
        yield _problem(
            Phrase("The BAA ended on %(day)s. No shift can start without it.", day=contract.baa_last), about_baa=True
        )
    elif contract.baa_last is not None and (contract.baa_last - today).days <= ENDS_SOON_DAYS:
        yield _warning(
            Phrase("The BAA ends on %(day)s. Draft the next one now.", day=contract.baa_last), about_baa=True
        )
    yield from _missing_rates(contract, max(today, contract.first))
    for row in contract.rows:
        yield from _odd_rate(row, contract)


def _missing_rates(contract: TermsCheck, from_day: date) -> Iterable[TermProblem]:
    if not contract.rows:
        yield _problem(Phrase("The rate card is empty. Add a rate for each kind of work."))
    for code in contract.lines_in_use:
        name = Coded("line", code)
        rows = [row for row in contract.rows if (row.service_line, row.earn_code) == (code, "regular")]
        if not any(holds_on(row.valid_from, row.valid_until, from_day) for row in rows):
            yield _problem(
                Phrase("%(line)s is asked for, but the card has no rate for it on %(day)s.", line=name, day=from_day)
            )
        elif all(row.valid_until is not None and row.valid_until != contract.last for row in rows):
            last = max(row.valid_until for row in rows if row.valid_until is not None)
            if contract.last is None or last < contract.last:
                yield _warning(
                    Phrase("The rate for %(line)s ends on %(day)s, before the contract does.", line=name, day=last)
                )


def _odd_rate(row: RateTerms, contract: TermsCheck) -> Iterable[TermProblem]:
    """Odd rates that the table accepts. It refuses overlapping rates, and more pay than bill."""
    name = Coded("line", row.service_line)
    if row.pay_cents == row.bill_cents:
        yield TermProblem(Weight.NOTE, Phrase("%(line)s leaves nothing for the agency.", line=name))
    if row.valid_from < contract.first or (contract.last and row.valid_from > contract.last):
        sentence = Phrase(
            "The rate for %(line)s from %(day)s begins outside the contract.", line=name, day=row.valid_from
        )
        yield TermProblem(Weight.NOTE, sentence)


def _problem(sentence: Phrase, *, about_baa: bool = False) -> TermProblem:
    return TermProblem(Weight.PROBLEM, sentence, about_baa)


def _warning(sentence: Phrase, *, about_baa: bool = False) -> TermProblem:
    return TermProblem(Weight.WARNING, sentence, about_baa)
