"""Somebody's shifts as a calendar file (RFC 5545) for the calendar program they use anyway."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.catalogue.models import ServiceLine
from marketplace.coverage.staffing import Staffing, staffing_of
from marketplace.db import Audience, session
from marketplace.kernel import named
from marketplace.messaging.languages import language_of
from marketplace.needs.models import Shift
from marketplace.needs.queries import shifts_visible_to
from marketplace.needs.rules import ShiftState

BEHIND = timedelta(days=30)
AHEAD = timedelta(days=400)
MOST_EVENTS = 2_000
REFRESH = timedelta(hours=1)


def feed(person: Person, at: datetime, base_url: str, agency_name: str) -> bytes:
    """The calendar as RFC 5545 text: UTC instants, stable UIDs, cancelled shifts as cancelled, nothing about patients.

    A coordinator's holds their own shifts, a facility's and the agency's every shift they see.
    """
    import icalendar  # large, and asked for by calendar programs alone

    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{agency_name}//Schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{person.organisation_name or agency_name}: schedule")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    host = base_url.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
    events = _own(person, at) if person.audience is Audience.COORDINATOR else _seen(person, at)
    for event in events:
        made = icalendar.Event()
        made.add("uid", f"{event.key}@{host}")
        made.add("dtstamp", event.changed_at)
        made.add("sequence", event.sequence)
        made.add("dtstart", event.starts_at)
        made.add("dtend", event.ends_at)
        made.add("summary", event.summary)
        made.add("status", "CANCELLED" if event.cancelled else "CONFIRMED" if event.certain else "TENTATIVE")
        made.add("transp", "TRANSPARENT" if event.cancelled else "OPAQUE")
        made.add("url", f"{base_url}{event.path}")
        calendar.add_component(made)
    return bytes(calendar.to_ical())


class _Event:
    """One entry of a calendar, before it is written as RFC 5545."""

    def __init__(
        self,
        key: str,
        shift: Shift,
        summary: str,
        path: str,
        changed_at: datetime,
        sequence: int,
        cancelled: bool,
        certain: bool,
    ) -> None:
        self.key, self.summary, self.path = key, summary, path
        self.starts_at, self.ends_at = shift.starts_at, shift.ends_at
        self.changed_at, self.sequence, self.cancelled, self.certain = changed_at, sequence, cancelled, certain


def _own(person: Person, at: datetime) -> Iterable[_Event]:
    mine = session.scalars(
        select(Assignment)
        .where(
            Assignment.coordinator_id == person.coordinator_id,
            Assignment.starts_at.between(at - BEHIND, at + AHEAD),
        )
        .order_by(Assignment.starts_at, Assignment.id)
        .limit(MOST_EVENTS)
        .options(
            joinedload(Assignment.shift).joinedload(Shift.line), joinedload(Assignment.shift).joinedload(Shift.facility)
        )
    )
    for one in mine:
        yield _Event(
            f"assignment-{one.id}",
            one.shift,
            f"{_name(one.shift.line, person)} · {one.shift.facility.name}",
            f"/assignments/{one.id}",
            one.cancelled_at or one.booked_at,
            one.version - 1,
            not one.is_live,
            True,
        )


def _seen(person: Person, at: datetime) -> Iterable[_Event]:
    shifts = session.scalars(
        shifts_visible_to(person)
        .where(Shift.starts_at.between(at - BEHIND, at + AHEAD))
        .order_by(Shift.starts_at, Shift.id)
        .limit(MOST_EVENTS)
        .options(joinedload(Shift.line), joinedload(Shift.facility))
    ).all()
    staffing = staffing_of(shifts)
    for shift in shifts:
        staff = staffing[shift.id]
        who = _who(shift, staff)
        place = f" · {shift.facility.name}" if person.facility_id is None else ""
        changed = max([shift.created_at, *(one.booked_at for one in staff.assignments)])
        yield _Event(
            f"shift-{shift.id}",
            shift,
            f"{_name(shift.line, person)}{place}: {who}",
            f"/shifts/{shift.id}",
            changed,
            shift.version - 1 + len(staff.assignments),
            shift.state is ShiftState.CANCELLED,
            len(staff.assignments) >= shift.headcount,
        )


def _who(shift: Shift, staff: Staffing) -> str:
    names = [one.coordinator.person.name for one in staff.assignments]
    left = shift.headcount - len(names)
    return ", ".join([*names, *([f"{left} open"] if left > 0 else [])])


def _name(line: ServiceLine, person: Person) -> str:
    return named(line).read(language_of(person.locale))
