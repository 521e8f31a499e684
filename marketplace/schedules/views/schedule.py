"""The schedule: a week by role, by hour or day by day."""

from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.permissions import Permission
from marketplace.kernel import NotFound, local_day, now
from marketplace.needs.texts import days_between
from marketplace.schedules.queries import facilities_seen, facility_named, shifts_of_week
from marketplace.schedules.views.calendar_grid import days_of, roster_rows
from marketplace.schedules.views.own_week import VIEWS, asked_monday, own_page
from marketplace.schedules.views.rows import blocks_by_facility, blocks_by_role, facility_rows, role_rows
from marketplace.schedules.views.timegrid import timegrid
from marketplace.web import Pages, asked_number, asked_word, kept_offline

pages = Pages("schedule", __name__)

MOST_IN_CELL = 4
MOST_LISTED = 60


@pages.get("/schedule", may=Permission.SHIFT_SEE)
def index() -> ResponseReturnValue:
    """The week that holds `week` (a day), as `view`; the agency may choose a `facility`."""
    person = current_person()
    return kept_offline(own_page(person), person.id) if person.coordinator_id is not None else _staffed()


def _staffed() -> ResponseReturnValue:
    person, at = current_person(), now()
    agency = person.facility_id is None
    facilities = facilities_seen() if agency else []
    asked = person.facility_id or asked_number("facility")
    facility = next((one for one in facilities if one.id == asked), None) if agency else facility_named(asked or 0)
    if not agency and facility is None:
        raise NotFound("There is no such page, or it is not yours to see.")
    zone = facility.time_zone if facility else settings().agency_time_zone
    today = local_day(at, zone)
    monday = asked_monday(today)
    shifts = shifts_of_week(person, monday, facility.id if facility else None)
    if facility:
        blocks, counts = blocks_by_role(shifts, at)
    else:
        blocks, counts = blocks_by_facility(shifts, at, {one.id: one.name for one in facilities})
    days = days_of(monday, today)
    dates = [day["date"] for day in days]
    view = asked_word("view", VIEWS) or "roster"
    keep: dict[str, Any] = {"week": monday.isoformat(), "facility": facility.id if facility and agency else None}
    may_post = person.may(Permission.NEED_POST)
    rows = role_rows(facility, shifts, may_post, agency) if facility else facility_rows(facilities, shifts)
    listed = blocks if facility else blocks[:MOST_LISTED]

    def more(key: str) -> str:
        narrowed = {"view": "agenda"} if facility else {"facility": key}
        return url_for(".index", **{**keep, **narrowed})

    drawn = (
        roster_rows(rows, blocks, dates, today, MOST_IN_CELL, more, "who" if facility else "title")
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
