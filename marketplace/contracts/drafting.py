"""Writing agreements: terms, rate cards and the words that will be signed."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer
from sqlalchemy.orm.attributes import flag_modified

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.catalogue.lists import NET_DAYS, ROUNDINGS
from marketplace.catalogue.models import ServiceLine
from marketplace.config import ROOT, settings_in_force
from marketplace.contracts.models import Agreement, AgreementKind, Overtime, RateRow
from marketplace.contracts.rules import AgreementState, CancellationPolicy, complete_rate
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import Invalid, Named, NotAllowedNow, Phrase, clean_text, dollars, long_date, named

LONGEST_PO = 60
MOST_RATE = 1_000_000  # ten thousand dollars an hour: a decimal point is missing


@dataclass(frozen=True, kw_only=True)
class AgreementTerms:
    """What is agreed beside the rates. Days are the facility's; `until` is the last one, None is open-ended."""

    effective_from: date
    effective_until: date | None = None
    net_days: int = 30
    overtime: Overtime = Overtime.NONE
    rounding_minutes: int = 0
    cancellation: CancellationPolicy = field(default_factory=CancellationPolicy)
    po_number: str = ""
    transparent: bool = False


@dataclass(frozen=True)
class CardRow:
    """One line of a rate card before it is written: cents an hour, from a day on, to a day or open-ended."""

    service_line: str
    bill_cents: int
    pay_cents: int
    valid_from: date | None = None
    valid_until: date | None = None
    earn_code: str = "regular"


def draft_master(
    facility: Facility, terms: AgreementTerms, rates: Iterable[CardRow], at: datetime, by: Person | None = None
) -> Agreement:
    """A master agreement with its card, as a draft only the agency sees. Raises Invalid naming the field."""
    agreement = Agreement(kind=AgreementKind.MASTER, facility_id=facility.id, facility=facility, created_at=at)
    _write(agreement, terms)
    session.add(agreement)
    session.flush()
    record("draft", agreement, Phrase("Drafted: master agreement with %(facility)s.", facility=facility.name), by=by)
    put_card(agreement, rates)
    return agreement


def draft_baa(
    party: Facility | Coordinator, at: datetime, by: Person | None = None, *, first: date, last: date | None = None
) -> Agreement:
    """A business associate agreement (45 CFR 164.504(e)) with a facility or a coordinator loaded with her person."""
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
    check_still_draft(agreement)
    _write(agreement, terms)
    session.flush()
    record("change", agreement, Phrase("Changed its terms."), by=by)


def amend(agreement: Agreement, at: datetime, by: Person) -> Agreement:
    """A new version as a draft, with the same terms and card; what stands goes on until the new one is active."""
    if agreement.state is not AgreementState.ACTIVE:
        raise NotAllowedNow("Only an active agreement is amended. Draft a new one instead.")
    waiting = session.scalars(
        select(Agreement.id).where(
            Agreement.supersedes_id == agreement.id,
            Agreement.state.in_([AgreementState.DRAFT, AgreementState.SENT, AgreementState.SIGNED]),
        )
    ).first()
    if waiting is not None:
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
    rows = [row for row in _rows(agreement) if row.valid_until is None or row.valid_until >= first]
    _add_rows(new, [_as_row(row, max(row.valid_from, first)) for row in rows])
    record("amend", new, Phrase("Drafted: a new version of agreement %(id)s.", id=agreement.id), by=by)
    return new


def check_still_draft(agreement: Agreement) -> None:
    """Raises NotAllowedNow once it was sent: what is read and signed does not change under the reader's eyes."""
    if agreement.state is not AgreementState.DRAFT:
        raise NotAllowedNow("Only a draft can be changed. Take it back first, or amend what is active.")


def _write(agreement: Agreement, terms: AgreementTerms) -> None:
    _check_dates(terms.effective_from, terms.effective_until)
    if terms.net_days not in NET_DAYS:
        raise Invalid("Choose NET 0, 7, 15, 30, 45 or 60.", "net_days")
    if terms.rounding_minutes not in ROUNDINGS:
        raise Invalid("Choose no rounding, or to the nearest 5, 6 or 15 minutes.", "rounding_minutes")
    agreement.effective_from, agreement.effective_until = terms.effective_from, terms.effective_until
    if agreement.kind is AgreementKind.BAA:
        return
    agreement.net_days, agreement.overtime = terms.net_days, terms.overtime
    agreement.rounding_minutes = terms.rounding_minutes
    agreement.cancellation = terms.cancellation.as_data()
    agreement.po_number = clean_text(terms.po_number, LONGEST_PO, "po_number")
    agreement.transparent = terms.transparent


