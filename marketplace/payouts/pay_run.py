"""The pay run: everything approved and not yet paid, one payout for each coordinator, set aside until it is sent."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select, text
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.catalogue.models import ServiceLine
from marketplace.coordinators.models import Coordinator
from marketplace.db.jobs import enqueue
from marketplace.db.session import session
from marketplace.facilities.models import Facility
from marketplace.kernel.errors import ChangedMeanwhile
from marketplace.kernel.money import dollars, hours_and_minutes
from marketplace.ledger.posting import Event, post_all
from marketplace.ledger.rules import entry_for_payout_reserved
from marketplace.payouts.models import PayHold, Payout, PayoutItem, PayRun
from marketplace.payouts.queries import open_holds, unpaid_segments
from marketplace.payouts.rules import LIFE, PAY_RUN_LIFE, PayoutState, PayRunState
from marketplace.timesheets.models import TimeSegment

Seen = Mapping[int, tuple[int, int]]
"""What a preview showed: coordinator → (lines, cents)."""

_TURN = 7_204_001  # the advisory lock of pay runs; any number that nobody else uses


@dataclass(frozen=True)
class Pay:
    """What one coordinator would get. Nothing while there is a hold, or while corrections outweigh what she earned."""

    coordinator: Coordinator
    lines: int
    minutes: int
    cents: int
    hold: PayHold | None

    @property
    def can_be_paid(self) -> bool:
        return self.cents > 0 and self.hold is None


@dataclass(frozen=True)
class Preview:
    """What the run would do for everything worked up to `until`."""

    until: date
    pays: tuple[Pay, ...]

    @property
    def ready(self) -> tuple[Pay, ...]:
        return tuple(pay for pay in self.pays if pay.can_be_paid)

    @property
    def waiting(self) -> tuple[Pay, ...]:
        return tuple(pay for pay in self.pays if not pay.can_be_paid)

    @property
    def cents(self) -> int:
        return sum(pay.cents for pay in self.ready)

    @property
    def seen(self) -> dict[int, tuple[int, int]]:
        """What this preview shows, to be handed to `approve`."""
        return {pay.coordinator.id: (pay.lines, pay.cents) for pay in self.ready}


class PreviewChanged(ChangedMeanwhile):
    """Hours were approved or paid, or a hold was placed, since the preview was made. Nothing was set aside."""


def preview(until: date) -> Preview:
    """What would be paid for work up to a day, by name; two SQL statements."""
    unpaid = unpaid_segments(until).subquery()
    holds = {hold.coordinator_id: hold for hold in session.scalars(open_holds())}
    rows = session.execute(
        select(Coordinator, func.count(), func.sum(unpaid.c.minutes), func.sum(unpaid.c.pay_cents))
        .join(unpaid, unpaid.c.coordinator_id == Coordinator.id)
        .join(Coordinator.person)
        .options(joinedload(Coordinator.person))
        .group_by(Coordinator.id, Person.id)
        .order_by(Person.name, Coordinator.id)
    )
    return Preview(
        until,
        tuple(
            Pay(coordinator, lines, int(minutes), int(cents), holds.get(coordinator.id))
            for coordinator, lines, minutes, cents in rows
        ),
    )


def approve(
    until: date, by: Person | None, at: datetime, only: Collection[int] | None = None, seen: Seen | None = None
) -> PayRun | None:
    """Set aside what every coordinator has earned up to a day; None when there is nothing, as on a second click.

    `only` leaves other coordinators for later. With `seen` the run is refused (PreviewChanged) when what it would do to
    those coordinators is no longer what was shown. Parallel runs take turns.
    """
    session.execute(
        text("SELECT set_config('lock_timeout', '15s', true), set_config('statement_timeout', '20s', true)")
    )
    session.execute(select(func.pg_advisory_xact_lock(_TURN)))
    now = preview(until)
    if seen is not None:
        chosen = set(only) if only is not None else set(seen) | set(now.seen)
        if any(now.seen.get(key) != seen.get(key) for key in chosen):
            raise PreviewChanged("Hours were approved or paid since this was shown. Nothing was set aside: look again.")
    wanted = [pay for pay in now.ready if only is None or pay.coordinator.id in only]
    if not wanted:
        return None
    segments = session.scalars(
        unpaid_segments(until)
        .where(TimeSegment.coordinator_id.in_([pay.coordinator.id for pay in wanted]))
        .order_by(TimeSegment.coordinator_id, TimeSegment.work_day, TimeSegment.id)
    ).all()
    mine = {key: list(group) for key, group in groupby(segments, lambda segment: segment.coordinator_id)}
    names = _names(segments)
    run = PayRun(
        until=until,
        state=PayRunState.DRAFT,
        started_by_id=by.id if by else None,
        payouts=[_payout(pay.coordinator, mine[pay.coordinator.id], names, at) for pay in wanted],
        created_at=at,
    )
    session.add(run)
    session.flush()
    run.state = PAY_RUN_LIFE.after(run.state, "approve")
    run.approved_by_id, run.approved_at = by.id if by else None, at
    for payout in run.payouts:
        payout.state = LIFE.after(payout.state, "approve")
    session.flush()
    post_all(
        [
            Event(
                entry_for_payout_reserved(payout.id, payout.coordinator_id, payout.amount_cents),
                f"Pay run {run.id}: set aside for {payout.coordinator.name}",
                at,
            )
            for payout in run.payouts
        ]
    )
    total = dollars(sum(payout.amount_cents for payout in run.payouts))
    record(
        "approve",
        run,
        f"Pay run up to {until:%B} {until.day} approved: {total} to {len(run.payouts)} coordinators",
        by=by,
    )
    for payout in run.payouts:
        record("reserve", payout, f"{dollars(payout.amount_cents)} set aside for {payout.coordinator.name}", by=by)
        enqueue("payouts.set_pay_statement", queue="papers", payout_id=payout.id)
    return run


def _payout(
    coordinator: Coordinator, segments: list[TimeSegment], names: Mapping[int, tuple[str, str]], at: datetime
) -> Payout:
    return Payout(
        coordinator_id=coordinator.id,
        coordinator=coordinator,
        state=PayoutState.RESERVED,
        amount_cents=sum(segment.pay_cents for segment in segments),
        created_at=at,
        items=[
            PayoutItem(
                coordinator_id=coordinator.id,
                time_segment_id=segment.id,
                description=describe(segment, *names[segment.id]),
                minutes=segment.minutes,
                rate_cents=segment.pay_rate_cents,
                amount_cents=segment.pay_cents,
            )
            for segment in segments
        ],
    )


def describe(segment: TimeSegment, line: str, facility: str) -> str:
    """What a line of a pay statement says: "Prior-Authorization · Harbor Family Medicine · Mon Nov 23 · 4:00 h at $29.00"."""
    what = [line, facility, f"{segment.work_day:%a %b} {segment.work_day.day}"]
    if segment.kind == "cancellation":
        what.insert(0, "Cancelled shift")
    if segment.earn_code == "overtime":
        what.append("overtime")
    if segment.corrects_id is not None:
        what.insert(0, "Correction")
    return " · ".join([*what, f"{hours_and_minutes(segment.minutes)} h at {dollars(segment.pay_rate_cents)}"])


def _names(segments: Iterable[TimeSegment]) -> dict[int, tuple[str, str]]:
    """Service line and facility of each segment, by name."""
    rows = session.execute(
        select(TimeSegment.id, ServiceLine.name, Facility.name)
        .join(ServiceLine, ServiceLine.code == TimeSegment.service_line)
        .join(Facility, Facility.id == TimeSegment.facility_id)
        .where(TimeSegment.id.in_([segment.id for segment in segments]))
    )
    return {key: (line, place) for key, line, place in rows}


def standing_of(run: PayRun) -> PayRunState:
    """Where the run stands by its payouts: sent when none waits any more, completed when every one arrived or ended."""
    counts = Counter(payout.state for payout in run.payouts)
    if counts[PayoutState.RESERVED] or counts[PayoutState.APPROVED]:
        return PayRunState.APPROVED
    if counts[PayoutState.SENT] or counts[PayoutState.FAILED]:
        return PayRunState.SENT
    return PayRunState.COMPLETED if counts[PayoutState.PAID] else PayRunState.DISCARDED
