"""The demo's troubles: people who do not come, cancel late or forget the clock."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, CancelledBy
from marketplace.attendance.clocking import punch
from marketplace.attendance.corrections import Correction, correct
from marketplace.attendance.tasks import close_forgotten_clocks
from marketplace.booking import cancelling
from marketplace.booking.no_shows import excuse, mark_no_show, uphold
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import clock, local_day, week_start
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.rules import PunchKind

Worked = tuple[Assignment, str]


def went_wrong(over: Sequence[Worked], owners: dict[int, Person], planner: Person, now: datetime) -> list[Worked]:
    """Take some of the finished shifts (with the facility's zone) out of those that are clocked as planned, and let each
    go wrong in its own way, spread over the weeks; returns those that were worked as planned.
    """
    acts: list[Callable[[Assignment], None]] = [
        lambda one: _no_show(one, owners, planner, "uphold"),
        lambda one: _cancel(
            one, owners[one.facility_id], CancelledBy.FACILITY, 5, "The doctor is ill, we close today."
        ),
        lambda one: _cancel(one, planner, CancelledBy.AGENCY, 30, "Their license is being renewed."),
        lambda one: _no_show(one, owners, planner, "excuse"),
        lambda one: _cancel(one, owners[one.facility_id], CancelledBy.FACILITY, 9, "The machine broke down."),
        lambda one: _cancel(one, _person_of(one), CancelledBy.COORDINATOR, 20, "My train does not run."),
        lambda one: _no_show(one, owners, planner, ""),
    ]
    latest = now - timedelta(hours=20)
    chosen = [each for each in over if each[0].ends_at < latest and each[0].seat == 1]
    step = max(1, len(chosen) // len(acts))
    taken = chosen[step - 1 :: step][: len(acts)]
    for (one, _zone), act in zip(taken, acts, strict=False):
        act(one)
    session.flush()
    apart = {one.id for one, _ in taken}
    return [each for each in over if each[0].id not in apart]


def clocked_oddly(over: Sequence[Worked]) -> tuple[list[Worked], list[TimeEntry]]:
    """Clock three shifts in their own ways: hours by hand, a phone without network, and a clock that was never stopped.
    Returns the others, which are clocked as planned, and the lines of these three.
    """
    ways: tuple[Callable[[Assignment], None], ...] = (_by_hand, _offline, _forgotten)
    step = max(1, len(over) // 4)
    taken = [one for one, _ in over[step - 1 :: step][:3]]

    for one, way in zip(taken, ways, strict=False):
        way(one)
    lines = session.scalars(
        select(TimeEntry)
        .where(TimeEntry.assignment_id.in_([one.id for one in taken]), TimeEntry.paid_minutes > 0)
        .options(joinedload(TimeEntry.timesheet))
    ).all()
    apart = {one.id for one in taken}
    return [each for each in over if each[0].id not in apart], list(lines)


def long_week(over: Sequence[Worked], overtime_at: Collection[int]) -> dict[int, int]:
    """The week in which somebody worked most for one of these facilities: booking id → minutes they stay longer each day,
    between 45 and 120, so that it becomes more than forty hours.
    """
    weeks = defaultdict[tuple[int, int, date], list[Assignment]](list)
    for one, zone in over:
        if one.facility_id in overtime_at:
            weeks[one.coordinator_id, one.facility_id, week_start(local_day(one.starts_at, zone))].append(one)
    if not weeks:
        return {}
    longest = max(weeks.values(), key=lambda each: sum(one.span.minutes for one in each))
    short = 43 * 60 - sum(one.span.minutes for one in longest)
    return {one.id: min(120, max(45, -(-short // len(longest)))) for one in longest}


def _person_of(one: Assignment) -> Person:
    return session.scalars(
        select(Person)
        .join(Coordinator, Coordinator.person_id == Person.id)
        .where(Coordinator.id == one.coordinator_id)
        .options(joinedload(Person.memberships))
    ).unique().one()  # fmt: skip


def _acting(one: Assignment) -> Person:
    found = _person_of(one)
    found.acting = found.memberships[0]
    return found


def _no_show(one: Assignment, owners: dict[int, Person], planner: Person, judged: str) -> None:
    at = one.starts_at + timedelta(minutes=25)
    with clock.frozen_at(at):
        mark_no_show(one, owners[one.facility_id], at)
    session.flush()
    with clock.frozen_at(one.ends_at + timedelta(hours=3)):
        if judged == "uphold":
            uphold(one, planner, "Three calls, no answer.")
        elif judged == "excuse":
            excuse(one, planner, "An accident on the way; the police report is here.")


def _cancel(one: Assignment, by: Person, side: CancelledBy, hours_before: int, reason: str) -> None:
    at = max(one.starts_at - timedelta(hours=hours_before), one.booked_at + timedelta(minutes=20))
    with clock.frozen_at(at):
        cancelling.cancel(one, by, at, side, reason)


def _by_hand(one: Assignment) -> None:
    at = one.ends_at + timedelta(minutes=40)
    whole_day = [Correction(PunchKind.IN, one.starts_at), Correction(PunchKind.OUT, one.ends_at)]
    with clock.frozen_at(at):
        correct(one, whole_day, "My phone was at the repair shop.", _acting(one), at)


def _offline(one: Assignment) -> None:
    by = _acting(one)
    for kind, at in ((PunchKind.IN, one.starts_at), (PunchKind.OUT, one.ends_at)):
        arrived = at + timedelta(minutes=50)
        with clock.frozen_at(arrived):
            punch(one, kind, arrived, by, waited=arrived - at, client_key=f"offline-{kind}")


def _forgotten(one: Assignment) -> None:
    """Came, and never pressed the clock again: the clock closes itself."""
    with clock.frozen_at(one.starts_at):
        punch(one, PunchKind.IN, one.starts_at, _acting(one))
    with clock.frozen_at(one.ends_at + timedelta(hours=13)):
        close_forgotten_clocks()
