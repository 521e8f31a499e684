"""The needs of a list with their seats, and the shifts of one need. How far a need is filled is counted, never kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.assignments.rules import LIVE_STATES
from marketplace.catalogue.models import ServiceLine
from marketplace.db import found_in, session
from marketplace.facilities.models import Facility
from marketplace.kernel import key
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
    """The filling of a need: shifts, seats and filled seats, all without cancelled shifts, and the days they span."""

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
        needs = needs.where(
            or_(
                found_in(Need.notes, text),
                found_in(Need.external_ref, text),
                found_in(ServiceLine.name, text),
                found_in(Facility.name, text),
                Need.id == (key(text.lstrip("#")) or 0),
            )
        )
    column = SORTED_BY[sort.lstrip("-")]
    return needs.order_by(column.desc() if sort.startswith("-") else column.asc(), Need.id.desc())


def exported(person: Person, most: int, **asked: Any) -> list[Need]:
    """The first `most` of `listed(person, **asked)`."""
    return list(session.scalars(listed(person, **asked).limit(most)).unique())


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
