"""People, the organisations they belong to, and what they are there.

Outside row-level security: all this is read before we know who asks.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import CITEXT, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.permissions import MAY, Permission, Role
from marketplace.db import Actor, Audience, Base, Key, Moment, Versioned, check, related, state_column


class OrganisationKind(StrEnum):
    AGENCY = "agency"
    FACILITY = "facility"


class Organisation(Base):
    """The agency itself (one), or a facility; a facility's row in `facility` has the same id."""

    id: Mapped[Key]
    kind: Mapped[OrganisationKind] = state_column(OrganisationKind)
    name: Mapped[str]
    created_at: Mapped[Moment]

    __table_args__ = (Index("uq_organisation_agency", "kind", unique=True, postgresql_where="kind = 'agency'"),)


class Person(Versioned, Base):
    """Somebody who signs in, or will: without a password nobody can sign in as them.

    Flask-Login knows a person by `is_authenticated`, `is_active`, `is_anonymous` and `get_id`.
    """

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(CITEXT, unique=True)
    name: Mapped[str]
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    confirmed_at: Mapped[datetime | None]
    locale: Mapped[str] = mapped_column(default="en", server_default="en")
    theme: Mapped[str] = mapped_column(default="system", server_default="system")
    shortcuts: Mapped[bool] = mapped_column(default=True, server_default="true")
    totp_seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    recovery_hashes: Mapped[list[Any] | None] = mapped_column(JSONB)
    created_at: Mapped[Moment]

    memberships: Mapped[list["Membership"]] = related(back_populates="person", order_by="Membership.id")

    __table_args__ = (
        check("locale IN ('en', 'es')", "locale"),
        check("theme IN ('system', 'light', 'dark')", "theme"),
    )

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        """The content of the cookie: the token of the sign-in this person was found by, never who it is."""
        return self.token

    @property
    def token(self) -> str:
        """Set by `accounts.signing_in` in this request, kept by no table; raises KeyError before that."""
        token: str = self.__dict__["_token"]
        return token

    @token.setter
    def token(self, token: str) -> None:
        self.__dict__["_token"] = token

    @property
    def acting(self) -> "Membership | None":
        """The membership this person acts under in this request; set by `accounts.signing_in`, kept by no table."""
        return self.__dict__.get("_acting")

    @acting.setter
    def acting(self, membership: "Membership | None") -> None:
        self.__dict__["_acting"] = membership

    @property
    def organisation_name(self) -> str:
        """The organisation this person acts for in this request; empty without a membership."""
        return self.acting.organisation.name if self.acting else ""

    @property
    def role(self) -> Role | None:
        return self.acting.role if self.acting else None

    @property
    def audience(self) -> Audience:
        return self.acting.role.audience if self.acting else Audience.VISITOR

    @property
    def facility_id(self) -> int | None:
        return self.acting.organisation_id if self.acting and self.audience is Audience.FACILITY else None

    @property
    def coordinator_id(self) -> int | None:
        return self.acting.coordinator_id if self.acting else None

    @property
    def actor(self) -> Actor:
        return Actor(self.audience, self.id, self.facility_id, self.coordinator_id)

    def may(self, permission: Permission) -> bool:
        """Whether the role's row in `permissions.MAY` grants it; nothing without a membership."""
        return self.acting is not None and permission in MAY[self.acting.role]


class Membership(Base):
    """A person's role in an organisation. A coordinator's membership is in the agency and names the coordinator."""

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organisation.id"), index=True)
    coordinator_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("coordinator.id"), unique=True)
    role: Mapped[Role] = state_column(Role)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    created_at: Mapped[Moment]

    person: Mapped[Person] = related(back_populates="memberships")
    organisation: Mapped[Organisation] = related()

    @property
    def facility_id(self) -> int | None:
        """The facility whose trail tells of this membership."""
        return self.organisation_id if self.role.audience is Audience.FACILITY else None

    __table_args__ = (
        Index("uq_membership_person_organisation", "person_id", "organisation_id", unique=True),
        check("(role = 'coordinator') = (coordinator_id IS NOT NULL)", "coordinator_named"),
    )


class Invitation(Base):
    """A single-use link to join, good for 48 hours, for one address only. Only the hash of its token is kept."""

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(CITEXT, index=True)
    name: Mapped[str]
    organisation_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("organisation.id"))
    coordinator_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("coordinator.id"))
    role: Mapped[Role] = state_column(Role)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[Moment]

    organisation: Mapped[Organisation] = related()

    __table_args__ = (
        Index(
            "uq_invitation_open",
            "organisation_id",
            "email",
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    @property
    def link(self) -> str:
        """The page that accepts it, as a path of this site. Known only where it has just been made; kept by no table."""
        link: str = self.__dict__["_link"]
        return link

    @link.setter
    def link(self, link: str) -> None:
        self.__dict__["_link"] = link

    @property
    def replaces(self) -> bool:
        """Whether an earlier letter's link stopped working with this one. Known only where it has just been made."""
        return bool(self.__dict__.get("_replaces"))

    @replaces.setter
    def replaces(self, value: bool) -> None:
        self.__dict__["_replaces"] = value

    @property
    def facility_id(self) -> int | None:
        """The facility whose trail tells of this invitation."""
        return self.organisation_id if self.role.audience is Audience.FACILITY else None


class SignInSession(Base):
    """One browser that is signed in. The cookie holds only its token; signing out here ends it everywhere."""

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    membership_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("membership.id"))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")


class OneTimeLink(Base):
    """A reset or confirmation link: single use, short-lived, kept only as a hash.

    `email` is the new address that a confirmation is about; the change takes effect when the link is used.
    """

    id: Mapped[Key]
    purpose: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("person.id"), index=True)
    email: Mapped[str | None] = mapped_column(CITEXT)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AttemptCount(Base):
    """A count of tries from one place or for one account, behind every limit.

    `bucket` names the limit and a hash of whom it is about; after `window_ends` the count starts again.
    """

    bucket: Mapped[str] = mapped_column(primary_key=True)
    window_ends: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
