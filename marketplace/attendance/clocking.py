"""The clock: each press is kept as it came, and the shift follows it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, lock_assignment, lock_shift
from marketplace.assignments.rules import (
    CLOCK_AFTER_END,
    CLOCK_IN_BEFORE,
    LIFE,
    LIVE_STATES,
    WORKING_STATES,
    AssignmentState,
)
from marketplace.attendance.clock_in_checks import may_start
from marketplace.attendance.hours_worked import evaluate
from marketplace.attendance.queries import punches_that_count
from marketplace.attendance.rules import moment_pressed
from marketplace.audit.recording import record
from marketplace.db import as_system, session
from marketplace.kernel import N_, Clock, NotAllowedNow, Phrase
from marketplace.needs.models import Shift
from marketplace.needs.rules import SHIFT_LIFE, ShiftState
from marketplace.timesheets.models import Punch, PunchSource
from marketplace.timesheets.queries import entry_of
from marketplace.timesheets.rules import PunchKind
from marketplace.timesheets.texts import PRESSED

ACT = {
    PunchKind.IN: "check_in",
    PunchKind.BREAK_START: "pause",
    PunchKind.BREAK_END: "resume",
    PunchKind.OUT: "check_out",
}


def punch(
    assignment: Assignment,
    kind: PunchKind,
    at: datetime,
    by: Person | None = None,
    *,
    waited: timedelta | None = None,
    client_key: str | None = None,
) -> Punch:
    """Press a button of the clock at `at` (when it arrives here); `waited` is how long it waited on the phone.

    Ask first whether `by` may (policy). The same `client_key` of the same coordinator again has no further effect and
    returns the first punch. Raises NotAllowedNow naming what is missing (a paper, an earlier punch), Invalid for a wait
    that cannot be right. Assignment and shift move along; clocking out writes the entry.
    """
    key = f"{assignment.coordinator_id}:{client_key}" if client_key else None
    with as_system():
        shift = lock_shift(assignment.shift_id)
        held = lock_assignment(assignment.id)
        if key is not None:
            earlier = session.scalars(select(Punch).where(Punch.client_key == key)).one_or_none()
            if earlier is not None:
                return earlier
        moment, was_offline = moment_pressed(waited, at)
        _check_press(held, shift, kind, moment, at)
        made = Punch(
            assignment_id=held.id,
            coordinator_id=held.coordinator_id,
            facility_id=held.facility_id,
            kind=kind,
            at=moment,
            recorded_at=at,
            source=PunchSource.OFFLINE if was_offline else PunchSource.WEB,
            client_key=key,
        )
        session.add(made)
        held.state = LIFE.after(held.state, ACT[kind])
        session.flush()
        let_shift_follow(shift, at)
        entry = entry_of(held.id)
        if kind is PunchKind.OUT or entry is not None:
            evaluate(held, shift, at)
        record(
            "punch",
            held,
            Phrase("%(pressed)s at %(time)s.", pressed=Phrase(PRESSED[kind]), time=Clock(moment, shift.time_zone)),
            by=by,
            kind=kind.value,
        )
    return made


def _check_press(assignment: Assignment, shift: Shift, kind: PunchKind, moment: datetime, at: datetime) -> None:
    if not LIFE.allows(assignment.state, ACT[kind]):
        raise NotAllowedNow(_why_not(assignment.state, kind))
    opens = assignment.starts_at - CLOCK_IN_BEFORE
    if kind is PunchKind.IN and moment < opens:
        raise NotAllowedNow(
            "You can clock in from %(time)s on, ten minutes before the start.", time=Clock(opens, shift.time_zone)
        )
    if (kind is PunchKind.IN and moment >= assignment.ends_at) or moment > assignment.ends_at + CLOCK_AFTER_END:
        raise NotAllowedNow("This shift is over. Enter your hours by hand, with a reason.")
    earlier = punches_that_count(assignment.id)
    if earlier and moment < earlier[-1].at:
        raise NotAllowedNow(
            "%(pressed)s at %(time)s is later than that. Correct the hours by hand, with a reason.",
            pressed=Phrase(PRESSED[earlier[-1].kind]),
            time=Clock(earlier[-1].at, shift.time_zone),
        )
    if kind is PunchKind.IN:
        may_start(assignment, shift.facility.time_zone, at)


def _why_not(state: AssignmentState, kind: PunchKind) -> str:
    if state not in LIVE_STATES:
        return N_("This shift is not yours any more. Look at your schedule.")
    match state, kind:
        case ((AssignmentState.CHECKED_IN | AssignmentState.ON_BREAK), PunchKind.IN):
            return N_("You are clocked in already.")
        case AssignmentState.ON_BREAK, PunchKind.BREAK_START:
            return N_("Your break has begun already.")
        case AssignmentState.CHECKED_IN, PunchKind.BREAK_END:
            return N_("You are not on a break.")
        case ((AssignmentState.CHECKED_OUT | AssignmentState.COMPLETED), _):
            return N_("You are clocked out already.")
        case _:
            return N_("Clock in first.")


def let_shift_follow(shift: Shift, at: datetime) -> None:
    """The shift runs from the first clocking in until everybody who has a seat has clocked out."""
    states = set(
        session.scalars(
            select(Assignment.state).where(Assignment.shift_id == shift.id, Assignment.state.in_(LIVE_STATES))
        )
    )
    if shift.state is ShiftState.SCHEDULED and states & {*WORKING_STATES, *_DONE}:
        shift.state = SHIFT_LIFE.after(shift.state, "start")
    if shift.state is ShiftState.IN_PROGRESS and (
        states <= _DONE or (at >= shift.ends_at and not states & WORKING_STATES)
    ):
        shift.state = SHIFT_LIFE.after(shift.state, "end")


_DONE = {AssignmentState.CHECKED_OUT, AssignmentState.COMPLETED}
