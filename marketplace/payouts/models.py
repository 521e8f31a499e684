"""Pay runs: what each coordinator has earned, reserved, approved and sent, with a statement of every line."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.coordinators.models import Coordinator
from marketplace.db import Base, Cents, Key, Minutes, Moment, Versioned, check, related, state_column
from marketplace.kernel import reread
from marketplace.payouts.rules import PayoutState, PayRunState
from marketplace.timesheets.models import TimeSegment


class PayRun(Versioned, Base):
    """One run over all approved, unpaid time up to a day."""

    id: Mapped[Key]
    until: Mapped[date]
    state: Mapped[PayRunState] = state_column(PayRunState, next(iter(PayRunState)))
    started_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    created_at: Mapped[Moment]

    payouts: Mapped[list["Payout"]] = related(back_populates="pay_run", order_by="Payout.id")


class Payout(Versioned, Base):
    """The pay of one coordinator in one run; `reference` is the bank's word for it once sent by hand.

    When it does not arrive or is not sent after all, `ended_at` and `end_reason` say so and its time is payable again.

    Its pay statement is a document in one language: `locale` is that of the coordinator when the run was approved. Pages about
    the payout are in the reader's language.
    """

    id: Mapped[Key]
    pay_run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("pay_run.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    locale: Mapped[str] = mapped_column(default="en", server_default="en")
    state: Mapped[PayoutState] = state_column(PayoutState, PayoutState.RESERVED)
    amount_cents: Mapped[Cents]
    reference: Mapped[str] = mapped_column(default="", server_default="")
    sent_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[Moment]

    pay_run: Mapped[PayRun] = related(back_populates="payouts")
    coordinator: Mapped[Coordinator] = related()
    items: Mapped[list["PayoutItem"]] = related(back_populates="payout", order_by="PayoutItem.id")

    __table_args__ = (check("amount_cents > 0", "amount_positive"),)


class PayoutItem(Base):
    """One segment of approved time on a pay statement. A segment stands on at most one live item.

    `description` is what the statement says, in its own language, with hours and rate; `phrase` is the same without them, for
    readers of pages. An item from before phrases were kept has the description alone.
    """

    id: Mapped[Key]
    payout_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("payout.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"))
    time_segment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("time_segment.id"))
    description: Mapped[str]
    phrase: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    minutes: Mapped[Minutes]
    rate_cents: Mapped[Cents]
    amount_cents: Mapped[Cents]
    live: Mapped[bool] = mapped_column(default=True, server_default="true")

    payout: Mapped[Payout] = related(back_populates="items")
    segment: Mapped[TimeSegment] = related()

    @property
    def what(self) -> str:
        """The work with its facility and day, in the reader's language, without hours and rate."""
        return reread(self.phrase, self.printed)

    @property
    def printed(self) -> str:
        """The same as the pay statement prints it, in its own language."""
        return self.description.rpartition(" · ")[0] or self.description

    __table_args__ = (Index("uq_payout_item_segment", "time_segment_id", unique=True, postgresql_where=text("live")),)


class PayHold(Base):
    """Nothing is paid to this coordinator until somebody lifts the hold; what they earn is kept."""

    id: Mapped[Key]
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"))
    reason: Mapped[str]
    placed_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    placed_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]

    coordinator: Mapped[Coordinator] = related()

    __table_args__ = (
        Index("uq_pay_hold_open", "coordinator_id", unique=True, postgresql_where=text("lifted_at IS NULL")),
    )
