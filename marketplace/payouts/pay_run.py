"""The pay run: everything approved and not yet paid, one payout for each coordinator, set aside until it is sent."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select, text
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.coordinators.models import Coordinator
from marketplace.db import enqueue, session
from marketplace.kernel import N_, Phrase, Preview, PreviewChanged, Seen, counted, dollars
from marketplace.ledger.posting import Event, post_all
from marketplace.ledger.rules import entry_for_payout_reserved
from marketplace.messaging.languages import language_of
from marketplace.payouts.models import PayHold, Payout, PayoutItem, PayRun
from marketplace.payouts.queries import open_holds, unpaid_segments
from marketplace.payouts.rules import LIFE, PAY_RUN_LIFE, PayoutState, PayRunState
from marketplace.timesheets.models import TimeSegment
from marketplace.timesheets.texts import SegmentNames, described, names_of, work_of

_TURN = 7_204_001  # the advisory lock of pay runs; any number that nobody else uses


@dataclass(frozen=True)
class Pay:
    """The pay of one coordinator in a run. Nothing while there is a hold, or while corrections outweigh what they earned."""

    coordinator: Coordinator
    lines: int
    minutes: int
    cents: int
    hold: PayHold | None

    @property
    def key(self) -> int:
        return self.coordinator.id

    @property
    def ready(self) -> bool:
        return self.cents > 0 and self.hold is None


def preview(until: date) -> Preview[Pay]:
    """The pay of a run for work up to a day, by name; two SQL statements."""
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
    if seen is not None and now.differs(seen, only):
        raise PreviewChanged("Hours were approved or paid since this was shown. Nothing was set aside: look again.")
    wanted = [pay for pay in now.ready if only is None or pay.key in only]
    if not wanted:
        return None
    run = _run(wanted, until, by, at)
    post_all(
        [
            Event(
                entry_for_payout_reserved(payout.id, payout.coordinator_id, payout.amount_cents),
                Phrase("Pay run %(run)s: set aside for %(name)s", run=run.id, name=payout.coordinator.name),
                at,
            )
            for payout in run.payouts
        ]
    )
    total = dollars(sum(payout.amount_cents for payout in run.payouts))
    record(
        "approve",
        run,
        counted(
            len(run.payouts),
            N_("Pay run up to %(day)s approved: %(total)s to 1 coordinator"),
            N_("Pay run up to %(day)s approved: %(total)s to %(count)s coordinators"),
            day=until,
            total=total,
        ),
        by=by,
    )
    for payout in run.payouts:
        record(
            "reserve",
            payout,
            Phrase(
                "%(amount)s set aside for %(name)s", amount=dollars(payout.amount_cents), name=payout.coordinator.name
            ),
            by=by,
        )
        enqueue("payouts.set_pay_statement", queue="papers", payout_id=payout.id)
    return run


def _run(wanted: Sequence[Pay], until: date, by: Person | None, at: datetime) -> PayRun:
    """The approved run, with a payout for each of them and an item for each piece of time."""
    segments = session.scalars(
        unpaid_segments(until)
        .where(TimeSegment.coordinator_id.in_([pay.key for pay in wanted]))
        .order_by(TimeSegment.coordinator_id, TimeSegment.work_day, TimeSegment.id)
    ).all()
    mine = {key: list(group) for key, group in groupby(segments, lambda segment: segment.coordinator_id)}
    names = names_of(segments)
    run = PayRun(
        until=until,
        state=PayRunState.DRAFT,
        started_by_id=by.id if by else None,
        payouts=[_payout(pay.coordinator, mine[pay.key], names, at) for pay in wanted],
        created_at=at,
    )
    session.add(run)
    session.flush()
    run.state = PAY_RUN_LIFE.after(run.state, "approve")
    run.approved_by_id, run.approved_at = by.id if by else None, at
    for payout in run.payouts:
        payout.state = LIFE.after(payout.state, "approve")
    session.flush()
    return run


def _payout(
    coordinator: Coordinator, segments: list[TimeSegment], names: Mapping[int, SegmentNames], at: datetime
) -> Payout:
    language = language_of(coordinator.person.locale)
    works = [work_of(segment, names[segment.id].line, names[segment.id].facility) for segment in segments]
    return Payout(
        locale=coordinator.person.locale,
        coordinator_id=coordinator.id,
        coordinator=coordinator,
        state=PayoutState.RESERVED,
        amount_cents=sum(segment.pay_cents for segment in segments),
        created_at=at,
        items=[
            PayoutItem(
                coordinator_id=coordinator.id,
                time_segment_id=segment.id,
                description=described(work, segment.minutes, segment.pay_rate_cents, language),
                phrase=work.as_record(),
                minutes=segment.minutes,
                rate_cents=segment.pay_rate_cents,
                amount_cents=segment.pay_cents,
            )
            for segment, work in zip(segments, works, strict=True)
        ],
    )


def standing_of(run: PayRun) -> PayRunState:
    """The state of a run by its payouts: sent when none waits any more, completed when every one arrived or ended."""
    counts = Counter(payout.state for payout in run.payouts)
    if counts[PayoutState.RESERVED] or counts[PayoutState.APPROVED]:
        return PayRunState.APPROVED
    if counts[PayoutState.SENT] or counts[PayoutState.FAILED]:
        return PayRunState.SENT
    return PayRunState.COMPLETED if counts[PayoutState.PAID] else PayRunState.DISCARDED
