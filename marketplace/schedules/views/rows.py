"""The rows of the week of a facility (a row for each kind of work) and of the agency (a row for each facility)."""

from collections.abc import Mapping
from datetime import date, datetime

from flask import url_for

from marketplace.coverage.staffing import staffing_of
from marketplace.facilities.models import Facility
from marketplace.kernel import called, now, zone_name
from marketplace.needs.models import Shift
from marketplace.schedules.queries import lines_in_use
from marketplace.schedules.views.calendar_grid import Block, RosterRow, SeatCounts, role_note, staffed_blocks


def blocks_by_role(shifts: list[Shift], at: datetime) -> tuple[list[Block], SeatCounts]:
    """The blocks of the shifts of one facility, in the row of their kind of work."""
    return staffed_blocks(shifts, staffing_of(shifts), at, lambda shift: shift.service_line, lambda _shift: "")


def blocks_by_facility(shifts: list[Shift], at: datetime, names: Mapping[int, str]) -> tuple[list[Block], SeatCounts]:
    """The blocks of the shifts of several facilities, each in the row of its facility; `names` are theirs by id."""

    def place(shift: Shift) -> str:
        return f"{zone_name(shift.starts_at, shift.time_zone)} · {names[shift.facility_id]}"

    return staffed_blocks(shifts, staffing_of(shifts), at, lambda shift: str(shift.facility_id), place)


def role_rows(facility: Facility, shifts: list[Shift], may_post: bool, agency: bool) -> list[RosterRow]:
    """A row for each kind of work with shifts this week or posted lately."""
    lines = {line.code: line for line in [*lines_in_use(facility.id, now()), *(shift.line for shift in shifts)]}
    rows = []
    for line in sorted(lines.values(), key=lambda one: one.position):

        def add(day: date, code: str = line.code) -> str:
            return url_for("needs.new", line=code, day=day.isoformat(), facility=facility.id if agency else None)

        here = [shift for shift in shifts if shift.service_line == line.code]
        rows.append(RosterRow(line.code, called(line), role_note(here), add if may_post else None))
    return rows


def facility_rows(facilities: list[Facility], shifts: list[Shift]) -> list[RosterRow]:
    """A row for each facility with shifts this week."""
    busy = {shift.facility_id for shift in shifts}
    return [
        RosterRow(str(one.id), one.name, one.time_zone.split("/")[-1].replace("_", " "))
        for one in facilities
        if one.id in busy
    ]
