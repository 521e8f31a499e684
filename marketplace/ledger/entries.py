"""Approved hours enter the books: the facility will owe them, the coordinator has earned them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from marketplace.kernel import N_, Phrase
from marketplace.ledger.models import LedgerTransaction
from marketplace.ledger.posting import Event, post_all
from marketplace.ledger.rules import CANCELLATION_REVENUE, SERVICE_REVENUE, entry_for_segment


class ApprovedSegment(Protocol):
    """The facts the books need about approved minutes: a row of `time_segment` is one."""

    @property
    def id(self) -> int: ...
    @property
    def facility_id(self) -> int: ...
    @property
    def coordinator_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def work_day(self) -> date: ...
    @property
    def bill_cents(self) -> int: ...
    @property
    def pay_cents(self) -> int: ...
    @property
    def approved_at(self) -> datetime: ...


def record_segment(segment: ApprovedSegment) -> LedgerTransaction:
    """Post `seg:{id}`. To be called in the transaction that stores the segment, once it has its id; twice does no harm.

    A correction (negative amounts) takes back exactly what it says; compensation has income of its own.
    """
    [written] = record_segments([segment])
    return written


def record_segments(segments: Iterable[ApprovedSegment]) -> list[LedgerTransaction]:
    """The same for a week of segments at once."""
    return post_all([_event(segment) for segment in segments])


def _event(segment: ApprovedSegment) -> Event:
    compensation = segment.kind == "cancellation"
    entry = entry_for_segment(
        segment.id,
        segment.facility_id,
        segment.coordinator_id,
        segment.bill_cents,
        segment.pay_cents,
        CANCELLATION_REVENUE if compensation else SERVICE_REVENUE,
    )
    correction = min(segment.bill_cents, segment.pay_cents) < 0
    return Event(entry, Phrase(_MEMOS[compensation, correction], day=segment.work_day), segment.approved_at)


# By whether it is compensation, and whether it takes something back.
_MEMOS = {
    (False, False): N_("Hours approved, worked %(day)s"),
    (False, True): N_("Correction: hours approved, worked %(day)s"),
    (True, False): N_("Compensation for a canceled shift of %(day)s"),
    (True, True): N_("Correction: compensation for a canceled shift of %(day)s"),
}
