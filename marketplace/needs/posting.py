"""Posting: a plan becomes a need with its shifts, at once or by way of a draft."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.catalogue.models import ServiceLine
from marketplace.contracts.models import Agreement
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.facilities.readiness import check_asks_for_people
from marketplace.kernel import Invalid, Phrase, check_no_patient_data, clean_text, named
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.queries import active_contract
from marketplace.needs.quoting import NeedDraft, Quote, QuotedShift, quote, rates_of
from marketplace.needs.rules import LIFE, NeedState, occurrences, shifts_counted, stretch
from marketplace.needs.texts import repeat_kept

# Whoever posts needs the draft too.
__all__ = [
    "LONGEST_NOTES",
    "NeedDraft",
    "QuotedNeed",
    "check_may_post",
    "made_shift",
    "post_draft",
    "post_need",
    "post_planned",
    "rewrite",
    "save_draft",
]

LONGEST_NOTES = 4000


def post_need(
    draft: NeedDraft,
    by: Person | None,
    at: datetime,
    *,
    past_allowed: bool = False,
    contract_needed: bool = True,
) -> Need:
    """Post a need with all its shifts; raises Invalid naming the field, or NotYet, and then nothing was written.

    `by` is None when another system's file brings it. See `plan` for `past_allowed` and `contract_needed`.
    """
    check_may_post(draft.facility_id, by, at)
    contract = active_contract(draft.facility_id)
    planned = quote(draft, contract, at, past_allowed=past_allowed, contract_needed=contract_needed)
    [need] = post_planned([QuotedNeed(draft, planned, contract)], by, at)
    return need


def check_may_post(facility_id: int, by: Person | None, at: datetime) -> None:
    """Raises NotYet, with what comes first, while the facility is not active."""
    check_asks_for_people(session.get_one(Facility, facility_id), by, at)


class QuotedNeed(NamedTuple):
    """A draft, and its quote under the facility's contract."""

    draft: NeedDraft
    plan: Quote
    contract: Agreement | None


def post_planned(asked: Sequence[QuotedNeed], by: Person | None, at: datetime) -> list[Need]:
    """Post needs whose plans have been made; as many statements for a hundred as for one."""
    needs = []
    for draft, planned, _contract in asked:
        need = Need(facility_id=draft.facility_id, time_zone=draft.time_zone, external_ref=draft.external_ref)
        _write(need, draft, planned.first.bill_cents, planned.first.pay_cents)
        needs.append(need)
    session.add_all(needs)
    _open([(need, one.plan, one.contract) for need, one in zip(needs, asked, strict=True)], by, at)
    return needs


def save_draft(draft: NeedDraft, by: Person, at: datetime, need: Need | None = None) -> Need:
    """Keep a need that is not posted yet, new or over the older draft `need`. Nobody else sees it; it has no shifts.

    Its pattern must make sense; day and contract are checked when it is posted. Raises Invalid naming the field.
    """
    occurrences(draft.pattern, draft.time_zone)
    contract = active_contract(draft.facility_id)
    line = session.get(ServiceLine, draft.line)
    if line is None:
        raise Invalid("Choose one of the kinds of work the agency offers.", "line")
    bill, pay = rates_of(draft, line, contract, draft.starts.date(), contract_needed=False)
    if need is None:
        need = Need(facility_id=draft.facility_id, time_zone=draft.time_zone)
        session.add(need)
    _write(need, draft, bill, pay)
    session.flush()
    record("save_draft", need, Phrase("Saved as a draft: %(line)s.", line=named(line)), by=by)
    return need


def post_draft(need: Need, draft: NeedDraft, by: Person, at: datetime) -> Need:
    """Post what was kept as a draft, as it reads now in `draft`; raises Invalid, NotAllowedNow or NotYet."""
    LIFE.after(need.state, "post")
    check_may_post(draft.facility_id, by, at)
    contract = active_contract(draft.facility_id)
    planned = quote(draft, contract, at)
    _write(need, draft, planned.first.bill_cents, planned.first.pay_cents)
    _open([(need, planned, contract)], by, at)
    return need


def _write(need: Need, draft: NeedDraft, bill_cents: int, pay_cents: int) -> None:
    """Put what was asked for into the row."""
    need.site_id = draft.site_id
    need.time_zone = draft.time_zone
    need.service_line = draft.line
    need.mode = draft.mode
    need.first_day = draft.starts.date()
    need.starts_local, need.ends_local = draft.starts.time(), draft.ends.time()
    need.repeat, need.until = repeat_kept(draft.repeat, draft.leave_out_holidays), draft.until
    need.dates = [day.isoformat() for day in draft.other_days]
    need.headcount = draft.headcount
    need.bill_rate_cents, need.pay_rate_cents = bill_cents, pay_cents
    need.required_credentials = list(draft.required_credentials)
    need.preferred_credentials = list(draft.preferred_credentials)
    need.patient_states = list(draft.patient_states)
    need.languages = list(draft.languages)
    need.ehr = draft.ehr
    need.min_education, need.min_years = draft.min_education, draft.min_years
    need.duties = list(draft.duties)
    need.notes = clean_text(draft.notes, LONGEST_NOTES, "notes", multiline=True)
    check_no_patient_data(need.notes, "notes")


def _open(needs: Sequence[tuple[Need, Quote, Agreement | None]], by: Person | None, at: datetime) -> None:
    for need, _plan, contract in needs:
        need.state = LIFE.after(need.state or NeedState.DRAFT, "post")
        need.posted_at, need.posted_by_id = at, by.id if by else None
        need.agreement_id = contract.id if contract else None
    session.flush()
    session.add_all(made_shift(need, shift) for need, planned, _contract in needs for shift in planned.shifts)
    session.flush()
    for need, planned, _contract in needs:
        posted = Phrase(
            "Posted: %(line)s, %(shifts)s, %(days)s.",
            line=named(planned.line),
            shifts=shifts_counted(len(planned.shifts)),
            days=stretch(planned.shifts[0].local_day, planned.shifts[-1].local_day),
        )
        record(
            "post",
            need,
            posted,
            by=by,
            seats=len(planned.shifts) * need.headcount,
        )


def made_shift(need: Need, planned: QuotedShift) -> Shift:
    """The row for one planned shift of a need."""
    return Shift(
        need_id=need.id,
        facility_id=need.facility_id,
        service_line=need.service_line,
        local_day=planned.local_day,
        time_zone=need.time_zone,
        starts_at=planned.span.start,
        ends_at=planned.span.end,
        headcount=need.headcount,
        open_to_all=need.mode is FillMode.FIRST_COME,
        bill_rate_cents=planned.bill_cents,
        pay_rate_cents=planned.pay_cents,
    )


def rewrite(need: Need, draft: NeedDraft, shifts_as_of: datetime | None = None) -> None:
    """Let a posted need ask for what `draft` says. With `shifts_as_of` its shifts are made anew, also past ones.

    Raises Invalid; the database refuses (IntegrityError) when somebody is booked or asked for one of the shifts.
    """
    if shifts_as_of is None:
        _write(need, draft, need.bill_rate_cents, need.pay_rate_cents)
        session.flush()
        return
    contract = active_contract(draft.facility_id)
    planned = quote(draft, contract, shifts_as_of, past_allowed=True, contract_needed=False)
    session.execute(delete(Shift).where(Shift.need_id == need.id))
    _write(need, draft, planned.first.bill_cents, planned.first.pay_cents)
    session.add_all(made_shift(need, shift) for shift in planned.shifts)
    session.flush()
