"""The rate card of a draft: putting it down, changing a rate from a day on, taking rates over from another card."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer
from sqlalchemy.orm.attributes import flag_modified

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.catalogue.models import ServiceLine
from marketplace.contracts.models import Agreement, RateRow
from marketplace.contracts.queries import standard_card
from marketplace.contracts.rates import complete_rate
from marketplace.db import session
from marketplace.kernel import N_, Invalid, Named, NotAllowedNow, Phrase, counted, dollars, named

MOST_RATE = 1_000_000  # ten thousand dollars an hour: a decimal point is missing


@dataclass(frozen=True)
class CardRow:
    """One line of a rate card before it is written: cents an hour, from a day on, to a day or open-ended."""

    service_line: str
    bill_cents: int
    pay_cents: int
    valid_from: date | None = None
    valid_until: date | None = None
    earn_code: str = "regular"


def put_card(agreement: Agreement, rates: Iterable[CardRow]) -> None:
    """Replace the whole card of a draft; a row without a first day begins with the agreement. Raises Invalid."""
    agreement.check_draft()
    session.execute(delete(RateRow).where(RateRow.agreement_id == agreement.id))
    _add_rows(agreement, list(rates))


def standard_rows() -> list[CardRow]:
    """The agency's own card, as the rows with which a new contract starts."""
    return [CardRow(row.service_line, row.bill_cents, row.pay_cents) for row in standard_card()]


def take_standard_card(agreement: Agreement, by: Person) -> None:
    """Put the agency's own card in place of what stands on a draft's."""
    put_card(agreement, standard_rows())
    record("rate", agreement, Phrase("The card is the agency's standard one."), by=by)


def change_rate(agreement: Agreement, row: CardRow, by: Person) -> None:
    """Put a rate into a draft's card: the one that holds on its first day ends the day before. Raises Invalid.

    A rate that begins on the very same day is replaced; one that begins later is left, and the table refuses an overlap.
    """
    agreement.check_draft()
    first = row.valid_from or agreement.effective_from
    line = session.get(ServiceLine, row.service_line)
    if line is None:
        raise Invalid("Choose one of the kinds of work the agency offers.", "service_line")
    for old in rows_with_pay(agreement):
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
    agreement.check_draft()
    row = next((row for row in rows_with_pay(agreement) if row.id == rate_id), None)
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
    rows = rates_from(source, first)
    put_card(agreement, rows)
    record(
        "rate",
        agreement,
        counted(
            len(rows),
            N_("The card was copied from agreement %(id)s: 1 rate."),
            N_("The card was copied from agreement %(id)s: %(count)s rates."),
            id=source.id,
        ),
        by=by,
    )
    return len(rows)


def rates_from(agreement: Agreement, first: date) -> list[CardRow]:
    """The rates that an agreement has on that day and later, as rows of another card that begins with it."""
    return [
        CardRow(
            row.service_line, row.bill_cents, row.pay_cents, max(row.valid_from, first), row.valid_until, row.earn_code
        )
        for row in rows_with_pay(agreement)
        if row.valid_until is None or row.valid_until >= first
    ]


def rows_with_pay(agreement: Agreement) -> Sequence[RateRow]:
    """The rows of the card as the table has them, read for the agency or the system: what is paid is in them."""
    return session.scalars(
        select(RateRow)
        .where(RateRow.agreement_id == agreement.id)
        .options(undefer(RateRow.pay_cents))
        .order_by(RateRow.service_line, RateRow.valid_from)
        .execution_options(populate_existing=True)
    ).all()


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
