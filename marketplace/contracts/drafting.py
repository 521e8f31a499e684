"""Drafting agreements: their parties and terms; a new version of what is active."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.catalogue.lists import ROUNDINGS, STANDARD_NET_DAYS, checked_net_days
from marketplace.contracts.cancellation_policy import CancellationPolicy
from marketplace.contracts.models import Agreement, AgreementKind, Overtime, Party
from marketplace.contracts.queries import amendment_under_way
from marketplace.contracts.rate_card import CardRow, put_card, rates_from, standard_rows
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import Invalid, NotAllowedNow, Phrase, clean_text

LONGEST_PO = 60


@dataclass(frozen=True, kw_only=True)
class AgreementTerms:
    """The terms beside the rates. Days are the facility's; `until` is the last one, None is open-ended."""

    effective_from: date
    effective_until: date | None = None
    net_days: int = STANDARD_NET_DAYS
    overtime: Overtime = Overtime.NONE
    rounding_minutes: int = 0
    cancellation: CancellationPolicy = field(default_factory=CancellationPolicy)
    po_number: str = ""
    transparent: bool = False


def draft_master(
    facility: Facility,
    terms: AgreementTerms,
    at: datetime,
    by: Person | None = None,
    rates: Iterable[CardRow] | None = None,
) -> Agreement:
    """A master agreement as a draft that only the agency sees, with these rates or the agency's standard card.

    Raises Invalid naming the field.
    """
    agreement = Agreement(kind=AgreementKind.MASTER, facility_id=facility.id, facility=facility, created_at=at)
    _write(agreement, terms)
    session.add(agreement)
    session.flush()
    record("draft", agreement, Phrase("Drafted: master agreement with %(facility)s.", facility=facility.name), by=by)
    put_card(agreement, standard_rows() if rates is None else rates)
    return agreement


def draft_baa(
    party: Party, at: datetime, by: Person | None = None, *, first: date, last: date | None = None
) -> Agreement:
    """A business associate agreement (45 CFR 164.504(e)) with a facility or a coordinator loaded with their person."""
    agreement = Agreement(kind=AgreementKind.BAA, effective_from=first, effective_until=last, created_at=at)
    if isinstance(party, Facility):
        agreement.facility_id, agreement.facility = party.id, party
    else:
        agreement.coordinator_id, agreement.coordinator = party.id, party
    _check_dates(first, last)
    session.add(agreement)
    session.flush()
    record("draft", agreement, Phrase("Drafted: BAA with %(name)s.", name=party.name), by=by)
    return agreement


def rewrite(agreement: Agreement, terms: AgreementTerms, by: Person) -> None:
    """Other terms, while it is a draft. Raises Invalid naming the field, NotAllowedNow once it was sent."""
    agreement.check_draft()
    _write(agreement, terms)
    session.flush()
    record("change", agreement, Phrase("Changed its terms."), by=by)


def amend(agreement: Agreement, at: datetime, by: Person) -> Agreement:
    """A new version as a draft, with the same terms and card; what stands goes on until the new one is active."""
    if not agreement.is_active:
        raise NotAllowedNow("Only an active agreement is amended. Draft a new one instead.")
    if amendment_under_way(agreement):
        raise NotAllowedNow("An amendment is under way already. Finish that one, or end it first.")
    copied = (
        "kind", "facility_id", "coordinator_id", "effective_until", "net_days", "overtime", "rounding_minutes",
        "cancellation", "po_number", "transparent",
    )  # fmt: skip
    first = max(agreement.effective_from, at.date())
    new = Agreement(
        **{name: getattr(agreement, name) for name in copied},
        effective_from=first,
        supersedes_id=agreement.id,
        created_at=at,
    )
    if new.effective_until is not None and new.effective_until < first:
        new.effective_until = None
    new.facility, new.coordinator = agreement.facility, agreement.coordinator
    session.add(new)
    session.flush()
    put_card(new, rates_from(agreement, first))
    record("amend", new, Phrase("Drafted: a new version of agreement %(id)s.", id=agreement.id), by=by)
    return new


def _write(agreement: Agreement, terms: AgreementTerms) -> None:
    _check_dates(terms.effective_from, terms.effective_until)
    net_days = checked_net_days(terms.net_days, "net_days")
    if terms.rounding_minutes not in ROUNDINGS:
        raise Invalid("Choose no rounding, or to the nearest 5, 6 or 15 minutes.", "rounding_minutes")
    agreement.effective_from, agreement.effective_until = terms.effective_from, terms.effective_until
    if agreement.kind is AgreementKind.BAA:
        return
    agreement.net_days, agreement.overtime = net_days, terms.overtime
    agreement.rounding_minutes = terms.rounding_minutes
    agreement.cancellation = terms.cancellation.as_data()
    agreement.po_number = clean_text(terms.po_number, LONGEST_PO, "po_number")
    agreement.transparent = terms.transparent


def _check_dates(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise Invalid("It cannot end before it begins.", "effective_until")
