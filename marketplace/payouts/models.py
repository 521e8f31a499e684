"""Pay runs: what each coordinator has earned, reserved, approved and sent, with a statement of every line."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.coordinators.models import Coordinator
from marketplace.db.base import Base, Cents, Key, Minutes, Versioned, check, related, state_column
from marketplace.payouts.rules import PayoutState, PayRunState


class PayRun(Versioned, Base):
    """One run over all approved, unpaid time up to a day."""

    id: Mapped[Key]
    until: Mapped[date]
    state: Mapped[PayRunState] = state_column(PayRunState, next(iter(PayRunState)))
    started_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    payouts: Mapped[list["Payout"]] = related(back_populates="pay_run", order_by="Payout.id")


class Payout(Versioned, Base):
    """What one coordinator gets in one run; `reference` is the bank's word for it once sent by hand."""

    id: Mapped[Key]
    pay_run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("pay_run.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    state: Mapped[PayoutState] = state_column(PayoutState, PayoutState.RESERVED)
    amount_cents: Mapped[Cents]
    hold_reason: Mapped[str] = mapped_column(default="", server_default="")
    reference: Mapped[str] = mapped_column(default="", server_default="")
    sent_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    pay_run: Mapped[PayRun] = related(back_populates="payouts")
    coordinator: Mapped[Coordinator] = related()
    items: Mapped[list["PayoutItem"]] = related(back_populates="payout", order_by="PayoutItem.id")

    __table_args__ = (check("amount_cents > 0", "amount_positive"),)


class PayoutItem(Base):
    """One segment of approved time on a pay statement. A segment stands on at most one live item."""

    id: Mapped[Key]
    payout_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("payout.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"))
    time_segment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("time_segment.id"))
    description: Mapped[str]
    minutes: Mapped[Minutes]
    rate_cents: Mapped[Cents]
    amount_cents: Mapped[Cents]
    live: Mapped[bool] = mapped_column(default=True, server_default="true")

    payout: Mapped[Payout] = related(back_populates="items")

    __table_args__ = (
        Index("uq_payout_item_segment", "time_segment_id", unique=True, postgresql_where=text("live")),
    )
