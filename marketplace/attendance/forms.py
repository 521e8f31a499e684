"""Forms of the clock: the shift report, and hours entered by hand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.attendance.corrections import LONGEST_REASON, Correction
from marketplace.catalogue.models import Duty
from marketplace.kernel import Invalid, Span, called, local_instant
from marketplace.timesheets.models import Punch, ShiftReport
from marketplace.timesheets.rules import PunchKind
from marketplace.timesheets.texts import punch_words
from marketplace.web.forms import Choice, ClockTime, Day, Form, Notes, WholeNumber, Words

MOST_COUNT = 9_999


MOST_TICKETS = 100


LONGEST_TICKET = 60


@dataclass(frozen=True)
class Reported:
    """The content of a shift report: counts by duty, numbers of outside tickets, a note."""

    counts: dict[str, int]
    tickets: list[str]
    note: str


class ReportFields(Form):
    """The part of the report that is the same for every need."""

    tickets = Notes(
        _l("Ticket numbers"),
        required=False,
        limit=4000,
        description=_l(
            "Of the facility's own system, one on each line. Never a patient's name, birth date or record number."
        ),
    )
    note = Notes(
        _l("Note"), required=False, description=_l("What the next person should know. Nothing about a patient.")
    )

    def reported(self, duties: Sequence[Duty]) -> Reported:
        """The report as it was typed; raises Invalid at `tickets`."""
        counts = {duty.code: self[count_field(duty)].data or 0 for duty in duties}
        tickets = list(
            dict.fromkeys(entry.strip() for entry in (self.tickets.data or "").splitlines() if entry.strip())
        )
        if len(tickets) > MOST_TICKETS:
            raise Invalid(_("Write at most %(most)s ticket numbers.", most=MOST_TICKETS), "tickets")
        if any(
            not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 #._/:-]*", ticket) or len(ticket) > LONGEST_TICKET
            for ticket in tickets
        ):
            raise Invalid(
                _("A ticket number has only letters, digits and - # . / : _, and at most 60 of them."), "tickets"
            )
        return Reported({code: times for code, times in counts.items() if times}, tickets, self.note.data or "")


def count_field(duty: Duty) -> str:
    """The name of a duty's field."""
    return f"duty_{duty.code}"


def report_form(duties: Sequence[Duty], report: ShiftReport | None) -> ReportFields:
    """A form with a count for every duty of the catalogue, filled with what is on record."""
    fields = {count_field(duty): WholeNumber(called(duty), 0, MOST_COUNT, required=False) for duty in duties}
    kept: dict[str, Any] = {}
    if report is not None:
        kept = {f"duty_{code}": times for code, times in report.counts.items()}
        kept |= {"tickets": "\n".join(report.tickets), "note": report.note}
    made: ReportFields = type("ReportForm", (ReportFields,), fields)(data=kept)
    return made


class CorrectionFields(Form):
    """The part of a correction that is the same for every shift: one punch more, and the reason.

    Coming and going have a row of their own when they were forgotten.
    """

    ends: tuple[PunchKind, ...] = ()

    new_kind = Choice(
        _l("Add a punch"),
        [(kind.value, word) for kind, word in (
            (PunchKind.IN, _l("Clocked in")),
            (PunchKind.BREAK_START, _l("Break started")),
            (PunchKind.BREAK_END, _l("Break ended")),
            (PunchKind.OUT, _l("Clocked out")),
        )],
        required=False,
        empty_label=_l("None"),
    )  # fmt: skip
    new_day = Day(_l("Day"), required=False)
    new_time = ClockTime(_l("Time"), required=False)
    reason = Words(_l("Reason"), limit=LONGEST_REASON, guard=True)

    def corrections(self, punches: Sequence[Punch], zone: str) -> list[Correction]:
        """Punches whose time is another one than on record, and the new one; raises Invalid at its field."""
        changed = []
        for punch in punches:
            day, clock = self[f"day_{punch.id}"].data, self[f"time_{punch.id}"].data
            local = punch.at.astimezone(ZoneInfo(zone))
            if (day, clock) != (local.date(), local.time().replace(second=0, microsecond=0)):
                changed.append(Correction(punch.kind, _instant(day, clock, zone, f"time_{punch.id}"), punch))
        for kind in self.ends:
            day, clock = self[f"day_{kind.value}"].data, self[f"time_{kind.value}"].data
            if clock is not None:
                if day is None:
                    raise Invalid(_("Say on which day and at what time it was."), f"day_{kind.value}")
                changed.append(Correction(kind, _instant(day, clock, zone, f"time_{kind.value}")))
        if self.new_kind.data:
            if self.new_day.data is None or self.new_time.data is None:
                raise Invalid(_("Say on which day and at what time it was."), "new_time")
            at = _instant(self.new_day.data, self.new_time.data, zone, "new_time")
            changed.append(Correction(PunchKind(self.new_kind.data), at))
        return changed


def _instant(day: Any, clock: Any, zone: str, field: str) -> datetime:
    try:
        return local_instant(day, clock, zone)
    except Invalid as error:
        raise error.at(field) from error


def correction_form(punches: Sequence[Punch], planned: Span, zone: str) -> CorrectionFields:
    """A form with day and time of every punch that counts, as the facility's wall clock showed them.

    When nothing was clocked, the planned times stand there to be looked at.
    """
    ends = tuple(kind for kind in (PunchKind.IN, PunchKind.OUT) if kind not in {punch.kind for punch in punches})
    fields: dict[str, Any] = {"ends": ends}
    kept: dict[str, Any] = {"new_day": planned.start.astimezone(ZoneInfo(zone)).date()}
    stretch = {PunchKind.IN: planned.start, PunchKind.OUT: planned.end}
    for key, kind, at in [(str(punch.id), punch.kind, punch.at) for punch in punches] + [
        (kind.value, kind, stretch[kind]) for kind in ends
    ]:
        word, local, missing = punch_words(kind), at.astimezone(ZoneInfo(zone)), key == kind.value
        fields |= {
            f"day_{key}": Day(_("%(punch)s, day", punch=word), required=not missing),
            f"time_{key}": ClockTime(word, required=not missing),
        }
        kept[f"day_{key}"] = local.date()
        if not missing or not punches:
            kept[f"time_{key}"] = local.time().replace(second=0, microsecond=0)
    made: CorrectionFields = type("CorrectionForm", (CorrectionFields,), fields)(data=kept)
    return made
