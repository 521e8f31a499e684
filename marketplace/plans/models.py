"""Matching plans with their pairs and unfilled seats, pins and vetoes, and the settings for new plans."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Person
from marketplace.coordinators.models import Coordinator
from marketplace.db import Base, Key, Record, Records, Versioned, check, related, state_column
from marketplace.kernel import reread
from marketplace.needs.models import Shift
from marketplace.plans.rules import IN_WORK, SHOWN, ConstraintKind, GapReason, PairState, PlanKind, PlanState, gap_ppm


class MatchPlan(Versioned, Base):
    """One plan for all open seats of a stretch of time, from the question to what was published of it.

    `value` and `bound` are points (10,000 × priority + score a pair); no plan at all has more value than `bound`.
    """

    id: Mapped[Key]
    kind: Mapped[PlanKind] = state_column(PlanKind, PlanKind.ASKED)
    state: Mapped[PlanState] = state_column(PlanState, PlanState.QUEUED)
    asked_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    freeze_hours: Mapped[int]
    time_limit_seconds: Mapped[int]
    seed: Mapped[int]
    compared_with_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("match_plan.id"), index=True)
    what_if_shift_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("shift.id"))
    what_if_coordinator_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("coordinator.id"))

    facts_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None] = mapped_column("told_at")
    finished_at: Mapped[datetime | None]
    progress: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    value: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    bound: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    filled: Mapped[int] = mapped_column(default=0, server_default="0")
    seats: Mapped[int] = mapped_column(default=0, server_default="0")
    milliseconds: Mapped[int] = mapped_column(default=0, server_default="0")
    weights: Mapped[Record]
    prices: Mapped[Record] = mapped_column(deferred=True, deferred_raiseload=True)
    broken_constraints: Mapped[Records] = mapped_column("broken_wishes")
    failure: Mapped[str] = mapped_column(default="", server_default="")
    failure_phrase: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    published_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    published_at: Mapped[datetime | None]

    asked_by: Mapped[Person | None] = related(foreign_keys=[asked_by_id])
    published_by: Mapped[Person | None] = related(foreign_keys=[published_by_id])
    what_if_shift: Mapped[Shift | None] = related()
    what_if_coordinator: Mapped[Coordinator | None] = related()

    @property
    def is_shown(self) -> bool:
        """Whether the board shows it as the current plan."""
        return self.state in SHOWN

    @property
    def in_work(self) -> bool:
        """Whether a worker makes it, or will."""
        return self.state in IN_WORK

    @property
    def has_result(self) -> bool:
        """Whether it was solved: its numbers and its bound mean something."""
        return self.finished_at is not None and self.state not in (PlanState.FAILED, PlanState.CANCELLED)

    @property
    def answers_what_if(self) -> bool:
        """Whether it is the finished answer to a what-if question."""
        return self.kind is PlanKind.WHAT_IF and self.finished_at is not None and self.state is PlanState.READY

    __table_args__ = (
        check("progress BETWEEN 0 AND 100", "progress"),
        check("ends_at > starts_at", "ends_after_start"),
        check("filled BETWEEN 0 AND seats", "filled_within_seats"),
        check("(kind = 'what_if') = (what_if_shift_id IS NOT NULL AND what_if_coordinator_id IS NOT NULL)", "what_if"),
        Index("ix_match_plan_asked_at", "asked_at"),
        # Two clicks, or the night and a click: one plan at a time. Questions ("what if") wait in line beside it.
        Index("uq_match_plan_in_work", text("(true)"), unique=True,
              postgresql_where=text("state IN ('queued', 'running') AND kind <> 'what_if'")),
        # Of what is shown there is one: a finished plan puts the one before it aside.
        Index("uq_match_plan_shown", text("(true)"), unique=True,
              postgresql_where=text("state IN ('ready', 'publishing', 'published') AND kind <> 'what_if'")),
    )  # fmt: skip

    @property
    def why_failed(self) -> str:
        """Why it came to nothing, in the reader's language; empty when it did not fail."""
        return reread(self.failure_phrase, self.failure)

    @property
    def gap_ppm(self) -> int:
        """At most so far below the best possible plan, in millionths."""
        return gap_ppm(self.value, self.bound)


