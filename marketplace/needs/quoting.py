"""Planning: the exact shifts and rates that follow from what a facility asks for. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from marketplace.catalogue.models import ServiceLine
from marketplace.contracts.models import Agreement, RateRow
from marketplace.contracts.rates import complete_rate
from marketplace.contracts.rules import in_force
from marketplace.coordinators.models import Education
from marketplace.db import session
from marketplace.kernel import Invalid, Observance, Phrase, Span, dollars, line_amount, local_day, named
from marketplace.needs.models import FillMode, Need
from marketplace.needs.rules import Pattern, left_out, occurrences
from marketplace.needs.texts import days_between, leaves_out_holidays, repeat_meant

MOST_HEADS = 99
# Where no contract says what the coordinator gets (a need from another system's past): a markup of a third on pay, so
# that three quarters of the bill rate are paid. Hundredths of a percent.
MARKUP_WITHOUT_CONTRACT = 3333
# Above this many times the contract's rate a decimal point is missing.
MOST_TIMES_CONTRACT = 3


@dataclass(frozen=True, kw_only=True)
class NeedDraft:
    """A need before it is posted, in the site's local time. `starts` and `ends` are those of the first shift, without a zone.

    `repeat` is "", WEEKLY, WEEKDAYS or chosen weekdays (0 is Monday), through `until`, with `leave_out_holidays` not on
    federal holidays; `other_days` adds single days.
    Rates are cents an hour; None takes the contract's. A bill rate above the contract's raises the pay in proportion.
    """

    facility_id: int
    site_id: int
    time_zone: str
    line: str
    starts: datetime
    ends: datetime
    repeat: str | tuple[int, ...] = ""
    until: date | None = None
    other_days: tuple[date, ...] = ()
    leave_out_holidays: bool = False
    headcount: int = 1
    mode: FillMode = FillMode.OFFER
    bill_rate_cents: int | None = None
    pay_rate_cents: int | None = None
    required_credentials: tuple[str, ...] = ()
    preferred_credentials: tuple[str, ...] = ()
    patient_states: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    ehr: str = ""
    min_education: Education | None = None
    min_years: int = 0
    duties: tuple[str, ...] = ()
    notes: str = ""
    external_ref: str | None = None

    @property
    def pattern(self) -> Pattern:
        return Pattern(self.starts, self.ends, self.repeat, self.until, self.other_days, self.leave_out_holidays)


@dataclass(frozen=True)
class QuotedShift:
    """One shift of a posting: the local day it begins on, its exact span, and its rates in cents an hour."""

    local_day: date
    span: Span
    bill_cents: int
    pay_cents: int


@dataclass(frozen=True)
class Quote:
    """The quote of a posting: its shifts in order of time, each with `headcount` seats; and holidays `left_out`."""

    shifts: tuple[QuotedShift, ...]
    headcount: int
    line: ServiceLine
    left_out: tuple[Observance, ...] = ()

    @property
    def first(self) -> QuotedShift:
        return self.shifts[0]

    @property
    def minutes(self) -> int:
        """Elapsed minutes over all seats."""
        return self.headcount * sum(shift.span.minutes for shift in self.shifts)

    @property
    def cents(self) -> int:
        """The cents of all seats worked as planned; each seat of each shift is one line."""
        return self.headcount * sum(line_amount(shift.span.minutes, shift.bill_cents) for shift in self.shifts)

    @property
    def days(self) -> str:
        """Nov 30 – Dec 18, 2026"""
        return days_between(self.shifts[0].local_day, self.shifts[-1].local_day)

    @property
    def even_minutes(self) -> int | None:
        """The length of every shift, or None when they differ (a clock change lies between)."""
        lengths = {shift.span.minutes for shift in self.shifts}
        return lengths.pop() if len(lengths) == 1 else None

    @property
    def even_bill_cents(self) -> int | None:
        """The bill rate of every shift, or None when the contract's rate changes on the way."""
        rates = {shift.bill_cents for shift in self.shifts}
        return rates.pop() if len(rates) == 1 else None


def quote(
    draft: NeedDraft,
    contract: Agreement | None,
    at: datetime,
    *,
    past_allowed: bool = False,
    contract_needed: bool = True,
) -> Quote:
    """The shifts and rates of a draft under the facility's active `contract`; writes nothing.

    Raises Invalid naming the field. History may lie in the past (`past_allowed`) and stand on no contract
    (`contract_needed=False`).
    """
    if not 1 <= draft.headcount <= MOST_HEADS:
        raise Invalid("Between 1 and %(most)s people.", "headcount", most=MOST_HEADS)
    line = session.get(ServiceLine, draft.line)
    if line is None or not (line.active or past_allowed):
        raise Invalid("Choose one of the kinds of work the agency offers.", "line")
    planned = occurrences(draft.pattern, draft.time_zone)
    if not past_allowed:
        for occurrence in planned:
            _check_ahead(occurrence.span.start, occurrence.local_day, draft, at)
    if contract_needed:
        _check_contract(contract, [occurrence.span for occurrence in planned], draft)
    shifts = []
    for day, span in planned:
        bill, pay = rates_of(draft, line, contract, day, contract_needed)
        shifts.append(QuotedShift(day, span, bill, pay))
    return Quote(tuple(shifts), draft.headcount, line, tuple(left_out(draft.pattern)))


