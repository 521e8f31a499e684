"""The people at work while somebody looks at the demo, and those who begin within the hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from marketplace.accounts.models import Person
from marketplace.attendance.clocking import punch
from marketplace.coordinators.models import AvailabilityWindow, Coordinator
from marketplace.demo.asking import post_single, rounded
from marketplace.demo.staffing import DemoStaffing, shifts_of
from marketplace.facilities.models import Facility
from marketplace.kernel import clock
from marketplace.timesheets.rules import PunchKind


def always_free(coordinator: Coordinator) -> None:
    """Make a coordinator free at every hour, since the demo may be looked at in any."""
    coordinator.availability[:] = [
        AvailabilityWindow(coordinator_id=coordinator.id, weekday=day, start_minute=0, end_minute=1440)
        for day in range(7)
    ]


def at_work(
    staffing: DemoStaffing, jobs: Sequence[tuple[Facility, Person, str, Coordinator]], now: datetime
) -> None:  # fmt: skip
    """For each (facility, who posted, line, who works): a shift that began a while ago. The last coordinator is on a break."""
    working = None
    for number, (facility, poster, line, coordinator) in enumerate(jobs):
        starts = rounded(now - timedelta(minutes=50 + 40 * number))
        posted = starts - timedelta(days=2)
        need = post_single(facility, poster, line, (starts, starts + timedelta(hours=4)), posted)
        [shift] = shifts_of(need)
        assignment = staffing.book(shift, coordinator.id, posted + timedelta(hours=2))
        if assignment is None:
            continue
        came = starts + timedelta(minutes=number)
        with clock.frozen_at(came):
            punch(assignment, PunchKind.IN, came, coordinator.person)
        working = assignment
    if working is not None:
        pause = now - timedelta(minutes=6)
        with clock.frozen_at(pause):
            punch(working, PunchKind.BREAK_START, pause)


def next_shift(
    staffing: DemoStaffing, facility: Facility, poster: Person, line: str, coordinator: Coordinator, now: datetime
) -> None:
    """A confirmed shift that begins within the hour."""
    starts = rounded(now + timedelta(minutes=45))
    posted = now - timedelta(days=1)
    need = post_single(facility, poster, line, (starts, starts + timedelta(hours=4)), posted)
    [shift] = shifts_of(need)
    staffing.book(shift, coordinator.id, posted + timedelta(hours=3))