def _check_dates(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise Invalid("It cannot end before it begins.", "effective_until")


# ---- the rate card ----------------------------------------------------------------------------------------------


def put_card(agreement: Agreement, rates: Iterable[CardRow]) -> None:
    """Replace the whole card of a draft; a row without a first day begins with the agreement. Raises Invalid."""
    check_still_draft(agreement)
    session.execute(delete(RateRow).where(RateRow.agreement_id == agreement.id))
    _add_rows(agreement, list(rates))


def change_rate(agreement: Agreement, row: CardRow, by: Person) -> None:
    """Put a rate into a draft's card: the one that holds on its first day ends the day before. Raises Invalid.

    A rate that begins on the very same day is replaced; one that begins later is left, and the table refuses an overlap.
    """
    check_still_draft(agreement)
    first = row.valid_from or agreement.effective_from
    line = session.get(ServiceLine, row.service_line)
    if line is None:
        raise Invalid("Choose one of the kinds of work the agency offers.", "service_line")
    for old in _rows(agreement):
        if (old.service_line, old.earn_code) != (row.service_line, row.earn_code):
            continue
        if old.valid_from == first:
            session.delete(old)
        elif old.valid_from < first and (old.valid_until is None or old.valid_until >= first):
            old.valid_until = first - timedelta(days=1)
    session.flush()
    _add_rows(agreement, [row])
    record(
        "rate",
        agreement,
        Phrase(
            "%(line)s: billed %(rate)s an hour from %(day)s.", line=named(line), rate=dollars(row.bill_cents), day=first
        ),
        by=by,
    )


def remove_rate(agreement: Agreement, rate_id: int, by: Person) -> str:
    """Take a row off a draft's card. Returns the service line's code; raises NotAllowedNow, Invalid without that row."""
    check_still_draft(agreement)
    row = next((row for row in _rows(agreement) if row.id == rate_id), None)
    if row is None:
        raise NotAllowedNow("That rate is not on this card any more.")
    session.delete(row)
    _touch(agreement)
    record(
        "rate",
        agreement,
        Phrase("%(line)s: the rate from %(day)s was taken off.", line=_line(row.service_line), day=row.valid_from),
        by=by,
    )
    return row.service_line


def _line(code: str) -> Named | str:
    line = session.get(ServiceLine, code)
    return named(line) if line else code


def copy_card(agreement: Agreement, source: Agreement, by: Person) -> int:
    """The rates another agreement has today and later. Returns how many rows."""
    first = agreement.effective_from
    rows = [row for row in _rows(source) if row.valid_until is None or row.valid_until >= first]
    put_card(agreement, [_as_row(row, max(row.valid_from, first)) for row in rows])
    record(
        "rate",
        agreement,
        Phrase("The card was copied from agreement %(id)s: %(count)s rates.", id=source.id, count=len(rows)),
        by=by,
    )
    return len(rows)


def _rows(agreement: Agreement) -> Sequence[RateRow]:
    return session.scalars(
        select(RateRow)
        .where(RateRow.agreement_id == agreement.id)
        .options(undefer(RateRow.pay_cents))
        .order_by(RateRow.service_line, RateRow.valid_from)
        .execution_options(populate_existing=True)
    ).all()


def _as_row(row: RateRow, first: date) -> CardRow:
    return CardRow(row.service_line, row.bill_cents, row.pay_cents, first, row.valid_until, row.earn_code)


def _add_rows(agreement: Agreement, rows: Sequence[CardRow]) -> None:
    """Write rows; the table refuses two rates for one day, and the sentence says so."""
    new = [_checked_row(agreement, row) for row in rows]
    try:
        with session.begin_nested():
            session.add_all(new)
            session.flush()
    except IntegrityError as error:
        if "ex_rate_row_overlap" not in str(error.orig):
            raise
        raise Invalid(
            "Another rate for this kind of work holds on some of these days. Let this one end before it.", "valid_until"
        ) from error
    _touch(agreement)


def _touch(agreement: Agreement) -> None:
    """The card belongs to what two people may edit: whoever looks at the older one is told."""
    flag_modified(agreement, "state")
    session.flush()


def _checked_row(agreement: Agreement, row: CardRow) -> RateRow:
    rate = complete_rate(bill=row.bill_cents, pay=row.pay_cents)
    if rate.bill_cents > MOST_RATE:
        raise Invalid("That is more than $10,000 an hour. Look at the decimal point.", "bill")
    first = row.valid_from or agreement.effective_from
    if row.valid_until is not None and row.valid_until < first:
        raise Invalid("The rate cannot end before it begins.", "valid_until")
    return RateRow(
        agreement_id=agreement.id,
        facility_id=agreement.facility_id,
        service_line=row.service_line,
        earn_code=row.earn_code,
        bill_cents=rate.bill_cents,
        pay_cents=rate.pay_cents,
        valid_from=first,
        valid_until=row.valid_until,
    )


# ---- the words --------------------------------------------------------------------------------------------------


def words_of(agreement: Agreement) -> str:
    """The text that will be signed, from its terms and card (loaded with its party). It never says what is paid,
    unless the contract is transparent.
    """
    if agreement.kind is AgreementKind.MASTER:
        name = "master.txt"
    else:
        name = "baa_facility.txt" if agreement.facility_id is not None else "baa_coordinator.txt"
    names = {code: name for code, name in session.execute(select(ServiceLine.code, ServiceLine.name))}  # noqa: C416
    rows = _rows(agreement)
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
