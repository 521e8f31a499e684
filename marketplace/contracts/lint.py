"""What is, or soon will be, wrong with a contract: sentences for the agency, the worst first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from marketplace.contracts.rates import RateTerms, Row
from marketplace.contracts.rules import holds_on
from marketplace.kernel import short_date

ENDS_SOON_DAYS = 30


class Weight(StrEnum):
    """A problem stops work or money; a warning will; a note is for whoever negotiates."""

    PROBLEM = "problem"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class TermProblem:
    """One thing to look at, as a sentence that says what to do."""

    weight: Weight
    sentence: str


@dataclass(frozen=True)
class TermsCheck:
    """What the linter looks at: a master agreement, its card, the BAA beside it, and the work that is asked for."""

    first: date
    last: date | None
    cancellation: Mapping[str, Any]
    rows: tuple[RateTerms, ...]
    baa_last: date | None = None
    has_baa: bool = False
    lines_in_use: Mapping[str, str] = field(default_factory=dict)
    """Service lines the facility asks for, code → name."""
    po_number: str = ""


def lint(contract: TermsCheck, today: date) -> list[TermProblem]:
    """Everything that is, or soon will be, wrong with a contract; the worst first. Empty when all is well."""
    return sorted(_findings(contract, today), key=lambda finding: list(Weight).index(finding.weight))


def _findings(contract: TermsCheck, today: date) -> Iterable[TermProblem]:
    if not contract.cancellation:
        yield TermProblem(Weight.WARNING, "It says nothing about cancellation, so the agency's standard terms apply.")
    if contract.last is not None and contract.last < today:
        yield TermProblem(Weight.PROBLEM, f"It ended on {short_date(contract.last)}. Nothing new can be posted.")
    elif contract.last is not None and (contract.last - today).days <= ENDS_SOON_DAYS:
        yield TermProblem(Weight.WARNING, f"It ends on {short_date(contract.last)}. Draft the next one now.")
    if not contract.has_baa:
        yield TermProblem(Weight.PROBLEM, "There is no active BAA with this facility. No shift can start without it.")
    elif contract.baa_last is not None and contract.baa_last < today:
        yield TermProblem(
            Weight.PROBLEM, f"The BAA ended on {short_date(contract.baa_last)}. No shift can start without it."
        )
    elif contract.baa_last is not None and (contract.baa_last - today).days <= ENDS_SOON_DAYS:
        yield TermProblem(Weight.WARNING, f"The BAA ends on {short_date(contract.baa_last)}. Draft the next one now.")
    yield from _card_findings(contract, today)


def _card_findings(contract: TermsCheck, today: date) -> Iterable[TermProblem]:
    if not contract.rows:
        yield TermProblem(Weight.PROBLEM, "The rate card is empty. Add a rate for each kind of work.")
    from_day = max(today, contract.first)
    for code, name in contract.lines_in_use.items():
        rows = [row for row in contract.rows if (row.service_line, row.earn_code) == (code, "regular")]
        if not any(holds_on(row.valid_from, row.valid_until, from_day) for row in rows):
            yield TermProblem(
                Weight.PROBLEM, f"{name} is asked for, but the card has no rate for it on {short_date(from_day)}."
            )
        elif all(row.valid_until is not None and row.valid_until != contract.last for row in rows):
            last = max(row.valid_until for row in rows if row.valid_until is not None)
            if contract.last is None or last < contract.last:
                yield TermProblem(
                    Weight.WARNING, f"The rate for {name} ends on {short_date(last)}, before the contract does."
                )
    for one, other in _overlapping(contract.rows):
        yield TermProblem(
            Weight.PROBLEM,
            f"Two rates for {one.service_line} hold from {short_date(max(one.valid_from, other.valid_from))}. End one of them.",
        )
    for row in contract.rows:
        if row.pay_cents > row.bill_cents:
            yield TermProblem(Weight.PROBLEM, f"{row.service_line} pays more than it bills.")
        elif row.pay_cents == row.bill_cents:
            yield TermProblem(Weight.NOTE, f"{row.service_line} leaves nothing for the agency.")
        if row.valid_from < contract.first or (contract.last and row.valid_from > contract.last):
            yield TermProblem(
                Weight.NOTE,
                f"The rate for {row.service_line} from {short_date(row.valid_from)} begins outside the contract.",
            )


def _overlapping(rows: tuple[Row, ...]) -> Iterable[tuple[Row, Row]]:
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            same = (one.service_line, one.earn_code) == (other.service_line, other.earn_code)
            if (
                same
                and one.valid_from <= (other.valid_until or date.max)
                and other.valid_from <= (one.valid_until or date.max)
            ):
                yield one, other
