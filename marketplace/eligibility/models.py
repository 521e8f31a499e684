"""Score weights, and the seat values the last plan left behind: tables of what a match is worth."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Person
from marketplace.db import Base, Key, Records, check, related
from marketplace.matching.facts import Weights

PARTS_OF_THE_SCORE = tuple(part.name for part in fields(Weights))
"""The columns of a set of weights, in the order in which the parts are told."""

OFFERED_PARTS = tuple(part for part in PARTS_OF_THE_SCORE if part != "preferred_hours")
"""The parts that can tell two people apart. Nobody says yet which hours they prefer: only older sets weigh that."""


class WeightSet(Base):
    """The most each part of the score can give, from the moment it was set; the newest row holds, the others are its history.

    Rows are never changed. Each names the one it followed, and none is followed twice: two people who set at the same
    moment cannot both be right.
    """

    id: Mapped[Key]
    follows_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("weight_set.id"))
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(default="", server_default="")
    continuity: Mapped[int] = mapped_column(SmallInteger)
    favourite: Mapped[int] = mapped_column(SmallInteger)
    rating: Mapped[int] = mapped_column(SmallInteger)
    cost: Mapped[int] = mapped_column(SmallInteger)
    time_zone: Mapped[int] = mapped_column(SmallInteger)
    skills: Mapped[int] = mapped_column(SmallInteger)
    preferred_hours: Mapped[int] = mapped_column(SmallInteger)
    fairness: Mapped[int] = mapped_column(SmallInteger)
    versatility: Mapped[int] = mapped_column(SmallInteger)

    set_by: Mapped[Person | None] = related()

    __table_args__ = (
        UniqueConstraint("follows_id", name="uq_weight_set_follows_id", postgresql_nulls_not_distinct=True),
        check("follows_id < id", "follows_an_older_one"),
        check("length(note) <= 300", "note_length"),
        check(f"least({', '.join(PARTS_OF_THE_SCORE)}) >= 0", "none_below_nothing"),
        check(f"{' + '.join(PARTS_OF_THE_SCORE)} = 999", "add_up_to_999"),
    )

    @property
    def weights(self) -> Weights:
        """The weights for matching."""
        return Weights(**{part: getattr(self, part) for part in PARTS_OF_THE_SCORE})


class SeatPrice(Base):
    """The price of one seat of an open shift in the last plan, in its points; only the last plan's shifts have one."""

    shift_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("shift.id"), primary_key=True)
    points: Mapped[int] = mapped_column(BigInteger)
    plan_id: Mapped[int] = mapped_column(BigInteger)
    """The number of that plan, the same for all its shifts. No foreign key: plans know shifts, and not the other way."""
    made_at: Mapped[datetime]
    """The moment whose facts the plan was made of."""


class HoursWorth(Base):
    """The worth of one coordinator's hours at those prices (`matching.index.Opening`, one list each)."""

    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), primary_key=True)
    plan_id: Mapped[int] = mapped_column(BigInteger)
    openings: Mapped[Records]


class CoordinatorChange(Base):
    """A transaction has changed what matching knows of a coordinator; written by triggers (`eligibility.index` reads it)."""

    id: Mapped[Key]
    coordinator_id: Mapped[int] = mapped_column(BigInteger)
    changed_in: Mapped[int] = mapped_column(BigInteger, index=True)
    """PostgreSQL's number of the transaction."""
    noted_at: Mapped[datetime] = mapped_column(server_default=func.now())
