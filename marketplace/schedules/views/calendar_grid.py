"""A week drawn from shifts and the people in them: blocks, counts, rows by role or facility."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.rules import WORDS, WORKING_STATES
from marketplace.coverage.staffing import Staffing
from marketplace.kernel import Span, called, dollars
from marketplace.needs.models import Shift
from marketplace.needs.rules import NeedState
from marketplace.needs.texts import clock_span, short_day, weekday_names
from marketplace.web import reader_locale


@dataclass(frozen=True)
class Block:
    """One block of the schedule: the seats of a shift that stand alike. Times are on the wall of `zone`."""

    url: str
    title: str
    who: str
    kind: str
    state: str
    span: Span
    zone: str
    row: str
    note: str = ""
    unnamed: bool = False
    """`who` is no person's name."""

    @property
    def starts(self) -> datetime:
        return self.span.start.astimezone(ZoneInfo(self.zone))

    @property
    def ends(self) -> datetime:
        return self.span.end.astimezone(ZoneInfo(self.zone))

    @property
    def day(self) -> date:
        return self.starts.date()

    @property
    def time(self) -> str:
        return clock_span(self.starts, self.ends)


@dataclass
class SeatCounts:
    """Seats of a week, by how they stand."""

    shifts: int = 0
    seats: int = 0
    confirmed: int = 0
    waiting: int = 0
    open: int = 0
    by_day: dict[date, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def add(self, shift: Shift, staff: Staffing, at: datetime) -> None:
        """Count the seats of one more shift."""
        taken, left, waiting = _seats(shift, staff)
        self.shifts += 1
        self.seats += shift.headcount
        self.confirmed += taken
        self.by_day[shift.local_day][0] += taken
        self.by_day[shift.local_day][1] += shift.headcount
        if shift.ends_at > at and not _stopped(shift):
            self.waiting += waiting
            self.open += left - waiting

    def coverage(self, days: Iterable[date]) -> list[str]:
        """Filled of all seats, a text a day: "8 of 10"."""
        texts = []
        for day in days:
            filled, seats = self.by_day.get(day, [0, 0])
            texts.append(_("%(filled)s of %(seats)s", filled=filled, seats=seats) if seats else "–")
        return texts


def staffed_blocks(
    shifts: Sequence[Shift],
    staffing: Mapping[int, Staffing],
    at: datetime,
    row: Callable[[Shift], str],
    place: Callable[[Shift], str],
) -> tuple[list[Block], SeatCounts]:
    """The blocks for a facility or the agency: for each shift the booked, the asked and the open seats.

    `place` says whose shift it is where several facilities stand together, else nothing.
    """
    blocks: list[Block] = []
    counts = SeatCounts()
    for shift in shifts:
        staff = staffing.get(shift.id) or Staffing()
        counts.add(shift, staff, at)
        blocks += _blocks_of(shift, staff, at, row(shift), place(shift))
    return blocks, counts


def _blocks_of(shift: Shift, staff: Staffing, at: datetime, line: str, note: str) -> Iterator[Block]:
    """The blocks of one shift: booked, asked and open seats; for a shift that is over or stopped, the unfilled seats."""

    def block(who: str, kind: str, state: str, unnamed: bool = False) -> Block:
        url = url_for("coverage.shift", shift_id=shift.id)
        name, zone = called(shift.line), shift.time_zone
        return Block(url, name, who, kind, state, shift.span, zone, line, note=note, unnamed=unnamed)

    taken, left, waiting = _seats(shift, staff)
    over = shift.ends_at <= at
    if taken:
        names = [one.coordinator.person.name for one in staff.assignments]
        who = names[0] if taken == 1 else f"{names[0]} +{taken - 1}"
        working = any(one.state in WORKING_STATES for one in staff.assignments)
        kind = "working" if working else "past" if over else "confirmed"
        yield block(who, kind, _word(staff.assignments, working, at))
    if left and (over or _stopped(shift)):
        words = _("Not filled") if over else _seats_open(left)
        yield block(words, "past", "ended" if over else shift.need.state.value, unnamed=True)
        return
    if waiting:
        several = staff.waiting > 1
        asked = ngettext("%(num)d person asked", "%(num)d people asked", staff.waiting) if several else staff.asked[0]
        yield block(asked, "waiting", "waiting_for_reply", unnamed=several)
    if left > waiting:
        yield block(_seats_open(left - waiting), "open", "open")


def _word(bookings: Sequence[Assignment], working: bool, at: datetime) -> str:
    """The one word for several bookings of a shift: the one that needs somebody first."""
    if any(one.is_late(at) for one in bookings):
        return "late"
    return "working" if working else WORDS[bookings[0].state].lower()


def _seats(shift: Shift, staff: Staffing) -> tuple[int, int, int]:
    """Seats taken, seats left, and how many of those left wait for somebody's answer."""
    taken = len(staff.assignments)
    left = max(0, shift.headcount - taken)
    return taken, left, min(left, staff.waiting)


def _stopped(shift: Shift) -> bool:
    return shift.need.state is not NeedState.OPEN


def _seats_open(seats: int) -> str:
    return str(_("Open") if seats == 1 else ngettext("%(num)d seat open", "%(num)d seats open", seats))


def own_blocks(mine: Sequence[Assignment], offers: Sequence[Offer], zone: str, at: datetime) -> list[Block]:
    """The shifts of a coordinator and the offers that await their answer, in the coordinator's zone."""
    blocks = []
    for one in mine:
        kind = "working" if one.state in WORKING_STATES else "past" if one.ends_at <= at else "confirmed"
        blocks.append(
            _own(one.shift, url_for("booking.assignment", assignment_id=one.id), kind, _word([one], False, at), zone)
        )
    for offer in offers:
        blocks.append(_own(offer.shift, url_for("booking.offers"), "waiting", "waiting_for_reply", zone))
    return sorted(blocks, key=lambda block: block.span)


def _own(shift: Shift, url: str, kind: str, state: str, zone: str) -> Block:
    return Block(
        url,
        called(shift.line),
        shift.facility.name,
        kind,
        state,
        shift.span,
        zone,
        shift.facility.name,
        shift.time_zone,
    )


def days_of(monday: date, today: date) -> list[dict[str, Any]]:
    """The seven days for the macros: label, number, name, whether it is today."""
    locale = reader_locale()
    names = weekday_names()
    days = []
    for number in range(7):
        day = monday + timedelta(days=number)
        name = format_date(day, "EEEE d 'de' MMMM" if locale == "es_US" else "EEEE, MMMM d", locale=locale)
        days.append({"label": names[number], "number": day.day, "name": name, "today": day == today, "date": day})
    return days


@dataclass(frozen=True)
class RosterRow:
    """A line of the roster before it is drawn: its key, what stands at its left, and where a press on an empty day leads."""

    key: str
    title: str
    note: str = ""
    add: Callable[[date], str] | None = None


def roster_rows(
    rows: Sequence[RosterRow],
    blocks: Sequence[Block],
    days: Sequence[date],
    today: date,
    most: int,
    more: Callable[[str], str],
    lead: str = "who",
) -> list[dict[str, Any]]:
    """The rows of the roster macro (`lead` as there); of more than `most` blocks a cell the rest is a link to `more(key)`."""
    cells: dict[tuple[str, date], list[Block]] = defaultdict(list)
    for block in blocks:
        cells[block.row, block.day].append(block)
    drawn = []
    for row in rows:
        line = []
        for day in days:
            here = cells[row.key, day]
            shown: list[Any] = here if len(here) <= most else here[: most - 1]
            if len(here) > len(shown):
                left = len(here) - len(shown)
                words = ngettext("%(num)d more", "%(num)d more", left)
                link = {"url": more(row.key), "title": words, "who": words if lead == "who" else "", "kind": "past"}
                shown = [*shown, {**link, "time": "", "state": ""}]
            cell: dict[str, Any] = {"shifts": shown}
            if row.add and day >= today:
                cell["add_url"] = row.add(day)
                cell["add_label"] = _("Post %(role)s on %(day)s", role=row.title, day=short_day(day))
            line.append(cell)
        drawn.append({"title": row.title, "note": row.note, "cells": line})
    return drawn


def role_note(shifts: Sequence[Shift]) -> str:
    """$39.00/h · 4 shifts"""
    if not shifts:
        return ""
    rates = sorted({shift.bill_rate_cents for shift in shifts})
    rate = dollars(rates[0]) if len(rates) == 1 else f"{dollars(rates[0])} – {dollars(rates[-1])}"
    count = ngettext("%(num)d shift", "%(num)d shifts", len(shifts))
    return f"{rate}/h · {count}"
