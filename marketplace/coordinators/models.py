"""Coordinators: what they can do, in which languages and systems, when they are free and for what pay."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Person
from marketplace.coordinators.rules import LIFE, WeeklyHours
from marketplace.coordinators.rules import CoordinatorState as CoordinatorState
from marketplace.coordinators.rules import Education as Education
from marketplace.db import Base, Key, Minutes, Moment, Versioned, Words, check, private_column, related, state_column
from marketplace.kernel import Span
from marketplace.matching.facts import REST_MINUTES, WEEK_MINUTES


class Coordinator(Versioned, Base):
    """A remote worker. `work_state` is the US state they physically work in; empty outside the US."""

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), unique=True)
    state: Mapped[CoordinatorState] = state_column(CoordinatorState, CoordinatorState.ONBOARDING)
    country: Mapped[str]
    work_state: Mapped[str] = mapped_column(default="", server_default="")
    time_zone: Mapped[str]
    service_lines: Mapped[Words]
    languages: Mapped[Words]
    ehr: Mapped[Words]
    years_experience: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    education: Mapped[Education] = state_column(Education, Education.HIGH_SCHOOL)
    min_pay_cents: Mapped[int] = private_column(BigInteger, default=0, server_default="0")
    max_week_minutes: Mapped[Minutes] = mapped_column(default=WEEK_MINUTES, server_default=str(WEEK_MINUTES))
    rest_minutes: Mapped[Minutes] = mapped_column(default=REST_MINUTES, server_default=str(REST_MINUTES))
    rating: Mapped[Decimal | None] = mapped_column(Numeric(2, 1))
    exclusion_hold: Mapped[str | None] = private_column()
    facts_confirmed_at: Mapped[datetime | None]
    """When the coordinator last confirmed the profile."""
    created_at: Mapped[Moment]

    person: Mapped[Person] = related()
    availability: Mapped[list["AvailabilityWindow"]] = related(
        back_populates="coordinator",
        order_by="AvailabilityWindow.weekday, AvailabilityWindow.start_minute",
        cascade="all, delete-orphan",
    )
    time_off: Mapped[list["TimeOff"]] = related(order_by="TimeOff.starts_at", cascade="all, delete-orphan")

    __table_args__ = (
        check("country ~ '^[A-Z]{2}$'", "country_alpha2"),
        Index("ix_coordinator_onboarding", "id", postgresql_where=text("state = 'onboarding'")),
        check(
            "min_pay_cents >= 0 AND max_week_minutes BETWEEN 0 AND 10080 AND rest_minutes BETWEEN 0 AND 1440", "limits"
        ),
    )

    @property
    def name(self) -> str:
        return self.person.name

    def activate(self) -> None:
        """From now on the coordinator gets offers."""
        self.state = LIFE.after(self.state, "activate")

    def pause(self) -> None:
        """No new offers; bookings stay."""
        self.state = LIFE.after(self.state, "pause")

    def resume(self) -> None:
        """The coordinator gets offers again."""
        self.state = LIFE.after(self.state, "resume")


class AvailabilityWindow(Base):
    """Free every week on `weekday` (Monday is 0) from one minute of the local day to another; past 1440 runs overnight."""

    id: Mapped[Key]
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    start_minute: Mapped[int] = mapped_column(SmallInteger)
    end_minute: Mapped[int] = mapped_column(SmallInteger)

    coordinator: Mapped[Coordinator] = related(back_populates="availability")

    @property
    def hours(self) -> WeeklyHours:
        return WeeklyHours(self.weekday, self.start_minute, self.end_minute)

    __table_args__ = (
        check("weekday BETWEEN 0 AND 6", "weekday"),
        check(
            "start_minute BETWEEN 0 AND 1439 AND end_minute > start_minute AND end_minute <= start_minute + 1440",
            "minutes",
        ),
    )


class TimeOff(Base):
    """A period without work, whatever the typical week says."""

    id: Mapped[Key]
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (check("ends_at > starts_at", "ends_after_start"), check("length(note) <= 200", "note_length"))

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)
