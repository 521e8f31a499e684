"""The words for punches, entries and approved time, as pages, invoices and pay statements use them."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.catalogue.models import ServiceLine
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import N_, Language, Length, Named, Phrase, Weekday, dollars, together
from marketplace.timesheets.models import TimeSegment
from marketplace.timesheets.rules import ExceptionCode, PunchKind

PRESSED = {
    PunchKind.IN: N_("Clocked in"),
    PunchKind.BREAK_START: N_("Break started"),
    PunchKind.BREAK_END: N_("Break ended"),
    PunchKind.OUT: N_("Clocked out"),
}
EXCEPTIONS = {
    ExceptionCode.LATE: N_("%(minutes)s min late"),
    ExceptionCode.OVER_PLAN: N_("%(minutes)s min over plan"),
    ExceptionCode.UNDER_PLAN: N_("%(minutes)s min under plan"),
    ExceptionCode.LONG_BREAK: N_("Break of %(minutes)s min"),
    ExceptionCode.MISSING_PUNCH: N_("Punch missing"),
    ExceptionCode.MANUAL_ENTRY: N_("Entered by hand"),
}


def exception_words(kept: str) -> str:
    """`over_plan:48` as a person reads it, in the reader's language; a code that nobody knows stays as it is."""
    code, _colon, minutes = kept.partition(":")
    known = next((text for exception, text in EXCEPTIONS.items() if exception.value == code), None)
    return str(Phrase(known, minutes=minutes)) if known else code


def punch_words(kind: PunchKind) -> str:
    """The words for a pressed button, in the reader's language."""
    return str(Phrase(PRESSED[kind]))


class SegmentNames(NamedTuple):
    """The names that describe a piece of time."""

    line: Named
    coordinator: str
    facility: str


def names_of(segments: Iterable[TimeSegment]) -> dict[int, SegmentNames]:
    """The names behind each piece of time, by its number. One statement."""
    rows = session.execute(
        select(TimeSegment.id, ServiceLine.name, ServiceLine.name_es, Person.name, Facility.name)
        .join(ServiceLine, ServiceLine.code == TimeSegment.service_line)
        .join(Coordinator, Coordinator.id == TimeSegment.coordinator_id)
        .join(Person, Person.id == Coordinator.person_id)
        .join(Facility, Facility.id == TimeSegment.facility_id)
        .where(TimeSegment.id.in_([segment.id for segment in segments]))
    )
    return {
        key: SegmentNames(Named(english, spanish), coordinator, facility)
        for key, english, spanish, coordinator, facility in rows
    }


def work_of(segment: TimeSegment, line: Named, who: str) -> Phrase:
    """The work of a piece of time: "Prior-Authorization · Maya Torres · Mon Nov 23 · overtime".

    `who` is the other side for the reader: the coordinator on an invoice, the facility on a pay statement.
    """
    parts: list[object] = [line, who, Weekday(segment.work_day)]
    if segment.kind == "cancellation":
        parts.insert(0, Phrase("Canceled shift"))
    if segment.earn_code == "overtime":
        parts.append(Phrase("overtime"))
    if segment.corrects_id is not None:
        parts.insert(0, Phrase("Correction"))
    return together(parts, " · ")


def described(work: Phrase, minutes: int, rate_cents: int, language: Language) -> str:
    """The line of a document about a piece of time, in the language of that document: "… · 4:00 h at $34.00".

    `rate_cents` is what the reader pays or gets for an hour.
    """
    price = Phrase("%(hours)s at %(rate)s", hours=Length(minutes), rate=dollars(rate_cents))
    return together([work, price], " · ").read(language)
