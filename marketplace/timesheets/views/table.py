"""The list of hours: entries to approve first for facility and agency, whole weeks for a coordinator; as a file too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, render_template

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.db import Audience, session
from marketplace.kernel import now, plain_dollars
from marketplace.timesheets.models import TimeEntry, Timesheet
from marketplace.timesheets.queries import (
    coordinators_with_hours,
    entries_visible_to,
    entry_with_details,
    facilities_with_hours,
    to_decide,
    visible_to,
    week_with_details,
)
from marketplace.timesheets.rules import EntryState
from marketplace.timesheets.texts import exception_words
from marketplace.timesheets.views.blueprint import pages
from marketplace.timesheets.views.rows import EntryRow, rows_of, week_word
from marketplace.web import Page, asked_day, asked_number, asked_word, csv_download, page_of

ROWS = 100
STATES = ("to_approve", "approved", "disputed", "rejected", "all")


@dataclass(frozen=True)
class EntryFilters:
    """What the list is narrowed to; it travels in the address of every act on the list."""

    state: str
    week: str
    coordinator: int | None
    facility: int | None

    @property
    def arguments(self) -> dict[str, Any]:
        kept = {"state": self.state, "week": self.week, "coordinator": self.coordinator, "facility": self.facility}
        return {name: value for name, value in kept.items() if value and value != "to_approve"}


def filters() -> EntryFilters:
    week = asked_day("week")
    return EntryFilters(
        asked_word("state", STATES) or "to_approve",
        week.isoformat() if week else "",
        asked_number("coordinator"),
        asked_number("facility"),
    )


def _list(asked: EntryFilters, person: Person, at: datetime) -> Any:
    entries = entries_visible_to(person).join(TimeEntry.timesheet)
    match asked.state:
        case "to_approve":
            entries = to_decide(entries, at)
        case "all":
            pass
        case state:
            entries = entries.where(TimeEntry.state == EntryState(state))
    if asked.week:
        entries = entries.where(Timesheet.week == asked_day("week"))
    if asked.coordinator is not None:
        entries = entries.where(TimeEntry.coordinator_id == asked.coordinator)
    if asked.facility is not None and person.audience is Audience.AGENCY:
        entries = entries.where(TimeEntry.facility_id == asked.facility)
    oldest_first = asked.state == "to_approve"
    return entries.order_by(TimeEntry.starts_at if oldest_first else TimeEntry.starts_at.desc(), TimeEntry.id)


@pages.get("/timesheets", may=Permission.TIMESHEET_SEE)
def index() -> str:
    """Coordinators find their weeks; everybody else the entries, those to approve first."""
    person = current_person()
    if person.audience is Audience.COORDINATOR:
        return _own_weeks(person)
    return render_template("timesheets/index.html", **table(person))


def table(person: Person) -> dict[str, Any]:
    asked, at = filters(), now()
    page: Page[TimeEntry] = page_of(entry_with_details(_list(asked, person, at)), ROWS)
    rows = rows_of(page.items, person, at)
    waiting = [row for row in rows if row.entry.waits]
    clean = [row for row in waiting if row.entry.is_clean and row.may_decide]
    deadlines = [row.entry.approves_itself_at for row in waiting if row.entry.approves_itself_at]
    first = min(deadlines, default=None)
    zone = next((row.entry.timesheet.time_zone for row in waiting if row.entry.approves_itself_at == first), "UTC")
    return {
        "asked": asked,
        "page": page,
        "rows": rows,
        "waiting": waiting,
        "clean": clean,
        "clean_lines": ",".join(f"{row.entry.id}:{row.entry.version}" for row in clean),
        "minutes": sum(row.entry.paid_minutes for row in waiting),
        "cents": sum(row.cents for row in waiting),
        "deadline": first,
        "deadline_zone": zone,
        "coordinators": coordinators_with_hours(person),
        "facilities": facilities_with_hours(person),
        "shows_facility": person.audience is Audience.AGENCY,
    }


def _own_weeks(person: Person) -> str:
    page: Page[Timesheet] = page_of(
        week_with_details(visible_to(person)).order_by(Timesheet.week.desc(), Timesheet.facility_id)
    )
    keys = [sheet.id for sheet in page.items]
    entries = session.scalars(
        entry_with_details(entries_visible_to(person).where(TimeEntry.timesheet_id.in_(keys))).order_by(
            TimeEntry.starts_at
        )
    ).unique()
    rows: dict[int, list[EntryRow]] = {key: [] for key in keys}
    for row in rows_of(list(entries), person, now()):
        rows[row.entry.timesheet_id].append(row)
    return render_template("timesheets/weeks.html", page=page, rows=rows, word=week_word)


@pages.get("/timesheets.csv", may=Permission.TIMESHEET_SEE)
def table_as_csv() -> Response:
    """The list as it is narrowed, whole; amounts as on the page, hours in minutes."""
    person, at = current_person(), now()
    entries = session.scalars(entry_with_details(_list(filters(), person, at)).limit(10_000)).unique().all()
    head = ("week", "facility", "coordinator", "service_line", "starts_at", "ends_at", "time_zone", "break_minutes",
            "paid_minutes", "amount", "state", "exceptions", "reason")  # fmt: skip
    return csv_download("timesheets", head, (_csv_row(row) for row in rows_of(entries, person, at)))


def _csv_row(row: EntryRow) -> tuple[object, ...]:
    entry = row.entry
    return (
        entry.timesheet.week.isoformat(),
        entry.timesheet.facility.name,
        entry.timesheet.coordinator.name,
        entry.assignment.shift.line.name,
        entry.starts_at.isoformat(),
        entry.ends_at.isoformat(),
        entry.timesheet.time_zone,
        entry.break_minutes,
        entry.paid_minutes,
        plain_dollars(row.cents),
        row.state,
        "; ".join(exception_words(kept) for kept in entry.exceptions),
        entry.decision_reason or entry.dispute_reason,
    )
