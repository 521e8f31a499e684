"""Facilities and their sites; whom a facility prefers and whom it will not have back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Organisation
from marketplace.db import Base, Key, Moment, Versioned, Words, check, private_column, related, state_column
from marketplace.facilities.rules import LIFE
from marketplace.facilities.rules import FacilityState as FacilityState


class Facility(Versioned, Base):
    """A hospital, clinic or practice that posts needs. Its id is its organisation's id."""

    id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organisation.id"), primary_key=True)
    npi: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    time_zone: Mapped[str]
    city: Mapped[str] = mapped_column(default="", server_default="")
    region: Mapped[str] = mapped_column(default="", server_default="")
    contact_name: Mapped[str] = mapped_column(default="", server_default="")
    contact_email: Mapped[str | None] = mapped_column(CITEXT)
    ehr: Mapped[str] = mapped_column(default="", server_default="")
    payer_mix: Mapped[Words]
    monthly_budget_cents: Mapped[int | None] = private_column(BigInteger)
    facts_confirmed_at: Mapped[datetime | None]
    """When somebody of the facility last said that these facts are right."""
    state: Mapped[FacilityState] = state_column(FacilityState, FacilityState.ONBOARDING)
    created_at: Mapped[Moment]

    organisation: Mapped[Organisation] = related()
    sites: Mapped[list["Site"]] = related(back_populates="facility", order_by="Site.id")

    __table_args__ = (
        check("npi ~ '^[0-9]{10}$'", "npi_ten_digits"),
        Index("ix_facility_onboarding", "id", postgresql_where=text("state = 'onboarding'")),
        check("monthly_budget_cents >= 0", "budget"),
    )

    @property
    def acts(self) -> tuple[str, ...]:
        """The acts its state allows now."""
        return LIFE.acts(self.state)

    def activate(self) -> None:
        """From here on it posts needs."""
        self.state = LIFE.after(self.state, "activate")

    def pause(self) -> None:
        """It asks for nothing new; what is booked stays booked."""
        self.state = LIFE.after(self.state, "pause")

    def resume(self) -> None:
        """It posts needs again."""
        self.state = LIFE.after(self.state, "resume")


class Site(Versioned, Base):
    """A place of the facility with a time zone of its own; every facility has at least its main site."""

    id: Mapped[Key]
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    name: Mapped[str]
    time_zone: Mapped[str]
    city: Mapped[str] = mapped_column(default="", server_default="")
    region: Mapped[str] = mapped_column(default="", server_default="")
    monthly_budget_cents: Mapped[int | None] = private_column(BigInteger)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")

    facility: Mapped[Facility] = related(back_populates="sites")

    __table_args__ = (check("monthly_budget_cents >= 0", "budget"),)


class PreferenceKind(StrEnum):
    FAVOURITE = "favourite"
    BLOCK = "block"


class PreferenceSide(StrEnum):
    FACILITY = "facility"
    COORDINATOR = "coordinator"


class Preference(Base):
    """A favorite, or a do-not-return, in either direction; ended rather than deleted."""

    id: Mapped[Key]
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    side: Mapped[PreferenceSide] = state_column(PreferenceSide)
    kind: Mapped[PreferenceKind] = state_column(PreferenceKind)
    reason: Mapped[str] = mapped_column(default="", server_default="")
    since: Mapped[Moment]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_preference_live", "facility_id", "coordinator_id", "side",
            unique=True, postgresql_where=text("ended_at IS NULL"),
        ),
        check("length(reason) <= 500", "reason_length"),
    )  # fmt: skip
