"""The work history of a facility and a coordinator: shifts, hours, first and last day, and their preferences."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, func, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.rules import AHEAD_STATES, AssignmentState
from marketplace.coordinators.models import Coordinator, Education
from marketplace.db import session
from marketplace.facilities.models import Facility, Preference, PreferenceKind, PreferenceSide
from marketplace.kernel import NotFound
from marketplace.needs.models import Shift
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.rules import EntryState

WORKED = (AssignmentState.CHECKED_OUT, AssignmentState.COMPLETED)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class WorkHistory:
    """A coordinator as a facility knows them. Minutes are those on time entries with it; `ahead` counts booked shifts."""

    id: int
    name: str
    service_lines: tuple[str, ...]
    languages: tuple[str, ...]
    ehr: tuple[str, ...]
    years_experience: int
    education: Education
    rating: Decimal | None
    shifts: int
    minutes: int
    first_at: datetime | None
    last_at: datetime | None
    ahead: int
    next_at: datetime | None
    kind: PreferenceKind | None
    reason: str | None
    since: datetime | None

    @property
    def is_favorite(self) -> bool:
        return self.kind is PreferenceKind.FAVOURITE

    @property
    def is_blocked(self) -> bool:
        return self.kind is PreferenceKind.BLOCK


def _words(column: Any) -> ColumnElement[Any]:
    return type_coerce(column, ARRAY(Text, as_tuple=True))


def _rows(facility_id: int, at: datetime) -> tuple[Select[Any], dict[str, ColumnElement[Any]]]:
    work = (
        select(
            Assignment.coordinator_id,
            func.count().filter(Assignment.state.in_(WORKED)).label("shifts"),
            func.min(Assignment.starts_at).filter(Assignment.state.in_(WORKED)).label("first_at"),
            func.max(Assignment.starts_at).filter(Assignment.state.in_(WORKED)).label("last_at"),
            func.count().filter(Assignment.state.in_(AHEAD_STATES), Assignment.ends_at > at).label("ahead"),
            func.min(Assignment.starts_at)
            .filter(Assignment.state.in_(AHEAD_STATES), Assignment.ends_at > at)
            .label("next_at"),
        )
        .where(Assignment.facility_id == facility_id)
        .group_by(Assignment.coordinator_id)
        .subquery()
    )
    hours = (
        select(TimeEntry.coordinator_id, func.sum(TimeEntry.paid_minutes).label("minutes"))
        .where(
            TimeEntry.facility_id == facility_id,
            or_(TimeEntry.submitted_at.is_not(None), TimeEntry.state != EntryState.PENDING),  # handed in
        )
        .group_by(TimeEntry.coordinator_id)
        .subquery()
    )
    asked = select(Offer.coordinator_id).where(Offer.facility_id == facility_id)
    minutes: ColumnElement[Any] = func.coalesce(hours.c.minutes, 0)
    shifts: ColumnElement[Any] = func.coalesce(work.c.shifts, 0)
    rows = (
        select(
            Coordinator.id, Person.name, _words(Coordinator.service_lines),
            _words(Coordinator.languages), _words(Coordinator.ehr),
            Coordinator.years_experience, Coordinator.education, Coordinator.rating, shifts, minutes, work.c.first_at,
            work.c.last_at, func.coalesce(work.c.ahead, 0), work.c.next_at, Preference.kind, Preference.reason, Preference.since,
        )
        .join(Person, Person.id == Coordinator.person_id)
        .outerjoin(work, work.c.coordinator_id == Coordinator.id)
        .outerjoin(hours, hours.c.coordinator_id == Coordinator.id)
        .outerjoin(
            Preference,
            and_(
                Preference.coordinator_id == Coordinator.id,
                Preference.facility_id == facility_id,
                Preference.side == PreferenceSide.FACILITY,
                Preference.ended_at.is_(None),
            ),
        )
        .where(or_(work.c.coordinator_id.is_not(None), Preference.id.is_not(None), Coordinator.id.in_(asked)))
    )  # fmt: skip
    return rows, {"hours": minutes, "shifts": shifts, "last": func.coalesce(work.c.last_at, LONG_AGO)}


KINDS = frozenset(PreferenceKind)
SORTED_BY = ("name", "rating", "hours", "shifts", "last")


def known_by(
    facility_id: int, at: datetime, *, text: str = "", line: str = "", kind: str = "", sort: str = "-hours"
) -> Select[Any]:
    """Rows of `WorkHistory`, filtered and in order; `sort` is one of SORTED_BY, with "-" downwards."""
    rows, columns = _rows(facility_id, at)
    columns |= {"name": func.lower(Person.name), "rating": func.coalesce(Coordinator.rating, 0)}
    if text:
        rows = rows.where(Person.name.icontains(text, autoescape=True))
    if line:
        rows = rows.where(Coordinator.service_lines.contains([line]))
    if kind:
        rows = rows.where(Preference.kind == PreferenceKind(kind))
    column = columns[sort.lstrip("-")]
    return rows.order_by(column.desc() if sort.startswith("-") else column.asc(), Coordinator.id)


def exported(facility_id: int, at: datetime, most: int, **asked: str) -> list[WorkHistory]:
    """The first `most` of `known_by(facility_id, at, **asked)`."""
    return [WorkHistory(*row) for row in session.execute(known_by(facility_id, at, **asked).limit(most))]


def one_of(facility_id: int, coordinator_id: int, at: datetime) -> WorkHistory:
    """One coordinator the facility knows; raises NotFound for anybody else."""
    rows, _columns = _rows(facility_id, at)
    row = (
        session.execute(rows.where(Coordinator.id == coordinator_id)).one_or_none() if coordinator_id < 2**63 else None
    )
    if row is None:
        raise NotFound("There is no such page, or it is not yours to see.")
    return WorkHistory(*row)


def knows_best(facility_id: int) -> dict[str, list[tuple[int, str, int]]]:
    """For each service line worked here who has done it most, and the backup: (coordinator, name, shifts), at most two."""
    shifts = func.count()
    rows = session.execute(
        select(Shift.service_line, Assignment.coordinator_id, Person.name, shifts)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Coordinator, Coordinator.id == Assignment.coordinator_id)
        .join(Person, Person.id == Coordinator.person_id)
        .where(Assignment.facility_id == facility_id, Assignment.state.in_(WORKED))
        .group_by(Shift.service_line, Assignment.coordinator_id, Person.name)
        .order_by(Shift.service_line, shifts.desc(), Assignment.coordinator_id)
    )
    found: dict[str, list[tuple[int, str, int]]] = {}
    for line, coordinator_id, name, count in rows:
        of_line = found.setdefault(line, [])
        if len(of_line) < 2:
            of_line.append((coordinator_id, name, count))
    return found


# ---- the other direction ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KnownFacility:
    """A facility as a coordinator knows it."""

    id: int
    name: str
    facility_kind: str
    city: str
    region: str
    time_zone: str
    shifts: int
    last_at: datetime | None
    ahead: int
    kind: PreferenceKind | None


def facilities_known_to(coordinator_id: int, at: datetime, facility_id: int | None = None) -> list[KnownFacility]:
    """The facilities a coordinator worked for, was asked by, or has a preference about, by name.

    With `facility_id` only that one.
    """
    work = (
        select(
            Assignment.facility_id,
            func.count().filter(Assignment.state.in_(WORKED)).label("shifts"),
            func.max(Assignment.starts_at).filter(Assignment.state.in_(WORKED)).label("last_at"),
            func.count().filter(Assignment.state.in_(AHEAD_STATES), Assignment.ends_at > at).label("ahead"),
        )
        .where(Assignment.coordinator_id == coordinator_id)
        .group_by(Assignment.facility_id)
        .subquery()
    )
    asked = select(Offer.facility_id).where(Offer.coordinator_id == coordinator_id)
    rows = (
        select(
            Facility.id, Facility.name, Facility.kind, Facility.city, Facility.region, Facility.time_zone,
            func.coalesce(work.c.shifts, 0), work.c.last_at, func.coalesce(work.c.ahead, 0), Preference.kind,
        )
        .outerjoin(work, work.c.facility_id == Facility.id)
        .outerjoin(
            Preference,
            and_(
                Preference.facility_id == Facility.id,
                Preference.coordinator_id == coordinator_id,
                Preference.side == PreferenceSide.COORDINATOR,
                Preference.ended_at.is_(None),
            ),
        )
        .where(or_(work.c.facility_id.is_not(None), Preference.id.is_not(None), Facility.id.in_(asked)))
        .order_by(func.lower(Facility.name), Facility.id)
    )  # fmt: skip
    if facility_id is not None:
        rows = rows.where(Facility.id == facility_id)
    return [KnownFacility(*row) for row in session.execute(rows)]


def bookings_of(coordinator_id: int) -> Select[Assignment]:
    """Every booking of a coordinator with its shift, line and facility, the latest first."""
    return (
        select(Assignment)
        .where(Assignment.coordinator_id == coordinator_id)
        .options(joinedload(Assignment.shift).joinedload(Shift.line), joinedload(Assignment.facility))
        .order_by(Assignment.starts_at.desc(), Assignment.id.desc())
    )


def paid_minutes_of(coordinator_id: int) -> int:
    """All minutes on the time entries of a coordinator that are paid."""
    return session.scalars(
        select(func.coalesce(func.sum(TimeEntry.paid_minutes), 0)).where(TimeEntry.coordinator_id == coordinator_id)
    ).one()
