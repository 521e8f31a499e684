"""Agreements and their rate cards: what the facility is billed and the coordinator paid, from when to when."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Person
from marketplace.catalogue.lists import STANDARD_NET_DAYS
from marketplace.contracts.cancellation_policy import CancellationPolicy
from marketplace.contracts.rates import complete_rate, percent
from marketplace.contracts.rules import LIFE, AgreementState, holds_on
from marketplace.coordinators.models import Coordinator
from marketplace.db import Base, Cents, Key, Moment, Versioned, check, private_column, related, state_column
from marketplace.facilities.models import Facility
from marketplace.kernel import ENGLISH, NotAllowedNow, Phrase, reread


class AgreementKind(StrEnum):
    """A master agreement carries rates; a BAA (45 CFR 164.504(e)) binds facility or coordinator to protect patient data."""

    MASTER = "master"
    BAA = "baa"


class Overtime(StrEnum):
    """Whether hours over 40 a local week are billed and paid at 1.5 times the regular rate (29 CFR 778.110)."""

    NONE = "none"
    WEEKLY = "weekly"


class Agreement(Versioned, Base):
    """With a facility (master, BAA) or a coordinator (BAA). An amendment is a new row with `supersedes_id`.

    `body` is what is signed, word for word, and `body_sha256` its hash; both are fixed when it is sent. Where `transparent`,
    the facility reads what the coordinators are paid.
    """

    id: Mapped[Key]
    kind: Mapped[AgreementKind] = state_column(AgreementKind)
    facility_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    coordinator_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    state: Mapped[AgreementState] = state_column(AgreementState, AgreementState.DRAFT)
    effective_from: Mapped[date]
    effective_until: Mapped[date | None]
    net_days: Mapped[int] = mapped_column(default=STANDARD_NET_DAYS, server_default=str(STANDARD_NET_DAYS))
    overtime: Mapped[Overtime] = state_column(Overtime, Overtime.NONE)
    rounding_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    cancellation: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    po_number: Mapped[str] = mapped_column(default="", server_default="")
    transparent: Mapped[bool] = mapped_column(default=False, server_default="false")
    body: Mapped[str] = mapped_column(default="", server_default="")
    body_sha256: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    signed_name: Mapped[str | None]
    signed_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    signed_at: Mapped[datetime | None]
    activated_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(default="", server_default="")
    end_phrase: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    supersedes_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agreement.id"))
    created_at: Mapped[Moment]

    facility: Mapped[Facility | None] = related()
    coordinator: Mapped[Coordinator | None] = related()
    signed_by: Mapped[Person | None] = related()
    rates: Mapped[list["RateRow"]] = related(
        back_populates="agreement", order_by="RateRow.service_line, RateRow.valid_from"
    )

    __table_args__ = (
        check("(facility_id IS NULL) <> (coordinator_id IS NULL)", "one_party"),
        check("kind = 'baa' OR facility_id IS NOT NULL", "master_with_facility"),
        check("effective_until IS NULL OR effective_until >= effective_from", "dates"),
        check("net_days IN (0, 7, 15, 30, 45, 60)", "net_days"),
        check("rounding_minutes IN (0, 5, 6, 15)", "rounding"),
        Index("ix_agreement_state", "state"),
        Index("ix_agreement_effective_until", "effective_until", postgresql_where=text("effective_until IS NOT NULL")),
        Index("uq_agreement_active", "kind", "facility_id", unique=True,
              postgresql_where=text("state = 'active' AND facility_id IS NOT NULL")),
        Index("uq_agreement_active_coordinator", "kind", "coordinator_id", unique=True,
              postgresql_where=text("state = 'active' AND coordinator_id IS NOT NULL")),
    )  # fmt: skip

    @property
    def party(self) -> str:
        """The name of the other side: the facility's or the coordinator's (loaded by the query)."""
        if self.facility is not None:
            return self.facility.name
        return self.coordinator.name if self.coordinator is not None else ""

    @property
    def is_draft(self) -> bool:
        return self.state is AgreementState.DRAFT

    @property
    def is_active(self) -> bool:
        return self.state is AgreementState.ACTIVE

    @property
    def acts(self) -> tuple[str, ...]:
        """The acts its state allows now."""
        return LIFE.acts(self.state)

    @property
    def policy(self) -> CancellationPolicy:
        return CancellationPolicy.from_data(self.cancellation)

    @property
    def why_it_ended(self) -> str:
        """The reason in the reader's language, as far as the product worded it; empty when none was given."""
        return reread(self.end_phrase, self.end_reason)

    def check_draft(self) -> None:
        """Raises NotAllowedNow once it was sent: what is read and signed does not change under the reader's eyes."""
        if not self.is_draft:
            raise NotAllowedNow("Only a draft can be changed. Take it back first, or amend what is active.")

    def holds_on(self, day: date) -> bool:
        """Whether it is active, and the day lies between its first and its last."""
        return self.is_active and holds_on(self.effective_from, self.effective_until, day)

    def send(self, body: str, body_sha256: str, at: datetime) -> None:
        """From here on its words are fixed, and the other side reads and signs them."""
        self.state = LIFE.after(self.state, "send")
        self.body, self.body_sha256, self.sent_at = body, body_sha256, at

    def withdraw(self) -> None:
        """Back to the desk before anybody signed."""
        self.state = LIFE.after(self.state, "withdraw")
        self.body, self.body_sha256, self.sent_at = "", None, None

    def sign(self, name: str, by: Person, at: datetime) -> None:
        """The other side has read it and typed a name under it."""
        self.state = LIFE.after(self.state, "sign")
        self.signed_name, self.signed_by_id, self.signed_at = name, by.id, at

    def activate(self, at: datetime) -> None:
        """From here on it is what holds; what held before is superseded by the caller first."""
        self.state = LIFE.after(self.state, "activate")
        self.activated_at = at

    def end(self, act: str, at: datetime, reason: str | Phrase = "") -> None:
        """`act` is terminate, expire or supersede; a reason that the product words is kept as a phrase too."""
        self.state = LIFE.after(self.state, act)
        self.ended_at = at
        if isinstance(reason, Phrase):
            self.end_reason, self.end_phrase = reason.read(ENGLISH), reason.as_record()
        else:
            self.end_reason, self.end_phrase = reason, None


