"""The schedule: a week by role, by hour or day by day."""

from datetime import date, timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.models import Coordinator
from marketplace.coverage.staffing import staffing_of
from marketplace.db import Audience, session
from marketplace.facilities.models import Facility
from marketplace.kernel import NotFound, NotPermitted, called, local_day, now, week_start, workweek
from marketplace.needs.models import Shift
from marketplace.needs.texts import days_between
from marketplace.schedules.calendar_grid import RosterRow, days_of, own_blocks, role_note, roster_rows, staffed_blocks
from marketplace.schedules.queries import (
    facilities_seen,
    facility_named,
    lines_in_use,
    own_offers,
    own_week,
    shifts_of_week,
)
from marketplace.schedules.timegrid import timegrid
from marketplace.web import Pages, asked_day, asked_number, asked_word
from marketplace.web.filters import zone_name

pages = Pages("schedule", __name__)

VIEWS = ("roster", "grid", "agenda")
MOST_IN_CELL = 4
MOST_LISTED = 60


@pages.get("/schedule", may=Permission.SHIFT_SEE)
def index() -> ResponseReturnValue:
    """The week that holds `week` (a day), as `view`; the agency may choose a `facility`."""
    person = current_person()
    if person.audience is Audience.COORDINATOR:
        return _own(person)
    return _staffed(person)


def _monday(today: date) -> date:
    """The Monday of the week asked for, in years the calendar of this site knows."""
    day = asked_day("week") or today
    return week_start(min(max(day, date(2000, 1, 8)), date(2099, 12, 20)))


def _staffed(person: Person) -> ResponseReturnValue:
    at = now()
    agency = person.facility_id is None
    facilities = facilities_seen() if agency else []
    asked = person.facility_id or asked_number("facility")
    facility = next((one for one in facilities if one.id == asked), None) if agency else facility_named(asked or 0)
    if not agency and facility is None:
        raise NotFound("There is no such page, or it is not yours to see.")
    zone = facility.time_zone if facility else settings().agency_time_zone
    today = local_day(at, zone)
    monday = _monday(today)
    shifts = shifts_of_week(person, monday, facility.id if facility else None)
    by_role = facility is not None
    names = {one.id: one.name for one in facilities}

    def place(shift: Shift) -> str:
        return "" if by_role else f"{zone_name(shift.starts_at, shift.time_zone)} · {names[shift.facility_id]}"

    def row(shift: Shift) -> str:
        return shift.service_line if by_role else str(shift.facility_id)

    blocks, counts = staffed_blocks(shifts, staffing_of(shifts), at, row, place)
    days = days_of(monday, today)
    dates = [day["date"] for day in days]
    view = asked_word("view", VIEWS) or "roster"
    keep: dict[str, Any] = {"week": monday.isoformat(), "facility": facility.id if facility and agency else None}
    may_post = person.may(Permission.NEED_POST)
    rows = _roles(facility, shifts, may_post, agency) if facility else _facilities(facilities, shifts)
    listed = blocks if facility else blocks[:MOST_LISTED]

    def more(key: str) -> str:
        narrowed = {"view": "agenda"} if facility else {"facility": key}
        return url_for(".index", **{**keep, **narrowed})

    drawn = (
        roster_rows(rows, blocks, dates, today, MOST_IN_CELL, more, "who" if by_role else "title")
        if view == "roster"
        else []
    )
    return render_template(
        "schedules/staffed.html",
        heading=days_between(dates[0], dates[-1]),
        counts=counts,
        days=days,
        agenda_days=[{**day, "shifts": [block for block in listed if block.day == day["date"]]} for day in days],
        left_out=len(blocks) - len(listed),
        rows=drawn,
        coverage=counts.coverage(dates),
        grid=timegrid(blocks, dates) if view == "grid" else None,
        view=view,
        keep=keep,
        previous=monday - timedelta(days=7),
        following=monday + timedelta(days=7),
        facility=facility,
        facilities=facilities,
        agency=agency,
        may_post=may_post,
        zone=zone,
        at=at,
    )


def _roles(facility: Facility, shifts: list[Shift], may_post: bool, agency: bool) -> list[RosterRow]:
    """A row for each kind of work with shifts this week or posted lately."""
    lines = {line.code: line for line in [*lines_in_use(facility.id, now()), *(shift.line for shift in shifts)]}
    rows = []
    for line in sorted(lines.values(), key=lambda one: one.position):

        def add(day: date, code: str = line.code) -> str:
            return url_for("needs.new", line=code, day=day.isoformat(), facility=facility.id if agency else None)

        here = [shift for shift in shifts if shift.service_line == line.code]
        rows.append(RosterRow(line.code, called(line), role_note(here), add if may_post else None))
    return rows


def _facilities(facilities: list[Facility], shifts: list[Shift]) -> list[RosterRow]:
    """A row for each facility with shifts this week."""
    busy = {shift.facility_id for shift in shifts}
    return [
        RosterRow(str(one.id), one.name, one.time_zone.split("/")[-1].replace("_", " "))
        for one in facilities
        if one.id in busy
    ]


def _own(person: Person) -> ResponseReturnValue:
    at = now()
    coordinator = session.get(Coordinator, person.coordinator_id)
    if coordinator is None:
        raise NotPermitted("Only coordinators have a schedule of their own.")
    zone = coordinator.time_zone
    today = local_day(at, zone)
    monday = _monday(today)
    span = workweek(monday, zone)
    mine = own_week(coordinator.id, span)
    blocks = own_blocks(mine, own_offers(coordinator.id, span, at), zone, at)
    days = days_of(monday, today)
    dates = [day["date"] for day in days]
    view = "grid" if asked_word("view", VIEWS) == "grid" else "agenda"
    minutes = sum(one.span.minutes for one in mine)
    return render_template(
        "schedules/own.html",
        heading=days_between(dates[0], dates[-1]),
        days=[{**day, "shifts": [block for block in blocks if max(block.day, monday) == day["date"]]} for day in days],
        grid=timegrid(blocks, dates) if view == "grid" else None,
        view=view,
        keep={"week": monday.isoformat(), "facility": None},
        previous=monday - timedelta(days=7),
        following=monday + timedelta(days=7),
        shifts=len(mine),
        waiting=len(blocks) - len(mine),
        minutes=minutes,
        zone=zone,
        at=at,
    )
