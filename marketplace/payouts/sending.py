"""Payouts on their way: sent at the bank by hand, arrived, come back, or not sent after all."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import N_, Invalid, NotAllowedNow, Phrase, counted, dollars, local_day
from marketplace.ledger.posting import Event, post_all
from marketplace.ledger.rules import BANK, entry_for_payout_failed, entry_for_payout_released, entry_for_payout_sent
from marketplace.payouts import notifications
from marketplace.payouts.models import PayHold, Payout, PayoutItem, PayRun
from marketplace.payouts.pay_run import standing_of
from marketplace.payouts.rules import LIFE, PAY_RUN_LIFE, PayoutState, PayRunState


def send_by_hand(run: PayRun, reference: str, on: date, by: Person | None, at: datetime) -> list[Payout]:
    """The bank has the batch: every payout of the run that waits has left the account, under the bank's reference.

    Raises NotAllowedNow when none waits (a second click), Invalid for a day that has not come.
    """
    if on > local_day(at, "UTC"):
        raise Invalid("The day the money left cannot be in the future.", "paid_on")
    payouts = [payout for payout in _locked(run) if payout.state is PayoutState.APPROVED]
    if not payouts:
        raise NotAllowedNow("Everything in this pay run was sent already.")
    for payout in payouts:
        payout.state = LIFE.after(payout.state, "send")
        payout.reference, payout.sent_at, payout.paid_on = reference, at, on
        notifications.notify_sent(payout)
    post_all(
        [
            Event(
                entry_for_payout_sent(payout.id, payout.amount_cents),
                Phrase(
                    "Payout %(payout)s to %(name)s sent, %(reference)s",
                    payout=payout.id,
                    name=payout.coordinator.name,
                    reference=reference,
                ),
                at,
            )
            for payout in payouts
        ]
    )
    _follow(run)
    total = dollars(sum(payout.amount_cents for payout in payouts))
    record(
        "send",
        run,
        counted(
            len(payouts),
            N_("%(total)s to 1 coordinator sent by hand, %(reference)s"),
            N_("%(total)s to %(count)s coordinators sent by hand, %(reference)s"),
            total=total,
            reference=reference,
        ),
        by=by,
    )
    for payout in payouts:
        record(
            "send",
            payout,
            Phrase("%(amount)s sent, %(reference)s", amount=dollars(payout.amount_cents), reference=reference),
            by=by,
        )
    return payouts


def confirm_arrival(run: PayRun, by: Person | None, at: datetime) -> list[Payout]:
    """Nothing came back: what was sent has arrived."""
    payouts = [payout for payout in _locked(run) if payout.state is PayoutState.SENT]
    if not payouts:
        raise NotAllowedNow("Nothing in this pay run is on its way.")
    for payout in payouts:
        payout.state = LIFE.after(payout.state, "pay")
        record("arrive", payout, Phrase("%(amount)s arrived", amount=dollars(payout.amount_cents)), by=by)
    _follow(run)
    record("complete", run, counted(len(payouts), N_("1 payout arrived"), N_("%(count)s payouts arrived")), by=by)
    return payouts


def release(payout: Payout, reason: str, by: Person | None, at: datetime) -> None:
    """Not sent after all: the earnings are payable again."""
    _locked(payout.pay_run)
    payout.state = LIFE.after(payout.state, "release")
    _end(payout, reason, at)
    entry = entry_for_payout_released(payout.id, payout.coordinator_id, payout.amount_cents)
    post_all([Event(entry, Phrase("Payout %(payout)s not sent: %(reason)s", payout=payout.id, reason=reason), at)])
    _follow(payout.pay_run)
    record(
        "release",
        payout,
        Phrase("%(amount)s not sent, payable again: %(reason)s", amount=dollars(payout.amount_cents), reason=reason),
        by=by,
    )


def fail(payout: Payout, reason: str, by: Person | None, at: datetime) -> None:
    """The bank sent it back: the money is in the account again, and the earnings are payable again."""
    _locked(payout.pay_run)
    payout.state = LIFE.after(LIFE.after(payout.state, "fail"), "release")
    _end(payout, reason, at)
    entry = entry_for_payout_failed(payout.id, payout.coordinator_id, payout.amount_cents)
    post_all([Event(entry, Phrase("Payout %(payout)s came back: %(reason)s", payout=payout.id, reason=reason), at)])
    _follow(payout.pay_run)
    sentence = Phrase(
        "%(amount)s came back from the bank, payable again: %(reason)s",
        amount=dollars(payout.amount_cents),
        reason=reason,
    )
    record("fail", payout, sentence, by=by)
    notifications.notify_failed(payout)


def reverse(payout: Payout, reason: str, by: Person | None, at: datetime) -> None:
    """Money that had arrived was taken back by the bank: the earnings are payable again."""
    _locked(payout.pay_run)
    payout.state = LIFE.after(payout.state, "reverse")
    _end(payout, reason, at)
    entry = entry_for_payout_failed(payout.id, payout.coordinator_id, payout.amount_cents, BANK)
    post_all([Event(entry, Phrase("Payout %(payout)s reversed: %(reason)s", payout=payout.id, reason=reason), at)])
    record(
        "reverse",
        payout,
        Phrase(
            "%(amount)s returned by the bank, payable again: %(reason)s",
            amount=dollars(payout.amount_cents),
            reason=reason,
        ),
        by=by,
    )


def hold(coordinator: Coordinator, reason: str, by: Person | None, at: datetime) -> PayHold:
    """Pay them nothing until the hold is lifted, such as while a tax form is missing; what they earn is kept."""
    session.execute(select(Coordinator.id).where(Coordinator.id == coordinator.id).with_for_update(key_share=True))
    if session.scalars(
        select(PayHold.id).where(PayHold.coordinator_id == coordinator.id, PayHold.lifted_at.is_(None))
    ).first():
        raise NotAllowedNow("%(name)s is on hold already.", name=coordinator.name)
    placed = PayHold(coordinator_id=coordinator.id, reason=reason, placed_by_id=by.id if by else None, placed_at=at)
    session.add(placed)
    session.flush()
    record(
        "hold", placed, Phrase("Pay of %(name)s put on hold: %(reason)s", name=coordinator.name, reason=reason), by=by
    )
    return placed


def lift(placed: PayHold, by: Person | None, at: datetime) -> None:
    """From here on the coordinator is paid again, with all that has gathered."""
    session.refresh(placed, attribute_names=["lifted_at"], with_for_update={"of": PayHold})
    if placed.lifted_at is not None:
        raise NotAllowedNow("This hold was lifted already.")
    placed.lifted_at = at
    record("lift", placed, Phrase("Hold lifted"), by=by)


def _locked(run: PayRun) -> Sequence[Payout]:
    """The payouts of a run, locked in the order of their numbers: of two clicks the second sees what the first did."""
    session.flush()
    present = select(Payout.id, Payout.state, Payout.version).where(Payout.pay_run_id == run.id).order_by(Payout.id)
    as_it_is = {row.id: row for row in session.execute(present.with_for_update())}
    for payout in run.payouts:
        set_committed_value(payout, "state", as_it_is[payout.id].state)
        set_committed_value(payout, "version", as_it_is[payout.id].version)
    return run.payouts


def _end(payout: Payout, reason: str, at: datetime) -> None:
    payout.ended_at, payout.end_reason = at, reason
    session.flush()
    session.execute(
        update(PayoutItem)
        .where(PayoutItem.payout_id == payout.id)
        .values(live=False)
        .execution_options(synchronize_session=False)
    )


def _follow(run: PayRun) -> None:
    """The run stands where its payouts stand."""
    steps = {
        PayRunState.SENT: ("send",),
        PayRunState.COMPLETED: ("send", "complete"),
        PayRunState.DISCARDED: ("discard",),
    }
    for act in steps.get(standing_of(run), ()):
        if PAY_RUN_LIFE.allows(run.state, act):
            run.state = PAY_RUN_LIFE.after(run.state, act)
