"""What people are told about hours, each in their own language: waiting, changed, disputed, given back."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.accounts.queries import agency
from marketplace.assignments.models import Assignment
from marketplace.assignments.words import Words, in_zone, words_in
from marketplace.coordinators.models import Coordinator
from marketplace.db.jobs import jobs_app
from marketplace.db.session import session
from marketplace.kernel.money import hours_and_minutes
from marketplace.messaging.writing import notify, write_letter
from marketplace.needs.models import Shift
from marketplace.timesheets.models import TimeEntry, Timesheet
from marketplace.timesheets.queries import WAITING, approvers


@jobs_app.task(name="timesheets.tell_submitted", queue="mail", retry=3)
def tell_submitted(timesheet_id: int) -> None:
    """The facility's approvers find a week under their bell."""
    row = session.execute(
        select(Timesheet.facility_id, Person.name, func.count(TimeEntry.id), func.sum(TimeEntry.paid_minutes))
        .join(Timesheet.coordinator)
        .join(Coordinator.person)
        .join(Timesheet.entries)
        .where(Timesheet.id == timesheet_id, WAITING)
        .group_by(Timesheet.facility_id, Person.name)
    ).one_or_none()
    if row is None:  # recalled, or decided, in the meantime
        return
    facility, name, count, minutes = row
    for reader in approvers(facility):
        _ = words_in(reader.locale)
        sentence = _(
            "%(name)s handed in %(count)s shifts, %(hours)s h.",
            name=name,
            count=count,
            hours=hours_and_minutes(minutes),
        )
        notify(reader.id, "timesheet", sentence, "/timesheets")


@jobs_app.task(name="timesheets.tell_changed", queue="mail", retry=3)
def tell_changed(line_id: int) -> None:
    """The coordinator hears that other minutes were approved, and why."""
    line = _line(line_id)
    if line is None or line.measured_minutes is None:
        return
    _ = _reader(line)
    before, after = hours_and_minutes(line.measured_minutes), hours_and_minutes(line.paid_minutes)
    what = _(
        "%(facility)s approved %(after)s h instead of %(before)s h.",
        facility=_facility(line),
        after=after,
        before=before,
    )
    _write(line, "hours-changed", _, what, line.decision_reason)


@jobs_app.task(name="timesheets.tell_disputed", queue="mail", retry=3)
def tell_disputed(line_id: int) -> None:
    """The coordinator and the agency's approvers hear of a dispute; the rest of the week goes on."""
    line = _line(line_id)
    if line is None or not line.dispute_reason:
        return
    _ = _reader(line)
    what = _(
        "%(facility)s disputes %(hours)s h of yours.",
        facility=_facility(line),
        hours=hours_and_minutes(line.paid_minutes),
    )
    _write(line, "hours-disputed", _, what, line.dispute_reason)
    for reader in approvers(agency().id):
        _ = words_in(reader.locale)
        sentence = _(
            "%(facility)s disputes hours of %(name)s.", facility=_facility(line), name=line.timesheet.coordinator.name
        )
        notify(reader.id, "hours-disputed", sentence, f"/timesheets/lines/{line.id}")


@jobs_app.task(name="timesheets.tell_rejected", queue="mail", retry=3)
def tell_rejected(line_id: int) -> None:
    """The coordinator gets the hours back to correct them."""
    line = _line(line_id)
    if line is None or not line.decision_reason:
        return
    _ = _reader(line)
    what = _(
        "%(facility)s gave %(hours)s h back to you to correct.",
        facility=_facility(line),
        hours=hours_and_minutes(line.paid_minutes),
    )
    _write(line, "hours-rejected", _, what, line.decision_reason)


def remind(facility_id: int, count: int, deadline: datetime, zone: str) -> None:
    """Half of the window is over: the approvers get a letter with what happens when they do nothing."""
    for reader in approvers(facility_id):
        _ = words_in(reader.locale)
        what = _("%(count)s shifts wait for your approval.", count=count)
        when = _(
            "Those without exceptions approve themselves from %(time)s on. The others wait for you.",
            time=in_zone(deadline, zone, reader.locale),
        )
        notify(reader.id, "hours-reminder", what, "/timesheets")
        write_letter(
            reader.email,
            "hours-reminder",
            what,
            "plain",
            link="/timesheets",
            locale=reader.locale,
            sentences=[what, when],
            button=_("Look at the hours"),
        )


def escalate(facility_name: str, facility_id: int, count: int) -> None:
    """The window is over and lines with exceptions still wait: the agency's approvers are asked to step in."""
    for reader in approvers(agency().id):
        _ = words_in(reader.locale)
        sentence = _(
            "%(facility)s has not decided about %(count)s shifts with exceptions in time.",
            facility=facility_name,
            count=count,
        )
        notify(reader.id, "hours-overdue", sentence, f"/timesheets?facility={facility_id}")


def _line(line_id: int) -> TimeEntry | None:
    return session.scalars(
        select(TimeEntry)
        .where(TimeEntry.id == line_id)
        .options(
            joinedload(TimeEntry.timesheet).joinedload(Timesheet.coordinator).joinedload(Coordinator.person),
            joinedload(TimeEntry.timesheet).joinedload(Timesheet.facility),
            joinedload(TimeEntry.assignment).joinedload(Assignment.shift).joinedload(Shift.line),
        )
    ).one_or_none()


def _reader(line: TimeEntry) -> Words:
    return words_in(line.timesheet.coordinator.person.locale)


def _facility(line: TimeEntry) -> str:
    return line.timesheet.facility.name


def _write(line: TimeEntry, kind: str, _: Words, what: str, reason: str) -> None:
    person = line.timesheet.coordinator.person
    day = in_zone(line.starts_at, line.timesheet.time_zone, person.locale)
    address = f"/timesheets/lines/{line.id}"
    notify(person.id, kind, what, address)
    write_letter(
        person.email,
        kind,
        what,
        "plain",
        link=address,
        locale=person.locale,
        sentences=[what, _("It is about the shift of %(day)s.", day=day), _("They say: %(reason)s", reason=reason)],
        button=_("Look at the hours"),
    )
