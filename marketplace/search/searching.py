"""Search over the whole site: people, facilities, needs, invoices and shifts, each only as far as the person sees them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments import queries as assignments
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import LIVE_STATES
from marketplace.billing import queries as invoices
from marketplace.billing.models import Invoice
from marketplace.catalogue.models import ServiceLine
from marketplace.coordinators.models import Coordinator
from marketplace.db import Audience, folded, folded_words, found_in, session
from marketplace.facilities import queries as facilities
from marketplace.facilities.models import Facility
from marketplace.needs import queries as needs
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import ShiftState

SHORTEST = 2
MOST = 6
"""So many of each kind are shown."""

MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january ene enero", "feb february febrero", "mar march marzo", "apr april abr abril", "may mayo",
         "jun june junio", "jul july julio", "aug august ago agosto", "sep sept september septiembre",
         "oct october octubre", "nov november noviembre", "dec december dic diciembre"), 1)
    for name in names.split()
}  # fmt: skip
NEAR = {"yesterday": -1, "ayer": -1, "today": 0, "hoy": 0, "tomorrow": 1, "mañana": 1}


@dataclass(frozen=True)
class Found:
    """The findings by kind; `day` is the day the words were understood as."""

    people: Sequence[Coordinator] = ()
    facilities: Sequence[Facility] = ()
    needs: Sequence[Need] = ()
    invoices: Sequence[Invoice] = ()
    shifts: Sequence[Shift] = ()
    bookings: Sequence[Assignment] = ()
    day: date | None = None
    more: frozenset[str] = field(default_factory=frozenset)
    """The kinds of which there are more than shown."""

    @property
    def total(self) -> int:
        return sum(map(len, (self.people, self.facilities, self.needs, self.invoices, self.shifts, self.bookings)))


def day_meant(words: str, today: date) -> date | None:
    """The day somebody types: 2026-11-30, 11/30, 11/30/2026, Nov 30, 30 nov, tomorrow. Without a year the nearest one."""
    text = " ".join(words.lower().replace(",", " ").replace(".", " ").split())
    if text in NEAR:
        return today + timedelta(days=NEAR[text])
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text, re.ASCII):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?", text, re.ASCII):
        return _near(int(found[3]) if found[3] else None, int(found[1]), int(found[2]), today)
    if found := re.fullmatch(
        r"(?:([^\W\d]+) (\d{1,2})|(\d{1,2})(?: de)? ([^\W\d]+))(?: (?:de )?(\d{4}))?", text, re.ASCII
    ):
        month = MONTHS.get(found[1] or found[4])
        return _near(int(found[5]) if found[5] else None, month, int(found[2] or found[3]), today) if month else None
    return None


def _near(year: int | None, month: int, day: int, today: date) -> date | None:
    if year is not None:
        return _day(year, month, day)
    near = [found for each in (today.year - 1, today.year, today.year + 1) if (found := _day(each, month, day))]
    return min(near, key=lambda found: abs(found - today), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 2000 <= year <= 2100 else None
    except ValueError:
        return None


def search(person: Person, words: str, today: date) -> Found:
    """Everything the words find among what the person may see and open. At most six statements; nothing for one Latin letter.

    `words` come without control characters and not longer than `web.query_args.LONGEST_WORDS`.
    """
    day = day_meant(words, today)
    if len(words) < SHORTEST and words.isascii() and not words.isdigit():
        return Found()
    people = _people(person, words)
    places = _facilities(person, words) if person.audience is Audience.AGENCY else []
    asked = _needs(person, words) if person.may(Permission.NEED_SEE) else []
    bills = _invoices(person, words) if person.may(Permission.INVOICE_SEE) else []
    own = person.audience is Audience.COORDINATOR
    shifts = _shifts(person, words, day) if person.may(Permission.SHIFT_SEE) and not own else []
    bookings = _bookings(person, words, day) if own else []
    kinds = {"people": people, "facilities": places, "needs": asked, "invoices": bills, "shifts": shifts,
             "bookings": bookings}  # fmt: skip
    more = frozenset(kind for kind, rows in kinds.items() if len(rows) > MOST)
    return Found(people[:MOST], places[:MOST], asked[:MOST], bills[:MOST], shifts[:MOST], bookings[:MOST], day, more)


def _people(person: Person, words: str) -> Sequence[Coordinator]:
    """The agency finds every coordinator by name or address; a facility by name those who were ever booked there."""
    found = select(Coordinator).join(Coordinator.person).options(joinedload(Coordinator.person))
    match person.audience:
        case Audience.AGENCY:
            found = found.where(or_(found_in(Person.name, words), found_in(Person.email, words)))
        case Audience.FACILITY if person.may(Permission.NEED_SEE):
            booked = select(Assignment.coordinator_id).where(Assignment.facility_id == person.facility_id)
            found = found.where(found_in(Person.name, words), Coordinator.id.in_(booked))
        case _:
            return []
    return session.scalars(
        found.order_by(_nearest(Person.name, words), Person.name, Coordinator.id).limit(MOST + 1)
    ).all()


def _facilities(person: Person, words: str) -> Sequence[Facility]:
    columns = (Facility.name, Facility.city, Facility.npi, Facility.contact_name)
    found = facilities.visible_to(person).where(or_(*(found_in(column, words) for column in columns)))
    found = found.order_by(_nearest(Facility.name, words), Facility.name, Facility.id)
    return session.scalars(found.limit(MOST + 1)).all()


def _needs(person: Person, words: str) -> Sequence[Need]:
    """By reference, number (#12) or kind of work; the latest first."""
    number = _number(words)
    found = (
        needs.visible_to(person)
        .join(Need.line)
        .options(joinedload(Need.line), joinedload(Need.facility))
        .where(
            or_(
                found_in(Need.external_ref, words),
                found_in(ServiceLine.name, words),
                found_in(ServiceLine.name_es, words),
                Need.id == number if number else Need.id.is_(None),
            )
        )
    )
    return session.scalars(found.order_by(Need.id.desc()).limit(MOST + 1)).all()


def _invoices(person: Person, words: str) -> Sequence[Invoice]:
    """By number or a part of it; the agency also by the facility's name."""
    by = [found_in(Invoice.number, words)]
    found = invoices.visible_to(person)
    if person.audience is Audience.AGENCY:
        by.append(Invoice.facility_id.in_(select(Facility.id).where(found_in(Facility.name, words))))
    return session.scalars(found.where(or_(*by)).order_by(Invoice.id.desc()).limit(MOST + 1)).all()


def _shifts(person: Person, words: str, day: date | None) -> Sequence[Shift]:
    """Those of the day the words mean, in order of time; without a day none: needs are found by kind of work."""
    if day is None:
        return []
    found = needs.shifts_visible_to(person).where(Shift.local_day == day, Shift.state != ShiftState.CANCELLED)
    return session.scalars(
        found.order_by(Shift.starts_at, Shift.id)
        .limit(MOST + 1)
        .options(joinedload(Shift.line), joinedload(Shift.facility))
    ).all()


def _bookings(person: Person, words: str, day: date | None) -> Sequence[Assignment]:
    """A coordinator's own shifts: of a day, or by facility and kind of work, the latest first."""
    found = assignments.visible_to(person).where(Assignment.state.in_(LIVE_STATES)).join(Assignment.shift)
    if day is not None:
        found = found.where(Shift.local_day == day)
    else:
        found = (
            found.join(Assignment.facility)
            .join(Shift.line)
            .where(
                or_(
                    found_in(Facility.name, words),
                    found_in(ServiceLine.name, words),
                    found_in(ServiceLine.name_es, words),
                )
            )
        )
    return session.scalars(found.order_by(Assignment.starts_at.desc()).limit(MOST + 1)).unique().all()


def _nearest(column: Any, words: str) -> ColumnElement[int]:
    """For sorting: a name that begins with the words, one of whose parts does, then those that contain them."""
    plain = folded_words(words)
    return case(
        (folded(column).startswith(plain, autoescape=True), 0),
        (folded(column).contains(f" {plain}", autoescape=True), 1),
        else_=2,
    )


def _number(words: str) -> int | None:
    text = words.removeprefix("#")
    return int(text) if re.fullmatch(r"\d{1,15}", text, re.ASCII) else None