Party = Facility | Coordinator
"""With whom an agreement is made."""


class RateRow(Base):
    """Bill and pay per hour for one service line and earn code, in whole cents, between two dates (the last included).

    What is paid is not the facility's to read: a query that needs it asks for it and runs as the agency or the system.
    """

    id: Mapped[Key]
    agreement_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("agreement.id"), index=True)
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"))
    service_line: Mapped[str] = mapped_column(ForeignKey("service_line.code"))
    earn_code: Mapped[str] = mapped_column(default="regular", server_default="regular")
    bill_cents: Mapped[Cents]
    pay_cents: Mapped[int] = private_column(BigInteger)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    agreement: Mapped[Agreement] = related(back_populates="rates")

    @property
    def markup(self) -> int:
        """The bill above the pay, in hundredths of a percent of the pay."""
        return complete_rate(self.bill_cents, self.pay_cents).markup

    @property
    def markup_percent(self) -> str:
        """33.33; 40"""
        return percent(self.markup)

    __table_args__ = (
        check("bill_cents > 0 AND pay_cents > 0 AND pay_cents <= bill_cents", "rates"),
        check("valid_until IS NULL OR valid_until >= valid_from", "dates"),
        ExcludeConstraint(
            ("agreement_id", "="), ("service_line", "="), ("earn_code", "="),
            (literal_column("daterange(valid_from, valid_until, '[]')"), "&&"),
            name="ex_rate_row_overlap", using="gist",
        ),
    )  # fmt: skip


class StandardRate(Versioned, Base):
    """The agency's own card, in cents an hour: where every new contract starts from."""

    service_line: Mapped[str] = mapped_column(ForeignKey("service_line.code"), primary_key=True)
    bill_cents: Mapped[Cents]
    pay_cents: Mapped[Cents]

    __table_args__ = (check("bill_cents > 0 AND pay_cents > 0 AND pay_cents <= bill_cents", "rates"),)