def _check_ahead(start: datetime, day: date, draft: NeedDraft, at: datetime) -> None:
    if start > at:
        return
    field = "other_days" if day in draft.other_days and day != draft.starts.date() else "first_day"
    if day < local_day(at, draft.time_zone):
        raise Invalid("%(day)s is in the past. Choose today or a later day.", field, day=day)
    raise Invalid("%(time)s today has passed. Choose a later time or day.", "starts_local", time=draft.starts.time())


def _check_contract(contract: Agreement | None, spans: Sequence[Span], draft: NeedDraft) -> None:
    if contract is None:
        raise Invalid("There is no active contract yet, and nothing can be posted without one. Ask the agency for it.")
    for span in spans:
        if in_force(contract, span, draft.time_zone):
            continue
        field = "until" if draft.repeat else "first_day"
        if local_day(span.start, draft.time_zone) < contract.effective_from:
            raise Invalid(
                "Your contract begins on %(day)s. Choose a day from then on.", field, day=contract.effective_from
            )
        last = contract.effective_until
        raise Invalid(
            "Your contract ends on %(day)s. Choose days up to then, or ask the agency for a new one.",
            field,
            day=last or Phrase("an earlier day"),
        )


def rates_of(
    draft: NeedDraft, line: ServiceLine, contract: Agreement | None, day: date, contract_needed: bool
) -> tuple[int, int]:
    """Bill and pay in cents an hour for a shift that begins on `day`; raises Invalid at `line` or `rate`."""
    card = rate_for(contract, draft.line, day)
    asked = draft.bill_rate_cents
    if card is None:
        if contract_needed:
            raise Invalid(
                "Your contract has no rate for %(work)s on %(day)s. Ask the agency to add one.",
                "line",
                work=named(line),
                day=day,
            )
        if asked is None:
            raise Invalid("Write the rate an hour: there is no contract to take it from.", "rate")
        paid = draft.pay_rate_cents
        rate = (
            complete_rate(bill=asked, pay=paid) if paid else complete_rate(bill=asked, markup=MARKUP_WITHOUT_CONTRACT)
        )
        return rate.bill_cents, rate.pay_cents
    bill = card.bill_cents if asked is None else asked
    if contract_needed and bill < card.bill_cents:
        raise Invalid(
            "Your contract says %(amount)s an hour for %(work)s. You may offer more, not less.",
            "rate",
            amount=dollars(card.bill_cents),
            work=named(line),
        )
    if contract_needed and bill > MOST_TIMES_CONTRACT * card.bill_cents:
        raise Invalid(
            "That is more than %(times)s times the %(amount)s of your contract. Look at the decimal point.",
            "rate",
            times=MOST_TIMES_CONTRACT,
            amount=dollars(card.bill_cents),
        )
    if draft.pay_rate_cents is not None:
        return bill, complete_rate(bill=bill, pay=draft.pay_rate_cents).pay_cents
    # Who is asked to come at short notice gets the same share of the higher rate.
    return bill, max(1, (2 * bill * card.pay_cents + card.bill_cents) // (2 * card.bill_cents))


def rate_for(contract: Agreement | None, line: str, day: date) -> RateRow | None:
    """The regular rate of the contract for a kind of work on a day; None without one."""
    for row in contract.rates if contract else ():
        ends = row.valid_until or date.max
        if (row.service_line, row.earn_code) == (line, "regular") and row.valid_from <= day <= ends:
            return row
    return None


def draft_of(need: Need, **changes: Any) -> NeedDraft:
    """The draft of a posted need, as it was typed, with `changes`; the start of an edit, an extension or another posting."""
    starts = datetime.combine(need.first_day, need.starts_local)
    ends = datetime.combine(need.first_day, need.ends_local)
    if ends <= starts:
        ends += timedelta(days=1)
    same = NeedDraft(
        facility_id=need.facility_id,
        site_id=need.site_id,
        time_zone=need.time_zone,
        line=need.service_line,
        starts=starts,
        ends=ends,
        repeat=repeat_meant(need.repeat),
        until=need.until,
        other_days=tuple(date.fromisoformat(day) for day in need.dates),
        leave_out_holidays=leaves_out_holidays(need.repeat),
        headcount=need.headcount,
        mode=need.mode,
        bill_rate_cents=need.bill_rate_cents,
        required_credentials=tuple(need.required_credentials),
        preferred_credentials=tuple(need.preferred_credentials),
        patient_states=tuple(need.patient_states),
        languages=tuple(need.languages),
        ehr=need.ehr,
        min_education=need.min_education,
        min_years=need.min_years,
        duties=tuple(need.duties),
        notes=need.notes,
    )
    return replace(same, **changes)


def again(need: Need, last: date | None, at: datetime) -> NeedDraft:
    """The same need after its last shift: on the next such weekday that is still ahead, for as long as before."""
    today = local_day(at, need.time_zone)
    earliest = max(today, last or need.first_day) + timedelta(days=1)
    first = earliest + timedelta(days=(need.first_day.weekday() - earliest.weekday()) % 7)
    later = first - need.first_day
    draft = draft_of(need)
    return replace(
        draft,
        starts=draft.starts + later,
        ends=draft.ends + later,
        until=need.until + later if need.until else None,
        other_days=tuple(day + later for day in draft.other_days),
        bill_rate_cents=None,
    )
