"""Which payouts, and what is still to be paid."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.models import Coordinator
from marketplace.db import as_system, seen_by, session
from marketplace.payouts.models import PayHold, Payout, PayoutItem, PayRun
from marketplace.timesheets.models import TimeEntry, TimeSegment
from marketplace.timesheets.rules import EntryState


def visible_to(person: Person) -> Select[Payout]:
    """The agency's finance sees every payout, coordinators their own, nobody else any."""
    payouts = select(Payout).options(
        joinedload(Payout.coordinator).joinedload(Coordinator.person), joinedload(Payout.pay_run)
    )
    return seen_by(person, payouts, agency=person.may(Permission.PAY_RUN), coordinator=Payout.coordinator_id)


def runs_visible_to(person: Person) -> Select[PayRun]:
    """Pay runs with all their payouts: for the agency's finance alone."""
    runs = select(PayRun).options(
        selectinload(PayRun.payouts).joinedload(Payout.coordinator).joinedload(Coordinator.person)
    )
    return seen_by(person, runs, agency=person.may(Permission.PAY_RUN))


def unpaid_segments(until: date | None = None) -> Select[TimeSegment]:
    """Approved time (up to a day) that stands on no live pay line. Paid on approval, whether or not it was billed."""
    paid = exists().where(PayoutItem.time_segment_id == TimeSegment.id, PayoutItem.live).correlate(TimeSegment)
    segments = select(TimeSegment).where(~paid)
    return segments if until is None else segments.where(TimeSegment.work_day <= until)


def open_holds() -> Select[PayHold]:
    """Coordinators to whom nothing is paid for now, and why."""
    return (
        select(PayHold)
        .where(PayHold.lifted_at.is_(None))
        .options(joinedload(PayHold.coordinator).joinedload(Coordinator.person))
        .order_by(PayHold.id)
    )


def earned(coordinator_id: int, since: date, until: date) -> tuple[int, int]:
    """Approved minutes and cents for work between two days, both included."""
    minutes, cents = session.execute(
        select(
            func.coalesce(func.sum(TimeSegment.minutes), 0), func.coalesce(func.sum(TimeSegment.pay_cents), 0)
        ).where(TimeSegment.coordinator_id == coordinator_id, TimeSegment.work_day.between(since, until))
    ).one()
    return int(minutes), int(cents)


def payable(coordinator_id: int) -> tuple[int, int]:
    """Approved minutes and cents of a coordinator that stand on no live pay line: what is paid next."""
    unpaid = unpaid_segments().where(TimeSegment.coordinator_id == coordinator_id).subquery()
    minutes, cents = session.execute(
        select(func.coalesce(func.sum(unpaid.c.minutes), 0), func.coalesce(func.sum(unpaid.c.pay_cents), 0))
    ).one()
    return int(minutes), int(cents)


def hold_of(coordinator_id: int) -> PayHold | None:
    """The hold on a coordinator's pay, if there is one."""
    return session.scalars(open_holds().where(PayHold.coordinator_id == coordinator_id)).first()


def waiting_minutes(coordinator_id: int) -> int:
    """Minutes worked that nobody has approved yet."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(TimeEntry.paid_minutes), 0)).where(
                TimeEntry.coordinator_id == coordinator_id,
                TimeEntry.state.in_([EntryState.PENDING, EntryState.DISPUTED]),
            )
        )
        or 0
    )


def is_paid_out(segment_ids: Collection[int]) -> bool:
    """Whether any of these segments stands on a live pay line. Asked before an approval is taken back."""
    with as_system():
        on_a_line = select(exists().where(PayoutItem.time_segment_id.in_(segment_ids), PayoutItem.live))
        return bool(session.scalar(on_a_line))
