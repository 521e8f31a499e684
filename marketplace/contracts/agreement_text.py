"""The words of an agreement as they are signed, and their fingerprint."""

import hashlib
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import select

from marketplace.catalogue.models import ServiceLine
from marketplace.config import ROOT, settings_in_force
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rate_card import rows_with_pay
from marketplace.db import session
from marketplace.kernel import dollars, long_date


def words_of(agreement: Agreement) -> str:
    """The text that will be signed, from its terms and card (loaded with its party). It never says what is paid,
    unless the contract is transparent.
    """
    if agreement.kind is AgreementKind.MASTER:
        name = "master.txt"
    else:
        name = "baa_facility.txt" if agreement.facility_id is not None else "baa_coordinator.txt"
    names = {code: name for code, name in session.execute(select(ServiceLine.code, ServiceLine.name))}  # noqa: C416
    rows = rows_with_pay(agreement)
    text = (
        _texts()
        .get_template(name)
        .render(
            agency=settings_in_force().agency_name,
            party=agreement.party,
            agreement=agreement,
            policy=agreement.policy,
            rates=[(names[row.service_line], row) for row in rows],
        )
    )
    return text.strip() + "\n"


def hash_of(body: str) -> str:
    """SHA-256 of the words, in hexadecimal."""
    return hashlib.sha256(body.encode()).hexdigest()


@cache
def _texts() -> Environment:
    house = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "contracts" / "texts"),
        autoescape=False,  # noqa: S701 - plain text; pages escape it like anything else
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    house.filters.update(dollars=dollars, day=long_date, duration=_duration)
    return house


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} hour{'s' if hours != 1 else ''}"] if hours else []
    parts += [f"{rest} minute{'s' if rest != 1 else ''}"] if rest or not hours else []
    return " and ".join(parts)
