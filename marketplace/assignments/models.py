"""Offers, and the assignments they become: who has which seat of which shift, and which facts proved it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from marketplace.assignments.rules import (
    AHEAD_STATES,
    ANSWERABLE_BY_COORDINATOR,
    LATE_AFTER,
    LIVE_STATES,
    OPEN_REASSIGNMENTS,
    WAITING_STATES,
    AssignmentState,
    OfferState,
    ReassignmentState,
)
from marketplace.coordinators.models import Coordinator
from marketplace.db import Base, Cents, Key, Moment, Versioned, check, related, session, state_column
from marketplace.facilities.models import Facility
from marketplace.kernel import Span
from marketplace.needs.models import Shift

LIVE = "state IN (" + ", ".join(f"'{state.value}'" for state in sorted(LIVE_STATES)) + ")"
OPEN_MOVE = "state IN (" + ", ".join(f"'{state.value}'" for state in sorted(OPEN_REASSIGNMENTS)) + ")"


class OfferKind(StrEnum):
    """An offer goes to a coordinator; an application comes from one."""

    OFFER = "offer"
    APPLICATION = "application"


class Offer(Versioned, Base):
    """One proposal about one shift to or from one coordinator; at most one is awaiting an answer."""

    id: Mapped[Key]
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"), index=True)
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"))
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    kind: Mapped[OfferKind] = state_column(OfferKind, OfferKind.OFFER)
    state: Mapped[OfferState] = state_column(OfferState, OfferState.SENT)
    score: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    superseded_by_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("assignment.id", use_alter=True), index=True
    )
    note: Mapped[str] = mapped_column(default="", server_default="")

    shift: Mapped[Shift] = related()
    facility: Mapped[Facility] = related()
    coordinator: Mapped[Coordinator] = related()

    __table_args__ = (
        Index("uq_offer_waiting", "shift_id", "coordinator_id", unique=True, postgresql_where=text("state = 'sent'")),
        Index("ix_offer_expiring", "expires_at", postgresql_where=text("state IN ('sent', 'countered')")),
        check("length(note) <= 500", "note_length"),
    )

    @property
    def is_application(self) -> bool:
        return self.kind is OfferKind.APPLICATION

    def waits(self, at: datetime) -> bool:
        """Whether it still awaits an answer: one whose time is up does not, even before the job has written so."""
        return self.state in WAITING_STATES and at < self.expires_at

    def state_at(self, at: datetime) -> OfferState:
        """The state at a moment: expired from the last instant on, also before the job has run."""
        return OfferState.EXPIRED if self.state in WAITING_STATES and not self.waits(at) else self.state


# The columns that prove a booking, read together (`undefer_group`).
PROOF = "proof"


class CancelledBy(StrEnum):
    FACILITY = "facility"
    COORDINATOR = "coordinator"
    AGENCY = "agency"


class Assignment(Versioned, Base):
    """A coordinator in a seat. Period, seats and facility are the shift's own: moving the shift moves this, or is refused."""

    id: Mapped[Key]
    shift_id: Mapped[int] = mapped_column(BigInteger, index=True)
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    offer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("offer.id"))
    state: Mapped[AssignmentState] = state_column(AssignmentState, AssignmentState.BOOKED)
    seat: Mapped[int] = mapped_column(SmallInteger)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    headcount: Mapped[int]
    bill_rate_cents: Mapped[Cents]
    pay_rate_cents: Mapped[Cents]
    booked_at: Mapped[datetime]
    booked_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    undo_until: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    # Several thousand characters a booking that only its own page and a replay read: lists leave them where they are.
    verdicts: Mapped[list[Any]] = mapped_column(
        JSONB, default=list, server_default="[]", deferred=True, deferred_group=PROOF
    )
    facts: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, server_default="{}", deferred=True, deferred_group=PROOF
    )
    score: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, server_default="{}", deferred=True, deferred_group=PROOF
    )
    cancelled_by: Mapped[CancelledBy | None] = state_column(CancelledBy)
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(default="", server_default="")
    notice_minutes: Mapped[int | None]
    fee_minutes: Mapped[int | None]
    points: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[Moment]

    shift: Mapped[Shift] = related(
        foreign_keys=[shift_id], primaryjoin=lambda: Shift.id == Assignment.shift_id, viewonly=True
    )
    facility: Mapped[Facility] = related()
    coordinator: Mapped[Coordinator] = related()
    offer: Mapped[Offer | None] = related(foreign_keys=[offer_id])

    __table_args__ = (
        ForeignKeyConstraint(
            ["shift_id", "starts_at", "ends_at", "headcount", "facility_id"],
            ["shift.id", "shift.starts_at", "shift.ends_at", "shift.headcount", "shift.facility_id"],
            name="fk_assignment_shift_terms", onupdate="CASCADE",
        ),
        check("seat BETWEEN 1 AND headcount", "seat_within_headcount"),
        Index("uq_assignment_live_seat", "shift_id", "seat", unique=True, postgresql_where=text(LIVE)),
        Index("uq_assignment_live_person", "shift_id", "coordinator_id", unique=True, postgresql_where=text(LIVE)),
        ExcludeConstraint(
            ("coordinator_id", "="), (literal_column("tstzrange(starts_at, ends_at, '[)')"), "&&"),
            name="ex_assignment_overlap", using="gist", where=text(LIVE),
        ),
        Index("ix_assignment_facility_starts", "facility_id", "starts_at"),
        Index("ix_assignment_ahead", "starts_at", postgresql_where=text("state IN ('booked', 'confirmed')")),
        Index("ix_assignment_no_show", "starts_at", postgresql_where=text("state = 'no_show'")),
        check("length(cancel_reason) <= 500", "cancel_reason_length"),
    )  # fmt: skip

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    def is_late(self, at: datetime) -> bool:
        """The shift has begun a while ago and goes on, and the clock was not pressed."""
        return self.state in AHEAD_STATES and self.starts_at + LATE_AFTER <= at < self.ends_at

    @property
    def is_live(self) -> bool:
        """Whether it holds its seat and the coordinator's time."""
        return self.state in LIVE_STATES


