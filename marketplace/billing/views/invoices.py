"""The list of invoices and each one of them."""

from typing import Any

from flask import Response, render_template
from sqlalchemy import or_, select, update
from sqlalchemy.orm import selectinload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_of
from marketplace.billing.models import CreditNote, Invoice, Payment, PaymentAllocation
from marketplace.billing.payments_received import credit_balance
from marketplace.billing.policy import may_record_payment, may_run
from marketplace.billing.queries import (
    account_of,
    accounts,
    owed_and_overdue,
    status_is,
    unbilled_cents,
    visible_to,
    with_figures,
)
from marketplace.billing.texts import method_word, standing_word
from marketplace.billing.views.blueprint import pages
from marketplace.db import Audience, as_system, session
from marketplace.facilities.models import Facility
from marketplace.kernel import hours_and_minutes, now, plain_dollars
from marketplace.web import Page, asked_number, asked_word, csv_download, get_or_404, page_of

SHOWN = ("all", "open", "overdue", "paid", "void")


MOST_ROWS = 50_000


def _wanted() -> tuple[str, str, int | None, Any]:
    """The filters of the list: standing, words, facility, and the invoices they leave."""
    show = asked_word("show", SHOWN) or "all"
    search, facility = asked_word("q"), asked_number("facility")
    invoices = visible_to(current_person()).where(status_is(show, now()))
    if search:
        # A facility whose name matches, or a number; the words are looked for as they are, % and _ included.
        named = Invoice.facility.has(Facility.name.icontains(search, autoescape=True))
        invoices = invoices.where(or_(Invoice.number.icontains(search, autoescape=True), named))
    if facility is not None:
        invoices = invoices.where(Invoice.facility_id == facility)
    return show, search, facility, invoices.order_by(Invoice.id.desc())


@pages.get("", may=Permission.INVOICE_SEE)
def index() -> str:
    """Every invoice this person may see, with what is still owed."""
    person = current_person()
    show, search, _facility, invoices = _wanted()
    page = page_of(with_figures(invoices), scalars=False)
    owed, overdue = owed_and_overdue(person, now())
    return render_template(
        "billing/index.html",
        page=Page(accounts(page.items, now()), page.number, page.total, page.size),
        show=show,
        search=search,
        owed=owed,
        overdue=overdue,
        credit=credit_balance(person.facility_id) if person.facility_id else 0,
        unbilled=0 if person.facility_id else unbilled_cents(),
        may_run=may_run(person),
        may_record=may_record_payment(person),
        standing_word=standing_word,
        own=person.audience is Audience.FACILITY,
    )


@pages.get("/list.csv", may=Permission.INVOICE_SEE)
def list_csv() -> Response:
    """The list as it is filtered, for a spreadsheet."""
    _show, _search, _facility, invoices = _wanted()
    rows = accounts(session.execute(with_figures(invoices).limit(MOST_ROWS)), now())
    return csv_download(
        "invoices",
        (
            "number",
            "facility",
            "standing",
            "issued_on",
            "due_on",
            "po_number",
            "total_usd",
            "paid_usd",
            "credited_usd",
            "open_usd",
        ),
        (
            (
                row.invoice.number,
                row.invoice.facility.name,
                row.standing.value,
                row.invoice.issued_on,
                row.invoice.due_on,
                row.invoice.po_number,
                plain_dollars(row.invoice.total_cents),
                plain_dollars(row.paid),
                plain_dollars(row.credited),
                plain_dollars(row.remaining),
            )
            for row in rows
        ),
    )


@pages.get("/<int:invoice_id>", may=Permission.INVOICE_SEE)
def invoice(invoice_id: int) -> str:
    """One invoice: its lines, what was paid and credited, and what can be done with it."""
    person = current_person()
    found = get_or_404(visible_to(person).options(selectinload(Invoice.lines)), invoice_id)
    account = account_of(found, now())
    _note_viewed(found)
    notes = session.scalars(select(CreditNote).where(CreditNote.invoice_id == found.id).order_by(CreditNote.id)).all()
    return render_template(
        "billing/invoice.html",
        invoice=found,
        account=account,
        standing=standing_word(account.standing),
        settled=session.execute(
            select(PaymentAllocation, Payment)
            .join(PaymentAllocation.payment)
            .where(PaymentAllocation.invoice_id == found.id)
            .order_by(PaymentAllocation.id)
        ).all(),
        credit_notes=notes,
        credit=credit_balance(found.facility_id) if account.remaining and may_record_payment(person) else 0,
        creditable=found.total_cents - sum(note.amount_cents for note in notes),
        trail=session.scalars(trail_of(person, "invoice", found.id).limit(20)).all(),
        may_run=may_run(person),
        may_record=may_record_payment(person),
        method_word=method_word,
        hours=hours_and_minutes(sum(line.minutes for line in found.lines)),
    )


def _note_viewed(found: Invoice) -> None:
    """The first time somebody of the facility opens it, the agency learns that it was seen."""
    if current_person().audience is Audience.FACILITY and found.viewed_at is None:
        with as_system():
            session.execute(
                update(Invoice)
                .where(Invoice.id == found.id, Invoice.viewed_at.is_(None))
                .values(viewed_at=now())
                .execution_options(synchronize_session=False)
            )
