"""What an agreement promises: rates, terms, and what a late cancellation costs each side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol, Self, TypeVar
from zoneinfo import ZoneInfo

from marketplace.kernel import Invalid, Lifecycle, Span, line_amount, local_days, short_date


class AgreementState(StrEnum):
    """Where an agreement stands. An amendment is a new agreement that supersedes the old one."""

    DRAFT = "draft"
    SENT = "sent"
    SIGNED = "signed"
    ACTIVE = "active"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    SUPERSEDED = "superseded"


LIFE = Lifecycle(
    "agreement",
    {
        (AgreementState.DRAFT, "send"): AgreementState.SENT,
        (AgreementState.SENT, "withdraw"): AgreementState.DRAFT,
        (AgreementState.SENT, "sign"): AgreementState.SIGNED,
        (AgreementState.SIGNED, "activate"): AgreementState.ACTIVE,
        (AgreementState.SIGNED, "terminate"): AgreementState.TERMINATED,
        (AgreementState.ACTIVE, "expire"): AgreementState.EXPIRED,
        (AgreementState.ACTIVE, "terminate"): AgreementState.TERMINATED,
        (AgreementState.ACTIVE, "supersede"): AgreementState.SUPERSEDED,
    },
)


@dataclass(frozen=True)
class Rate:
    """Cents an hour billed and paid; the markup on pay is in hundredths of a percent (4000 is 40 %)."""

    bill_cents: int
    pay_cents: int
    markup: int


def complete_rate(bill: int | None = None, pay: int | None = None, markup: int | None = None) -> Rate:
    """Any two of bill rate, pay rate (cents an hour) and markup (hundredths of a percent) give the third, half up.

    Invalid with fewer than two, with three that disagree, or when the pay would be zero or above the bill.
    """
    for amount, name in ((bill, "bill"), (pay, "pay")):
        if amount is not None and amount <= 0:
            raise Invalid("A rate must be more than $0.00 an hour.", name)
    if markup is not None and markup < 0:
        raise Invalid("The markup cannot be negative: the coordinator would be paid more than is billed.", "markup")
    match bill, pay, markup:
        case int(), int(), _:
            derived = _nearest((bill - pay) * 10_000, pay)
            if markup is not None and bill != _nearest(pay * (10_000 + markup), 10_000) and markup != derived:
                raise Invalid("Bill rate, pay rate and markup do not agree. Leave one of them empty.", "markup")
            rate = Rate(bill, pay, derived)
        case None, int(), int():
            rate = Rate(_nearest(pay * (10_000 + markup), 10_000), pay, markup)
        case int(), None, int():
            rate = Rate(bill, _nearest(bill * 10_000, 10_000 + markup), markup)
        case _:
            raise Invalid("Give two of bill rate, pay rate and markup; the third follows.", "bill")
    if not 0 < rate.pay_cents <= rate.bill_cents:
        raise Invalid("The pay rate must be above zero and no more than the bill rate.", "pay")
    return rate


def _nearest(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


class RateTerms(Protocol):
    """One row of a rate card: cents an hour for a service line and earn code, between two days, the last included."""

    @property
    def service_line(self) -> str: ...
    @property
    def earn_code(self) -> str: ...
    @property
    def bill_cents(self) -> int: ...
    @property
    def pay_cents(self) -> int: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_until(self) -> date | None: ...


Row = TypeVar("Row", bound=RateTerms)


def _covers(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or day <= last)


class AgreementTerm(Protocol):
    """What decides whether an agreement holds: its state and its first and last day (None: open-ended)."""

    @property
    def state(self) -> AgreementState: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_until(self) -> date | None: ...


def in_force(agreement: AgreementTerm, span: Span, zone: ZoneInfo | str) -> bool:
    """Whether the agreement is active and covers every local day the span touches, in the facility's zone."""
    return agreement.state is AgreementState.ACTIVE and all(
        _covers(agreement.effective_from, agreement.effective_until, day) for day in local_days(span, zone)
    )


