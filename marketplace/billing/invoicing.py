"""The invoice run: everything approved and not yet billed, one invoice for each facility, as often as one likes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.billing import notifications
from marketplace.billing.models import Invoice, InvoiceLine
from marketplace.billing.numbering import INVOICES, take_number, wait_for_turn
from marketplace.billing.queries import document_locale, invoice_readers, unbilled_segments
from marketplace.billing.rules import LIFE, InvoiceState, due_day
from marketplace.catalogue.lists import STANDARD_NET_DAYS
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.db import enqueue, session
from marketplace.facilities.models import Facility
from marketplace.kernel import Language, Phrase, Preview, PreviewChanged, Seen, dollars, local_day
from marketplace.ledger.posting import Event, post_all
from marketplace.ledger.rules import entry_for_invoice
from marketplace.messaging.languages import language_of
from marketplace.timesheets.models import TimeSegment
from marketplace.timesheets.texts import described, names_of, work_of


@dataclass(frozen=True)
class Bill:
    """What one facility would be billed. Only `cents` above zero make an invoice; less waits for hours to come."""

    facility: Facility
    lines: int
    minutes: int
    cents: int
    first_day: date
    late_lines: int
    """Lines for days that an earlier invoice had already covered: hours approved late, and corrections."""
    last_cents: int | None
    """The total of the facility's invoice before, to compare with; None for the first."""

    @property
    def key(self) -> int:
        return self.facility.id

    @property
    def ready(self) -> bool:
        return self.cents > 0


def last_sunday(today: date) -> date:
    """The end of the last whole week: what a run usually goes up to."""
    return today - timedelta(days=today.isoweekday() % 7 or 7)


def preview(until: date) -> Preview[Bill]:
    """What would be billed for work up to a day, by facility name; three SQL statements."""
    unbilled = unbilled_segments(until).subquery()
    before = (
        select(Invoice.facility_id, Invoice.total_cents, Invoice.period_until)
        .where(Invoice.state == InvoiceState.ISSUED)
        .ext(distinct_on(Invoice.facility_id))
        .order_by(Invoice.facility_id, Invoice.id.desc())
        .subquery()
    )
    rows = session.execute(
        select(
            Facility,
            func.count(),
            func.sum(unbilled.c.minutes),
            func.sum(unbilled.c.bill_cents),
            func.min(unbilled.c.work_day),
            func.count().filter(unbilled.c.work_day <= before.c.period_until),
            before.c.total_cents,
        )
        .join(unbilled, unbilled.c.facility_id == Facility.id)
        .outerjoin(before, before.c.facility_id == Facility.id)
        .group_by(Facility.id, before.c.total_cents)
        .order_by(Facility.name, Facility.id)
    )
    return Preview(
        until,
        tuple(
            Bill(place, lines, int(minutes), int(cents), first, late, last)
            for place, lines, minutes, cents, first, late, last in rows
        ),
    )


def issue(
    until: date, by: Person | None, at: datetime, only: Collection[int] | None = None, seen: Seen | None = None
) -> list[Invoice]:
    """Issue one invoice for each facility with unbilled approved time up to a day; running it again issues nothing new.

    `only` leaves other facilities for later. With `seen` the run is refused (PreviewChanged) when what it would do to
    those facilities is no longer what was shown. Parallel runs take turns; a roll-back gives numbers and time back.
    """
    wait_for_turn(INVOICES, at.date())
    if seen is not None and preview(until).differs(seen, only):
        raise PreviewChanged("Hours were approved or billed since this was shown. Nothing was issued: look again.")
    segments = session.scalars(
        unbilled_segments(until).order_by(TimeSegment.facility_id, TimeSegment.work_day, TimeSegment.id)
    ).all()
    by_facility = {key: list(group) for key, group in groupby(segments, lambda segment: segment.facility_id)}
    wanted = {
        key: group
        for key, group in by_facility.items()
        if (only is None or key in only) and sum(segment.bill_cents for segment in group) > 0
    }
    readers = invoice_readers(wanted)
    invoices = [
        _issue(
            place, wanted[place.facility.id], document_locale(place.facility, readers[place.facility.id]), until, by, at
        )
        for place in _facilities(wanted)
    ]
    notifications.notify_issued(invoices, readers, at)
    return invoices


def _issue(
    place: "_BilledFacility", segments: list[TimeSegment], locale: str, until: date, by: Person | None, at: datetime
) -> Invoice:
    facility, today = place.facility, local_day(at, place.facility.time_zone)
    agreement = place.agreement if place.agreement and place.agreement.holds_on(today) else None
    net_days = agreement.net_days if agreement else STANDARD_NET_DAYS
    subtotal = sum(segment.bill_cents for segment in segments)
    invoice = Invoice(
        facility_id=facility.id,
        facility=facility,
        locale=locale,
        period_from=segments[0].work_day,
        period_until=until,
        net_days=net_days,
        po_number=agreement.po_number if agreement else "",
        subtotal_cents=subtotal,
        tax_cents=0,
        total_cents=subtotal,
        state=InvoiceState.DRAFT,
        lines=_lines(segments, language_of(locale)),
    )
    session.add(invoice)
    session.flush()
    number = take_number(INVOICES, today)
    invoice.state, invoice.number = LIFE.after(invoice.state, "issue"), number
    invoice.issued_on, invoice.due_on = today, due_day(today, net_days)
    invoice.issued_at, invoice.issued_by_id = at, by.id if by else None
    session.flush()
    entry = entry_for_invoice(invoice.id, facility.id, invoice.subtotal_cents, invoice.tax_cents)
    memo = Phrase("Invoice %(number)s to %(facility)s", number=invoice.number, facility=facility.name)
    post_all([Event(entry, memo, at)])
    sentence = Phrase(
        "Invoice %(number)s over %(amount)s issued to %(facility)s",
        number=invoice.number,
        amount=dollars(invoice.total_cents),
        facility=facility.name,
    )
    record("issue", invoice, sentence, by=by, lines=len(segments))
    enqueue("billing.set_invoice", queue="papers", invoice_id=invoice.id)
    return invoice


def _lines(segments: Sequence[TimeSegment], language: Language) -> list[InvoiceLine]:
    names = names_of(segments)
    works = [work_of(segment, names[segment.id].line, names[segment.id].coordinator) for segment in segments]
    return [
        InvoiceLine(
            facility_id=segment.facility_id,
            time_segment_id=segment.id,
            position=position,
            description=described(work, segment.minutes, segment.bill_rate_cents, language),
            phrase=work.as_record(),
            minutes=segment.minutes,
            rate_cents=segment.bill_rate_cents,
            amount_cents=segment.bill_cents,
        )
        for position, (segment, work) in enumerate(zip(segments, works, strict=True), 1)
    ]


@dataclass(frozen=True)
class _BilledFacility:
    facility: Facility
    agreement: Agreement | None


def _facilities(keys: Iterable[int]) -> list[_BilledFacility]:
    """The facilities in the order of their names, with their active contract: terms and purchase order come from it."""
    rows = session.execute(
        select(Facility, Agreement)
        .outerjoin(
            Agreement,
            (Agreement.facility_id == Facility.id)
            & (Agreement.kind == AgreementKind.MASTER)
            & (Agreement.state == AgreementState.ACTIVE),
        )
        .where(Facility.id.in_(list(keys)))
        .order_by(Facility.name, Facility.id)
    )
    return [_BilledFacility(facility, agreement) for facility, agreement in rows]
