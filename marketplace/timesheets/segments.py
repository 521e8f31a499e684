"""The pieces of approved time that are billed and paid: made, stored with their entries in the books, and taken back."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.db import session
from marketplace.ledger.entries import record_segments
from marketplace.ledger.posting import for_the_system
from marketplace.timesheets.hours_calculation import PlannedSegment, planned_segments
from marketplace.timesheets.models import TimeEntry, TimeSegment


def append_segments(entries: Collection[TimeEntry], by: Person | None, at: datetime) -> dict[int, list[TimeSegment]]:
    """Make and store the segments of entries that were approved, by entry; `by` is None when they approved themselves."""
    planned = planned_segments(entries)
    made = {entry.id: [_segment(entry, each, by, at) for each in planned[entry.id]] for entry in entries}
    keep([segment for segments in made.values() for segment in segments])
    return made


def _segment(entry: TimeEntry, planned: PlannedSegment, by: Person | None, at: datetime) -> TimeSegment:
    counted = planned.segment
    return TimeSegment(
        time_entry_id=entry.id,
        assignment_id=entry.assignment_id,
        coordinator_id=entry.coordinator_id,
        facility_id=entry.facility_id,
        kind="hours",
        earn_code=counted.earn_code.value,
        service_line=entry.assignment.shift.service_line,
        work_day=planned.work_day,
        minutes=counted.minutes,
        bill_rate_cents=counted.bill_rate_cents,
        pay_rate_cents=counted.pay_rate_cents,
        bill_cents=counted.bill_cents,
        pay_cents=counted.pay_cents,
        approved_at=at,
        approved_by_id=by.id if by else None,
        approved_itself=by is None,
    )


def opposite(segment: TimeSegment, by: Person, at: datetime) -> TimeSegment:
    """What takes a segment back: the same with minutes and amounts below nothing."""
    return TimeSegment(
        time_entry_id=segment.time_entry_id,
        assignment_id=segment.assignment_id,
        coordinator_id=segment.coordinator_id,
        facility_id=segment.facility_id,
        kind=segment.kind,
        earn_code=segment.earn_code,
        service_line=segment.service_line,
        work_day=segment.work_day,
        minutes=-segment.minutes,
        bill_rate_cents=segment.bill_rate_cents,
        pay_rate_cents=segment.pay_rate_cents,
        bill_cents=-segment.bill_cents,
        pay_cents=-segment.pay_cents,
        approved_at=at,
        approved_by_id=by.id,
        corrects_id=segment.id,
    )


def keep(segments: Collection[TimeSegment]) -> None:
    """Store segments and enter them in the books, for the system: nobody else writes them."""
    with for_the_system():
        session.add_all(segments)
        session.flush()
        record_segments(segments)


def standing_segments(entry_ids: Collection[int]) -> list[TimeSegment]:
    """Segments of these entries that were not corrected and correct nothing."""
    corrected = select(TimeSegment.corrects_id).where(
        TimeSegment.time_entry_id.in_(entry_ids), TimeSegment.corrects_id.is_not(None)
    )
    return list(
        session.scalars(
            select(TimeSegment)
            .where(
                TimeSegment.time_entry_id.in_(entry_ids),
                TimeSegment.corrects_id.is_(None),
                TimeSegment.id.not_in(corrected),
            )
            .order_by(TimeSegment.id)
        )
    )
