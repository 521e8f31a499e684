"""Needs (job orders) and the shifts they ask for. Filled counts are derived from assignments, never kept."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Membership, Person
from marketplace.catalogue.models import ServiceLine
from marketplace.contracts.models import Agreement
from marketplace.coordinators.models import Education
from marketplace.db import Base, Cents, Key, Moment, Versioned, Words, check, related, state_column
from marketplace.facilities.models import Facility, Site
from marketplace.kernel import Phrase, Span, When, named
from marketplace.needs.rules import LIFE, NeedState, ShiftState


class FillMode(StrEnum):
    """The ways to fill a seat: offers to chosen people, first come first served, or applications to choose from."""

    OFFER = "offer"
    FIRST_COME = "first_come"
    CHOOSE = "choose"


class Need(Versioned, Base):
    """A facility's request for work; its local times and pattern are kept as typed, its shifts as UTC instants."""

    id: Mapped[Key]
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("site.id"))
    agreement_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agreement.id"))
    service_line: Mapped[str] = mapped_column(ForeignKey("service_line.code"), index=True)
    state: Mapped[NeedState] = state_column(NeedState, NeedState.DRAFT)
    mode: Mapped[FillMode] = state_column(FillMode, FillMode.OFFER)
    first_day: Mapped[date]
    starts_local: Mapped[time]
    ends_local: Mapped[time]
    repeat: Mapped[str] = mapped_column(default="", server_default="")
    until: Mapped[date | None]
    dates: Mapped[Words]
    time_zone: Mapped[str]
    headcount: Mapped[int]
    required_credentials: Mapped[Words]
    preferred_credentials: Mapped[Words]
    patient_states: Mapped[Words]
    languages: Mapped[Words]
    ehr: Mapped[str] = mapped_column(default="", server_default="")
    min_education: Mapped[Education | None] = state_column(Education)
    min_years: Mapped[int] = mapped_column(default=0, server_default="0")
    duties: Mapped[Words]
    bill_rate_cents: Mapped[Cents]
    pay_rate_cents: Mapped[Cents]
    notes: Mapped[str] = mapped_column(default="", server_default="")
    posted_at: Mapped[datetime | None]
    posted_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    created_at: Mapped[Moment]

    facility: Mapped[Facility] = related()
    site: Mapped[Site] = related()
    agreement: Mapped[Agreement | None] = related()
    line: Mapped[ServiceLine] = related()
    posted_by: Mapped[Person | None] = related()
    shifts: Mapped[list["Shift"]] = related(back_populates="need", order_by="Shift.starts_at")

    @property
    def external_or_id(self) -> str:
        """The name people use for this need: the other system's reference, else our number."""
        return self.external_ref or f"#{self.id}"

    def hold(self) -> None:
        """Nobody new is asked or taken; what is booked stays."""
        self.state = LIFE.after(self.state, "hold")

    def resume(self) -> None:
        """Seats are filled again."""
        self.state = LIFE.after(self.state, "resume")

    def close(self) -> None:
        """Enough: open seats stay empty, what is booked stays."""
        self.state = LIFE.after(self.state, "close")

    __table_args__ = (
        check("headcount BETWEEN 1 AND 99", "headcount"),
        check("bill_rate_cents > 0 AND pay_rate_cents > 0 AND pay_rate_cents <= bill_rate_cents", "rates"),
        check("length(notes) <= 4000", "notes_length"),
    )


class Shift(Versioned, Base):
    """One stretch of work with `headcount` seats. Rates are the terms it was posted under and stay with it."""

    id: Mapped[Key]
    need_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("need.id"), index=True)
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    service_line: Mapped[str] = mapped_column(ForeignKey("service_line.code"))
    state: Mapped[ShiftState] = state_column(ShiftState, ShiftState.SCHEDULED)
    local_day: Mapped[date]
    time_zone: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    headcount: Mapped[int]
    open_to_all: Mapped[bool] = mapped_column(default=False, server_default="false")
    bill_rate_cents: Mapped[Cents]
    pay_rate_cents: Mapped[Cents]
    filled_at: Mapped[datetime | None]
    created_at: Mapped[Moment]

    need: Mapped[Need] = related(back_populates="shifts")
    facility: Mapped[Facility] = related()
    line: Mapped[ServiceLine] = related()

    __table_args__ = (
        check("ends_at > starts_at AND ends_at <= starts_at + interval '25 hours'", "length"),
        check("headcount BETWEEN 1 AND 99", "headcount"),
        UniqueConstraint("id", "starts_at", "ends_at", "headcount", "facility_id", name="uq_shift_terms"),
        Index("ix_shift_facility_starts", "facility_id", "starts_at"),
    )

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def phrase(self) -> Phrase:
        """Prior-Authorization at Harbor Family Medicine, Mon, Nov 30, 9:00 am – 5:00 pm CST. Needs line and facility loaded."""
        return Phrase(
            "%(line)s at %(facility)s, %(time)s",
            line=named(self.line),
            facility=self.facility.name,
            time=When(self.starts_at, self.time_zone, self.ends_at),
        )


class CalendarLink(Base):
    """The secret address under which a calendar program reads the shifts of one membership.

    The hash finds it; the sealed token is there so that its owner can look the address up again.
    """

    membership_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("membership.id"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    sealed_token: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]

    membership: Mapped[Membership] = related()
