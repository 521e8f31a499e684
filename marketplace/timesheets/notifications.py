"""Notices and letters about hours: waiting, changed, disputed, returned.

The tasks call their argument `line_id`: jobs that wait in the queue carry that name.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.accounts.queries import agency
from marketplace.assignments.models import Assignment
from marketplace.coordinators.models import Coordinator
from marketplace.db import jobs_app, session
from marketplace.kernel import N_, Length, Phrase, When, counted, now
from marketplace.messaging.writing import Mail, notify, written_to
from marketplace.needs.models import Shift
from marketplace.timesheets.models import TimeEntry, Timesheet
from marketplace.timesheets.queries import WAITING, all_waiting, approvers

_LOOK = Phrase("Look at the hours")

SUBMITTED = "timesheet"
ONE_LETTER_IN = timedelta(hours=12)
"""Weeks that are handed in within this time are told in one letter: on Sunday night thirty of them come together."""


@jobs_app.task(name="timesheets.tell_submitted", queue="mail", retry=3)
def notify_submitted(timesheet_id: int) -> None:
    """The facility's approvers find a week under their bell, and a letter about all that waits, at most one in half a day."""
    row = session.execute(
        select(
            Timesheet.facility_id,
            Timesheet.time_zone,
            Person.name,
            func.count(TimeEntry.id),
            func.sum(TimeEntry.paid_minutes),
        )
        .join(Timesheet.coordinator)
        .join(Coordinator.person)
        .join(Timesheet.entries)
        .where(Timesheet.id == timesheet_id, WAITING)
        .group_by(Timesheet.facility_id, Timesheet.time_zone, Person.name)
    ).one_or_none()
    if row is None:  # recalled, or decided, in the meantime
        return
    facility, zone, name, count, minutes = row
    sentence = counted(
        count,
        N_("%(name)s handed in 1 shift, %(hours)s."),
        N_("%(name)s handed in %(count)s shifts, %(hours)s."),
        name=name,
        hours=Length(minutes),
    )
    readers = approvers(facility)
    told = written_to([reader.email for reader in readers], SUBMITTED, now() - ONE_LETTER_IN)
    letter = _all_that_waits(facility, zone)
    for reader in readers:
        fresh = reader.email.casefold() not in told
        notify(reader, sentence, kind=SUBMITTED, link="/timesheets", letter=letter if fresh else None)


def _all_that_waits(facility_id: int, zone: str) -> Mail:
    count, deadline = all_waiting(facility_id, now())
    sentence = _shifts_wait(count)
    return Mail(sentence, [sentence, _then(deadline, zone)], _LOOK)


def _shifts_wait(count: int) -> Phrase:
    return counted(count, N_("1 shift waits for your approval."), N_("%(count)s shifts wait for your approval."))


def _then(deadline: datetime, zone: str) -> Phrase:
    return Phrase(
        "Those without exceptions approve themselves from %(time)s on. The others wait for you.",
        time=When(deadline, zone),
    )


@jobs_app.task(name="timesheets.tell_changed", queue="mail", retry=3)
def notify_changed(line_id: int) -> None:
    """The coordinator hears that other minutes were approved, and why."""
    entry = _entry(line_id)
    if entry is None or entry.measured_minutes is None:
        return
    before, after = Length(entry.measured_minutes), Length(entry.paid_minutes)
    sentence = Phrase(
        "%(facility)s approved %(after)s instead of %(before)s.",
        facility=entry.timesheet.facility.name,
        after=after,
        before=before,
    )
    _tell_coordinator(entry, "hours-changed", sentence, entry.decision_reason)


@jobs_app.task(name="timesheets.tell_disputed", queue="mail", retry=3)
def notify_disputed(line_id: int) -> None:
    """The coordinator and the agency's approvers hear of a dispute; the rest of the week goes on."""
    entry = _entry(line_id)
    if entry is None or not entry.dispute_reason:
        return
    facility = entry.timesheet.facility.name
    hours = Length(entry.paid_minutes)
    sentence = Phrase("%(facility)s disputes %(hours)s of yours.", facility=facility, hours=hours)
    _tell_coordinator(entry, "hours-disputed", sentence, entry.dispute_reason)
    name = entry.timesheet.coordinator.name
    for reader in approvers(agency().id):
        disputed = Phrase("%(facility)s disputes hours of %(name)s.", facility=facility, name=name)
        notify(reader, disputed, kind="hours-disputed", link=f"/timesheets/lines/{entry.id}")


@jobs_app.task(name="timesheets.tell_rejected", queue="mail", retry=3)
def notify_rejected(line_id: int) -> None:
    """The coordinator gets the hours back to correct them."""
    entry = _entry(line_id)
    if entry is None or not entry.decision_reason:
        return
    facility, hours = entry.timesheet.facility.name, Length(entry.paid_minutes)
    sentence = Phrase("%(facility)s gave %(hours)s back to you to correct.", facility=facility, hours=hours)
    _tell_coordinator(entry, "hours-rejected", sentence, entry.decision_reason)


def _tell_coordinator(entry: TimeEntry, kind: str, sentence: Phrase, reason: str) -> None:
    about = Phrase("It is about the shift of %(day)s.", day=When(entry.starts_at, entry.timesheet.time_zone))
    letter = Mail(sentence, [sentence, about, Phrase("They say: %(reason)s", reason=reason)], _LOOK)
    person = entry.timesheet.coordinator.person
    notify(person, sentence, kind=kind, link=f"/timesheets/lines/{entry.id}", letter=letter)


def notify_reminded(facility_id: int, count: int, deadline: datetime, zone: str) -> None:
    """Half of the window is over: the approvers get a letter with what happens when they do nothing."""
    sentence = _shifts_wait(count)
    then = _then(deadline, zone)
    for reader in approvers(facility_id):
        letter = Mail(sentence, [sentence, then], _LOOK)
        notify(reader, sentence, kind="hours-reminder", link="/timesheets", letter=letter)


def notify_overdue(facility_name: str, facility_id: int, count: int) -> None:
    """The window is over and entries with exceptions still wait: the agency's approvers are asked to step in."""
    sentence = counted(
        count,
        N_("%(facility)s has not decided about 1 shift with exceptions in time."),
        N_("%(facility)s has not decided about %(count)s shifts with exceptions in time."),
        facility=facility_name,
    )
    for reader in approvers(agency().id):
        notify(reader, sentence, kind="hours-overdue", link=f"/timesheets?facility={facility_id}")


def _entry(entry_id: int) -> TimeEntry | None:
    return session.scalars(
        select(TimeEntry)
        .where(TimeEntry.id == entry_id)
        .options(
            joinedload(TimeEntry.timesheet).joinedload(Timesheet.coordinator).joinedload(Coordinator.person),
            joinedload(TimeEntry.timesheet).joinedload(Timesheet.facility),
            joinedload(TimeEntry.assignment).joinedload(Assignment.shift).joinedload(Shift.line),
        )
    ).one_or_none()