class PlanPair(Base):
    """A person proposed for a seat, or already confirmed in it (`kept`); `parts` is the score as its named parts."""

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("match_plan.id", ondelete="CASCADE"))
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    seat: Mapped[int] = mapped_column(SmallInteger)
    score: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    parts: Mapped[Records]
    kept: Mapped[bool] = mapped_column(default=False, server_default="false")
    pinned: Mapped[bool] = mapped_column(default=False, server_default="false")
    state: Mapped[PairState] = state_column(PairState, PairState.PROPOSED)
    reason: Mapped[str] = mapped_column(default="", server_default="")
    reason_phrase: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    offer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("offer.id"))
    assignment_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("assignment.id"))

    shift: Mapped[Shift] = related()
    coordinator: Mapped[Coordinator] = related()

    __table_args__ = (
        UniqueConstraint("plan_id", "shift_id", "coordinator_id", name="uq_plan_pair_person"),
        UniqueConstraint("plan_id", "shift_id", "seat", name="uq_plan_pair_seat"),
        check("score BETWEEN 0 AND 999", "score"),
    )

    @property
    def why_refused(self) -> str:
        """Why it could not be published, in the reader's language; empty when it could."""
        return reread(self.reason_phrase, self.reason)


class PlanGap(Base):
    """Seats of a shift the plan leaves open, and why: what its rules refuse, who is taken by what, who has no hours left."""

    plan_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("match_plan.id", ondelete="CASCADE"), primary_key=True)
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"), primary_key=True)
    seats: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[GapReason] = state_column(GapReason)
    refusals: Mapped[Record]
    taken: Mapped[Records]
    hours: Mapped[int] = mapped_column(default=0, server_default="0")

    shift: Mapped[Shift] = related()


class PlanOption(Base):
    """Somebody else who could have a seat of the shift, and what choosing them costs the plan at least (points)."""

    plan_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("match_plan.id", ondelete="CASCADE"), primary_key=True)
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"), primary_key=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), primary_key=True)
    score: Mapped[int] = mapped_column(SmallInteger)
    at_least: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    coordinator: Mapped[Coordinator] = related()


class PlanConstraint(Base):
    """A pin or veto for a pair: it holds for every plan until it is removed or the shift begins."""

    __tablename__ = "match_wish"  # the name it was created under; renaming a table needs the site stopped

    id: Mapped[Key]
    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    kind: Mapped[ConstraintKind] = state_column(ConstraintKind, created_as="wish_kind")
    reason: Mapped[str] = mapped_column(default="", server_default="")
    by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))

    shift: Mapped[Shift] = related()
    coordinator: Mapped[Coordinator] = related()

    __table_args__ = (
        # At most one constraint a pair: a pinned pair is not vetoed.
        Index(
            "uq_match_wish_in_force",
            "shift_id",
            "coordinator_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        check("length(reason) <= 300", "reason_length"),
    )


class MatchSetting(Base):
    """Settings of plans, from the moment they were set; the newest row holds, the others are its history."""

    id: Mapped[Key]
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    horizon_days: Mapped[int] = mapped_column(SmallInteger)
    freeze_hours: Mapped[int] = mapped_column(SmallInteger)
    time_limit_seconds: Mapped[int] = mapped_column(SmallInteger)
    fair_percent: Mapped[int] = mapped_column(SmallInteger)
    """Further than so many percent below comparable people, somebody is flagged on the page of fair shares."""

    set_by: Mapped[Person | None] = related()

    __table_args__ = (
        check("horizon_days BETWEEN 1 AND 60", "horizon_days"),
        check("freeze_hours BETWEEN 0 AND 336", "freeze_hours"),
        check("time_limit_seconds BETWEEN 1 AND 900", "time_limit_seconds"),
        check("fair_percent BETWEEN 1 AND 100", "fair_percent"),
    )