class Reassignment(Versioned, Base):
    """The agency asks a booked coordinator whether they would work another shift instead of theirs.

    `assignment_id` is the booking they would give up, `shift_id` the shift they would work. With `after_id` somebody else
    still has the seat there and is asked to move too: both move or neither does. `free_id` is a coordinator who is free for
    the shift that would be left; they get an offer for it after the move.
    """

    __tablename__ = "move_request"  # the name it was created under; renaming a table needs the site stopped

    id: Mapped[Key]
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"))
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"), index=True)
    after_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("move_request.id"), index=True)
    free_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("coordinator.id"))
    became_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("assignment.id"), index=True)
    state: Mapped[ReassignmentState] = state_column(
        ReassignmentState, ReassignmentState.PLANNED, created_as="move_state"
    )
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    coordinator: Mapped[Coordinator] = related(foreign_keys=[coordinator_id])
    free: Mapped[Coordinator | None] = related(foreign_keys=[free_id])
    assignment: Mapped[Assignment] = related(foreign_keys=[assignment_id])
    shift: Mapped[Shift] = related()
    after: Mapped["Reassignment | None"] = related(remote_side=lambda: Reassignment.id)

    __table_args__ = (
        # One open question about a booking and a shift, also when two people of the agency ask.
        Index("uq_move_request_open", "assignment_id", "shift_id", unique=True, postgresql_where=text(OPEN_MOVE)),
        Index("ix_move_request_expiring", "expires_at", postgresql_where=text(OPEN_MOVE)),
        check("free_id <> coordinator_id", "free_is_another"),
        check("(state = 'accepted') = (became_id IS NOT NULL)", "accepted_became"),
    )

    def waits(self, at: datetime) -> bool:
        """Whether an answer can still count."""
        return self.state in ANSWERABLE_BY_COORDINATOR and at < self.expires_at

    def state_at(self, at: datetime) -> ReassignmentState:
        """The state at a moment: expired from the last instant on, also before the job has run."""
        return ReassignmentState.EXPIRED if self.state in OPEN_REASSIGNMENTS and at >= self.expires_at else self.state


# ---- row locks, taken in this order: the shift, then the coordinator, then the assignment --------------------------


def load_options() -> tuple[Any, ...]:
    """The options of a query of shifts for which coordinators are judged: `select(Shift).options(*load_options())`."""
    return (joinedload(Shift.need), joinedload(Shift.line), joinedload(Shift.facility))


def with_coordinator(of: type[Offer] | type[Assignment] | type[Reassignment]) -> Any:
    """The option that loads the coordinator of each row with their name: `select(Offer).options(with_coordinator(Offer))`."""
    return joinedload(of.coordinator).joinedload(Coordinator.person)


def lock_shift(shift_id: int) -> Shift:
    """The shift with its terms, locked against other bookings until the end of the transaction. Lock it first of all."""
    return session.scalars(
        select(Shift)
        .where(Shift.id == shift_id)
        .options(*load_options())
        .with_for_update(of=Shift, key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def lock_coordinator(coordinator_id: int) -> None:
    """Two bookings of one person come one after the other: overlap, rest and weekly hours hold for both together."""
    session.execute(select(Coordinator.id).where(Coordinator.id == coordinator_id).with_for_update(key_share=True))


def lock_assignment(assignment_id: int) -> Assignment:
    """An assignment as it is now, with coordinator and offer, locked. After the shift, if that is locked at all."""
    return session.scalars(
        select(Assignment)
        .where(Assignment.id == assignment_id)
        .options(with_coordinator(Assignment), joinedload(Assignment.offer))
        .with_for_update(of=Assignment, key_share=True)
        .execution_options(populate_existing=True)
    ).one()
