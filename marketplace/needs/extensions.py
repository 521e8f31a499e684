"""Extending: more shifts for a need that is posted already, at the rates the contract has on their days."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.contracts.models import Agreement
from marketplace.db import session
from marketplace.kernel import Invalid, Phrase
from marketplace.needs.models import Need, Shift
from marketplace.needs.posting import check_may_post, made_shift
from marketplace.needs.queries import active_contract
from marketplace.needs.quoting import NeedDraft, draft_of, quote, rate_for
from marketplace.needs.rules import MOST_OCCURRENCES, WEEKLY, ShiftState, shifts_counted, stretch


def extend(need: Need, until: date | None, other_days: tuple[date, ...], by: Person, at: datetime) -> list[Shift]:
    """Add shifts to a posted need: its pattern onwards through `until`, and single days; at today's contract rates.

    Raises Invalid naming the field, also for a day that has a shift of this need already; NotYet while the facility is not
    active.
    """
    check_may_post(need.facility_id, by, at)
    live = select(Shift.local_day).where(Shift.need_id == need.id, Shift.state != ShiftState.CANCELLED)
    taken = set(session.scalars(live))
    last = max(taken, default=need.first_day)
    draft = draft_of(need, bill_rate_cents=None, other_days=other_days)
    if until is not None and not need.repeat:
        raise Invalid("This need does not repeat: add single days.", "until")
    if until is not None and until <= last:
        raise Invalid("This need already runs until %(day)s. Choose a later day.", "until", day=last)
    if until is None and not other_days:
        raise Invalid("Choose a new last day, or add a day.", "until" if need.repeat else "other_days")
    if double := sorted(taken.intersection(other_days)):
        raise Invalid("%(day)s has a shift of this need already. Take that day out.", "other_days", day=double[0])
    draft = _from_day(draft, last + timedelta(days=1), until)
    contract = active_contract(need.facility_id)
    try:
        planned = quote(replace(draft, bill_rate_cents=_kept_surcharge(need, contract)), contract, at)
    except Invalid as refusal:
        # Only days are asked for here, so that is where every refusal belongs.
        raise refusal.at("other_days" if until is None else "until") from None
    added = [shift for shift in planned.shifts if shift.local_day not in taken]
    if len(taken) + len(added) > MOST_OCCURRENCES:
        raise Invalid("One need has at most %(most)s shifts. Post another one.", "until", most=MOST_OCCURRENCES)
    shifts = [made_shift(need, shift) for shift in added]
    session.add_all(shifts)
    if until is not None:
        need.until = until
    need.dates = sorted({*need.dates, *(day.isoformat() for day in other_days)})
    session.flush()
    days = (added[0].local_day, added[-1].local_day)
    extended = Phrase("Extended by %(shifts)s: %(days)s.", shifts=shifts_counted(len(added)), days=stretch(*days))
    record("extend", need, extended, by=by)
    return shifts


def _from_day(draft: NeedDraft, first: date, until: date | None) -> NeedDraft:
    """The draft's pattern from `first` on, or only its single days when `until` is None."""
    if until is None:
        first, *others = sorted(draft.other_days)
        draft = replace(draft, repeat="", until=None, other_days=tuple(others))
    else:
        if draft.repeat == WEEKLY:  # the weekday is that of the first day, so it must stay
            first += timedelta(days=(draft.starts.weekday() - first.weekday()) % 7)
        draft = replace(draft, until=until)
    later = timedelta(days=(first - draft.starts.date()).days)
    return replace(draft, starts=draft.starts + later, ends=draft.ends + later)


def _kept_surcharge(need: Need, contract: Agreement | None) -> int | None:
    """The need's own rate where it was posted above the contract's, so that new shifts pay as much as the old ones."""
    card = rate_for(contract, need.service_line, need.first_day)
    return need.bill_rate_cents if card is not None and need.bill_rate_cents > card.bill_cents else None
