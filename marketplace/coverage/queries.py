"""The needs of a list with their seats, and the shifts of one need with who has them. Filled is derived, never kept."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.rules import LIVE_STATES, WAITING_STATES
from marketplace.catalogue.models import ServiceLine
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import key, now
from marketplace.needs.models import Need, Shift
from marketplace.needs.queries import visible_to
from marketplace.needs.rules import NeedState, ShiftState

SORTED_BY: dict[str, ColumnElement[Any]] = {
    "line": ServiceLine.name.expression,
    "facility": Facility.name.expression,
    "day": Need.first_day.expression,
    "posted": Need.id.expression,
    "state": Need.state.expression,
}


@dataclass(frozen=True)
class Seats:
    """How far a need is filled: shifts, seats and filled seats, all without cancelled shifts, and the days they span."""

    shifts: int = 0
    seats: int = 0
    filled: int = 0
    first: date | None = None
    last: date | None = None
    ends_at: datetime | None = None

    @property
    def open(self) -> int:
        return self.seats - self.filled


def listed(
    person: Person,
    *,
    state: str = "",
    line: str = "",
    text: str = "",
    facility: int | None = None,
    sort: str = "-posted",
) -> Select[Need]:
    """The needs a person sees, filtered and in order; `sort` is a key of SORTED_BY, with "-" downwards."""
    needs = (
        visible_to(person)
        .join(Need.line)
        .join(Need.facility)
        .options(joinedload(Need.line), joinedload(Need.facility), joinedload(Need.site))
    )
    if state:
        needs = needs.where(Need.state == NeedState(state))
    if line:
        needs = needs.where(Need.service_line == line)
    if facility:
        needs = needs.where(Need.facility_id == facility)
    if text:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        needs = needs.where(
            or_(
                Need.notes.ilike(pattern),
                Need.external_ref.ilike(pattern),
                ServiceLine.name.ilike(pattern),
                Facility.name.ilike(pattern),
                Need.id == (key(text.lstrip("#")) or 0),
            )
        )
    column = SORTED_BY[sort.lstrip("-")]
    return needs.order_by(column.desc() if sort.startswith("-") else column.asc(), Need.id.desc())


def seats_of(needs: Sequence[Need]) -> dict[int, Seats]:
    """The seats of each need by its id, in one statement."""
    live = (
        select(Assignment.shift_id, func.count().label("filled"))
        .where(Assignment.state.in_(LIVE_STATES))
        .group_by(Assignment.shift_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Shift.need_id,
            func.count(),
            func.sum(Shift.headcount),
            func.coalesce(func.sum(live.c.filled), 0),
            func.min(Shift.local_day),
            func.max(Shift.local_day),
            func.max(Shift.ends_at),
        )
        .outerjoin(live, live.c.shift_id == Shift.id)
        .where(Shift.need_id.in_([need.id for need in needs]), Shift.state != ShiftState.CANCELLED)
        .group_by(Shift.need_id)
    )
    return {
        key: Seats(shifts, seats, int(filled), first, last, ends)
        for key, shifts, seats, filled, first, last, ends in rows
    }


def word_of(need: Need, seats: Seats, at: datetime) -> str:
    """The one word for where a need stands: while it is open that is how far it is filled."""
    if need.state is not NeedState.OPEN or not seats.seats:
        return need.state.value
    if seats.ends_at is not None and seats.ends_at <= at:
        return "ended"
    if seats.open <= 0:
        return "filled"
    return "partly_filled" if seats.filled else "open"


@dataclass
class Staffing:
    """Who has the seats of one shift, and who is being asked."""

    assignments: list[Assignment] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The names of those whose answer is awaited."""

    @property
    def waiting(self) -> int:
        return len(self.asked)


def staffing_of(shifts: Iterable[Shift]) -> dict[int, Staffing]:
    """Live assignments with their people, and waiting offers, by shift: two statements."""
    found: dict[int, Staffing] = defaultdict(Staffing)
    keys = [shift.id for shift in shifts]
    if not keys:
        return found
    booked = session.scalars(
        select(Assignment)
        .where(Assignment.shift_id.in_(keys), Assignment.state.in_(LIVE_STATES))
        .order_by(Assignment.seat)
        .options(joinedload(Assignment.coordinator).joinedload(Coordinator.person))
    )
    for assignment in booked:
        found[assignment.shift_id].assignments.append(assignment)
    asked = session.execute(
        select(Offer.shift_id, Person.name)
        .join(Coordinator, Coordinator.id == Offer.coordinator_id)
        .join(Person, Person.id == Coordinator.person_id)
        .where(Offer.shift_id.in_(keys), Offer.state.in_(WAITING_STATES), Offer.expires_at > now())
        .order_by(Offer.id)
    )
    for shift_id, name in asked:
        found[shift_id].asked.append(name)
    return found


def shifts_of(need: Need, at: datetime) -> Select[Shift]:
    """The shifts of a need: those still ahead first, in order of time, then the past ones, the latest first."""
    over = Shift.ends_at <= at
    return (
        select(Shift)
        .where(Shift.need_id == need.id)
        .order_by(over, case((over, None), else_=Shift.starts_at), Shift.starts_at.desc(), Shift.id)
    )


def lines_known() -> list[ServiceLine]:
    """Every service line, also one no longer offered: old needs are filtered by it too."""
    return list(session.scalars(select(ServiceLine).order_by(ServiceLine.position)))