@dataclass(frozen=True)
class Compensation:
    """What is owed beside the time worked: minutes, both amounts in cents, and why."""

    minutes: int
    bill_cents: int
    pay_cents: int
    sentence: str


SENT_HOME = "sent_home_minutes"
"""Agreements from before keep these minutes with their terms. No act charges them; the signed text is shown as it was signed."""


@dataclass(frozen=True)
class CancellationPolicy:
    """What cancelling late costs either side. Kept as data with each agreement; minutes and points throughout.

    `coordinator_tiers` are (notice of at least so many minutes, points), the longest notice first and the last one from 0;
    points are zero or negative.
    """

    # More than 72 h is free, and exactly 72 h is not more: hence the one minute.
    coordinator_tiers: tuple[tuple[int, int], ...] = ((72 * 60 + 1, 0), (24 * 60, -25), (4 * 60, -55), (0, -85))
    no_show_points: int = -100
    facility_free_notice: int = 24 * 60
    """With less notice than this the facility pays `late_minutes`."""
    late_minutes: int = 2 * 60

    def __post_init__(self) -> None:
        notices = [notice for notice, _ in self.coordinator_tiers]
        points = [points for _, points in self.coordinator_tiers]
        if not notices or notices[-1] != 0 or notices != sorted(set(notices), reverse=True):
            raise Invalid("The notice tiers must go from the longest notice down to 0.", "cancellation")
        if max(points) > 0 or points != sorted(points, reverse=True) or self.no_show_points > points[-1]:
            raise Invalid(
                "Less notice must never cost fewer points, and points are never given for it.", "cancellation"
            )
        if min(self.facility_free_notice, self.late_minutes) < 0:
            raise Invalid("Notice and compensation cannot be negative.", "cancellation")

    def as_data(self) -> dict[str, Any]:
        """The policy as it is stored with the agreement."""
        return {
            "coordinator_tiers": [list(tier) for tier in self.coordinator_tiers],
            "no_show_points": self.no_show_points,
            "facility_free_notice": self.facility_free_notice,
            "late_minutes": self.late_minutes,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The policy from what is stored; what is not said there is the default. Invalid when it makes no sense."""
        stored = {name: value for name, value in data.items() if name != SENT_HOME}
        unknown = sorted(stored.keys() - cls.__dataclass_fields__.keys())
        tiers = stored.pop("coordinator_tiers", None)
        try:
            whole = all(type(number) is int for number in stored.values())
            if tiers is not None:
                stored["coordinator_tiers"] = tuple((notice, points) for notice, points in tiers)
                whole = whole and all(type(number) is int for tier in stored["coordinator_tiers"] for number in tier)
        except (TypeError, ValueError):
            whole = False
        if unknown or not whole:
            raise Invalid("The cancellation policy must be whole minutes and points.", "cancellation")
        return cls(**stored)


def facility_fee(policy: CancellationPolicy, notice_minutes: int, planned_minutes: int, rate: Rate) -> Compensation:
    """What the facility owes for cancelling before the shift, at the rates the shift was booked under."""
    if notice_minutes >= policy.facility_free_notice:
        return Compensation(0, 0, 0, "Free: the notice is long enough.")
    minutes = min(policy.late_minutes, planned_minutes)
    why = f"Less than {_hours(policy.facility_free_notice)} of notice: {_hours(minutes)} are paid."
    return Compensation(minutes, line_amount(minutes, rate.bill_cents), line_amount(minutes, rate.pay_cents), why)


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes // 60}:{minutes % 60:02d} h"


def coordinator_points(policy: CancellationPolicy, notice_minutes: int) -> int:
    """Reliability points (zero or negative) for a coordinator who cancels with so much notice; after the start it is 0."""
    notice = max(0, notice_minutes)
    return next(points for least, points in policy.coordinator_tiers if notice >= least)


# ---- what is wrong with a contract ------------------------------------------------------------------------------

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
        if not any(_covers(row.valid_from, row.valid_until, from_day) for row in rows):
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
