"""The catalogue: service lines, duties, credential types and rate guidance. Data an admin may edit, never an enum in code."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Cents, Key, state_column


class ServiceLine(Base):
    """One of the 16 kinds of work. `needs_licence`: a nursing license in each patient state."""

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_es: Mapped[str]
    family: Mapped[str]
    clinical: Mapped[bool] = mapped_column(default=False, server_default="false")
    needs_licence: Mapped[bool] = mapped_column(default=False, server_default="false")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    position: Mapped[int]


class Duty(Base):
    """Something a need asks for and a shift report counts."""

    code: Mapped[str] = mapped_column(primary_key=True)
    family: Mapped[str]
    name: Mapped[str]
    name_es: Mapped[str]
    position: Mapped[int]


class Verification(StrEnum):
    PRIMARY_SOURCE = "primary_source"
    DOCUMENT = "document"
    SELF_DECLARED = "self_declared"


class CredentialType(Base):
    """A kind of credential: who issues it, how long it lasts, how it is checked, whether its absence blocks all work."""

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_es: Mapped[str]
    issuer: Mapped[str]
    renewal_months: Mapped[int | None] = mapped_column(Integer)
    verification: Mapped[Verification] = state_column(Verification)
    blocks_work: Mapped[bool] = mapped_column(default=False, server_default="false")
    per_state: Mapped[bool] = mapped_column(default=False, server_default="false")
    position: Mapped[int]


class CompactMember(Base):
    """A state of the Nurse Licensure Compact, and since when. Migrations write it: a state that joins is a new migration."""

    state: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    until: Mapped[date | None]


class RateGuidance(Base):
    """What others say this work pays, with source and year: shown beside the rate field."""

    id: Mapped[Key]
    service_line: Mapped[str | None] = mapped_column(ForeignKey("service_line.code"))
    sentence: Mapped[str]
    hourly_cents: Mapped[Cents | None]
    source: Mapped[str]
    year: Mapped[int]
