"""Reading the catalogue: small tables, asked for by many pages."""

from typing import NamedTuple

from sqlalchemy import literal, or_, select, union_all

from marketplace.catalogue.models import CredentialType, Duty, RateGuidance, ServiceLine
from marketplace.db import session
from marketplace.kernel import called
from marketplace.kernel.phrasing.phrases import current_reader


def service_lines() -> list[ServiceLine]:
    """The active service lines in catalogue order."""
    return list(session.scalars(select(ServiceLine).where(ServiceLine.active).order_by(ServiceLine.position)))


def line_names() -> dict[str, str]:
    """What the active service lines are called in the reader's language, by code, in catalogue order: ready to choose from."""
    return {line.code: called(line) for line in service_lines()}


def credential_types() -> list[CredentialType]:
    """Every credential type in catalogue order."""
    return list(session.scalars(select(CredentialType).order_by(CredentialType.position)))


class CatalogueNames(NamedTuple):
    """What service lines and credential types are called, by their codes."""

    lines: dict[str, str]
    credentials: dict[str, str]


def names(*, spanish: bool) -> CatalogueNames:
    """The names of every code, those no longer active too. One statement."""
    of_lines = select(literal("line"), ServiceLine.code, ServiceLine.name_es if spanish else ServiceLine.name)
    of_types = select(literal("type"), CredentialType.code, CredentialType.name_es if spanish else CredentialType.name)
    rows = session.execute(union_all(of_lines, of_types)).all()
    return CatalogueNames(
        {code: name for what, code, name in rows if what == "line"},
        {code: name for what, code, name in rows if what == "type"},
    )


def name_of(of: str, code: str) -> str:
    """What the reader calls a service line (`line`) or a type of credential (`credential`); an unknown code stays a code.

    All names are read at the first question of a session.
    """
    spanish = current_reader().spanish
    known: dict[bool, CatalogueNames] = session.info.setdefault("catalogue_names", {})
    if spanish not in known:
        known[spanish] = names(spanish=spanish)
    return (known[spanish].lines if of == "line" else known[spanish].credentials).get(code, code)


def duties() -> list[Duty]:
    """Every duty, grouped by family through their order."""
    return list(session.scalars(select(Duty).order_by(Duty.position)))


def rate_guidance(service_line: str | None = None) -> list[RateGuidance]:
    """Published figures for a service line, and those that hold for all."""
    fitting = or_(RateGuidance.service_line.is_(None), RateGuidance.service_line == service_line)
    return list(
        session.scalars(select(RateGuidance).where(fitting).order_by(RateGuidance.year.desc(), RateGuidance.id))
    )
