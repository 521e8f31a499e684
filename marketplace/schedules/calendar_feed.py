"""Somebody's shifts for the calendar program they use anyway: a secret address, and what stands behind it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.encryption import Unsealable, seal, unseal
from marketplace.accounts.authentication.tokens import new_token as random_token
from marketplace.accounts.authentication.tokens import token_hash
from marketplace.accounts.models import Membership, Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import LIVE_STATES
from marketplace.audit.recording import record
from marketplace.catalogue.models import ServiceLine
from marketplace.coverage.queries import Staffing, staffing_of
from marketplace.db import Audience, as_system, session
from marketplace.kernel import NotFound, Phrase, named
from marketplace.messaging.languages import language_of
from marketplace.needs.models import CalendarLink, Shift
from marketplace.needs.queries import shifts_visible_to
from marketplace.needs.rules import ShiftState

BEHIND = timedelta(days=30)
AHEAD = timedelta(days=400)
MOST_EVENTS = 2_000
REFRESH = timedelta(hours=1)


def new_token(person: Person, at: datetime, secret_key: str) -> str:
    """A new secret for the membership the person acts under; the old address stops working."""
    membership = _acting(person)
    token = random_token()
    with as_system():
        session.execute(delete(CalendarLink).where(CalendarLink.membership_id == membership.id))
        session.add(
            CalendarLink(
                membership_id=membership.id,
                token_hash=token_hash(token),
                sealed_token=seal(token.encode(), _place(membership.id), secret_key),
                made_at=at,
            )
        )
        session.flush()
        record("new_calendar_link", membership, Phrase("Made a new calendar address."), by=person)
        session.flush()
    return token


def end_link(person: Person) -> None:
    """The address stops working and there is no new one."""
    membership = _acting(person)
    with as_system():
        session.execute(delete(CalendarLink).where(CalendarLink.membership_id == membership.id))
        record("end_calendar_link", membership, Phrase("Ended the calendar address."), by=person)
        session.flush()


def present_token(person: Person, secret_key: str) -> str | None:
    """The secret of the person's address, or None when there is none (or it was sealed with an earlier key)."""
    with as_system():
        link = session.get(CalendarLink, _acting(person).id)
    if link is None:
        return None
    try:
        return unseal(link.sealed_token, _place(link.membership_id), secret_key).decode()
    except Unsealable:
        return None


def owner_of(token: str) -> Person:
    """Whose calendar a secret opens, acting under the membership it was made for. Raises NotFound."""
    with as_system():
        membership = session.scalars(
            select(Membership)
            .join(CalendarLink, CalendarLink.membership_id == Membership.id)
            .join(Membership.person)
            .where(CalendarLink.token_hash == token_hash(token), Membership.active, Person.active)
            .options(joinedload(Membership.person), joinedload(Membership.organisation))
        ).one_or_none()
    if membership is None:
        raise NotFound("This calendar address does not work any more. Make a new one on the schedule page.")
    person = membership.person
    person.acting = membership
    if not person.may(Permission.SHIFT_SEE):
        raise NotFound("This calendar address does not work any more. Make a new one on the schedule page.")
    return person


def _acting(person: Person) -> Membership:
    if person.acting is None:
        raise NotFound("Only members of the agency or a facility, and coordinators, have a schedule.")
    return person.acting


def _place(membership_id: int) -> str:
    return f"calendar_link.sealed_token:{membership_id}"


def feed(person: Person, at: datetime, base_url: str, agency_name: str) -> bytes:
    """The calendar as RFC 5545 text: UTC instants, stable UIDs, cancelled shifts as cancelled, nothing about patients.

    A coordinator's holds her own shifts, a facility's and the agency's every shift they see.
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
            one.state not in LIVE_STATES,
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
