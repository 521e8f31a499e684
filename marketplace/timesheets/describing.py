"""What a line of an invoice or of a pay statement says about the time it stands for."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.catalogue.models import ServiceLine
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import dollars, hours_and_minutes
from marketplace.timesheets.models import TimeSegment


class SegmentNames(NamedTuple):
    """What a piece of time is about, by name."""

    line: str
    coordinator: str
    facility: str


def names_of(segments: Iterable[TimeSegment]) -> dict[int, SegmentNames]:
    """The names behind each piece of time, by its number. One statement."""
    rows = session.execute(
        select(TimeSegment.id, ServiceLine.name, Person.name, Facility.name)
        .join(ServiceLine, ServiceLine.code == TimeSegment.service_line)
        .join(Coordinator, Coordinator.id == TimeSegment.coordinator_id)
        .join(Person, Person.id == Coordinator.person_id)
        .join(Facility, Facility.id == TimeSegment.facility_id)
        .where(TimeSegment.id.in_([segment.id for segment in segments]))
    )
    return {key: SegmentNames(line, coordinator, facility) for key, line, coordinator, facility in rows}


def describe(segment: TimeSegment, line: str, who: str, rate_cents: int) -> str:
    """The sentence of a line: "Prior-Authorization · Maya Torres · Mon Nov 23 · 4:00 h at $34.00".

    `who` is the other side for the reader: the coordinator on an invoice, the facility on a pay statement. `rate_cents` is
    what the reader pays or gets for an hour.
    """
    what = [line, who, f"{segment.work_day:%a %b} {segment.work_day.day}"]
    if segment.kind == "cancellation":
        what.insert(0, "Cancelled shift")
    if segment.earn_code == "overtime":
        what.append("overtime")
    if segment.corrects_id is not None:
        what.insert(0, "Correction")
    return " · ".join([*what, f"{hours_and_minutes(segment.minutes)} h at {dollars(rate_cents)}"])
