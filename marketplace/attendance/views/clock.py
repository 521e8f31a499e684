"""The clock on the phone: the shift that runs or comes next, and its buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import CLOCK_IN_BEFORE, AssignmentState
from marketplace.attendance.clock_in_checks import missing_papers
from marketplace.attendance.clocking import punch
from marketplace.attendance.policy import check_may_clock
from marketplace.attendance.queries import (
    entries_of,
    on_the_clock,
    own_assignments,
    punches_that_count,
    recent_shifts,
    reported,
)
from marketplace.attendance.views.blueprint import pages
from marketplace.attendance.worked_time import worked
from marketplace.kernel import Invalid, hours_and_minutes, now, zone_name
from marketplace.timesheets.models import Punch, TimeEntry, Timesheet
from marketplace.timesheets.rules import EntryState, PunchKind
from marketplace.timesheets.texts import punch_words
from marketplace.web import get_or_404, kept_offline
from marketplace.web.filters import clock as wall_clock


@pages.get("/clock", may=Permission.CLOCK)
def clock() -> Response:
    """The shift that runs or comes next with its one big button, and below it what was worked lately."""
    person, at = current_person(), now()
    shift = on_the_clock(person, at)
    punches = punches_that_count(shift.id) if shift else []
    missing = missing_papers(shift, shift.facility.time_zone) if shift and _opens(shift) <= at else []
    past = recent_shifts(person, at)
    keys = [each.id for each in past]
    entries = entries_of(keys)
    return kept_offline(
        render_template(
            "timesheets/clock.html",
            shift=shift,
            punches=punches,
            elapsed=_elapsed(punches, at) if shift else "",
            opens=_opens(shift) if shift else None,
            may_clock_in=shift is not None and not missing and _opens(shift) <= at < shift.ends_at,
            missing=missing,
            buttons=[(kind.value, word) for kind, word in _buttons(shift)] if shift else [],
            every_button=[(kind.value, _press_words()[kind]) for kind in PunchKind],
            past=past,
            entries=entries,
            reported=reported(keys),
            sheets=_open_sheets(entries),
            at=at,
        ),
        person.id,
    )


@pages.get("/clock/<int:assignment_id>/elapsed", may=Permission.CLOCK)
def elapsed(assignment_id: int) -> ResponseReturnValue:
    """The time worked so far, for a page that asks again and again; 304 while the minute is the same."""
    shift = get_or_404(own_assignments(current_person()), assignment_id)
    response = Response(_elapsed(punches_that_count(shift.id), now()))
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


@pages.post("/clock/<int:assignment_id>/punches", may=Permission.CLOCK)
def press(assignment_id: int) -> ResponseReturnValue:
    """One press of the clock; from a phone that was offline it carries its own moment."""
    person = current_person()
    shift = get_or_404(own_assignments(person), assignment_id)
    check_may_clock(person, shift)
    zone = shift.shift.time_zone
    made = punch(
        shift,
        _kind(request.form.get("kind", "")),
        now(),
        person,
        waited=_waited(request.form.get("device_time", ""), request.form.get("device_sent", "")),
        client_key=request.form.get("idempotency_key", "")[:64] or None,
    )
    time = f"{wall_clock(made.at, zone)} {zone_name(made.at, zone)}"
    flash(_("%(act)s at %(time)s.", act=punch_words(made.kind), time=time))
    if made.kind is PunchKind.OUT:
        return redirect(url_for(".report", assignment_id=shift.id), 303)
    return redirect(url_for(".clock"), 303)


def _press_words() -> dict[PunchKind, str]:
    return {
        PunchKind.IN: _("Clock in"),
        PunchKind.BREAK_START: _("Start break"),
        PunchKind.BREAK_END: _("End break"),
        PunchKind.OUT: _("Clock out"),
    }


def _buttons(shift: Assignment) -> list[tuple[PunchKind, str]]:
    """The buttons that make sense now, the likeliest first."""
    words = _press_words()
    kinds = {
        AssignmentState.CHECKED_IN: (PunchKind.BREAK_START, PunchKind.OUT),
        AssignmentState.ON_BREAK: (PunchKind.BREAK_END, PunchKind.OUT),
    }.get(shift.state, (PunchKind.IN,))
    return [(kind, words[kind]) for kind in kinds]


def _opens(shift: Assignment) -> datetime:
    return shift.starts_at - CLOCK_IN_BEFORE


@dataclass(frozen=True)
class _Press:
    kind: PunchKind
    at: datetime


def _elapsed(punches: Sequence[Punch], at: datetime) -> str:
    presses = [_Press(each.kind, each.at) for each in punches]
    return hours_and_minutes(worked([*presses, _Press(PunchKind.OUT, at)]).actual_minutes) if presses else ""


def _kind(text: str) -> PunchKind:
    try:
        return PunchKind(text)
    except ValueError:
        raise Invalid("This form is damaged. Open the page again and repeat.") from None


def _waited(pressed: str, sent: str) -> timedelta | None:
    """The time between press and sending, both by the phone's clock; None for a press that was sent at once."""
    return _device_time(sent) - _device_time(pressed) if pressed and sent else None


def _device_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if len(text) <= 40 else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 2000 <= moment.year <= 2100:
        raise Invalid(_("The clock of this device cannot be read. Enter the hours by hand, with a reason."))
    return moment


def _open_sheets(entries: dict[int, TimeEntry]) -> list[Timesheet]:
    """Weeks with hours that were not handed in, the earliest first."""
    fresh = [entry for entry in entries.values() if entry.state is EntryState.PENDING and entry.submitted_at is None]
    return sorted({entry.timesheet.id: entry.timesheet for entry in fresh}.values(), key=lambda sheet: sheet.week)
