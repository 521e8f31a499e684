"""What happens to a forgotten clock by itself."""

from datetime import timedelta

from marketplace.assignments.rules import AssignmentState
from marketplace.attendance.clocking import punch
from marketplace.attendance.tasks import close_forgotten_clocks
from marketplace.kernel.clock import frozen_at
from tests.timesheets.hours import IN, booked, entry_of


def test_a_forgotten_clock_is_closed_and_waits_for_the_hours(world):
    shift = booked(world, world.maya)
    punch(shift, IN, shift.starts_at)
    with frozen_at(shift.ends_at + timedelta(hours=11, minutes=59)):
        assert close_forgotten_clocks() == 0
    with frozen_at(shift.ends_at + timedelta(hours=12)):
        assert close_forgotten_clocks() == 1
        assert close_forgotten_clocks() == 0
    line = entry_of(shift)
    assert (line.paid_minutes, line.exceptions) == (0, ["missing_punch"])
    assert shift.state is AssignmentState.CHECKED_OUT
