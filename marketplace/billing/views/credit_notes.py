"""Taking an invoice back, in whole or in part. Neither can be undone, so each has a page that says what it does."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.billing.credit_notes import creditable, give_credit, void
from marketplace.billing.forms import CreditForm, VoidForm
from marketplace.billing.models import CreditNote, Invoice
from marketplace.billing.queries import account_of, visible_to
from marketplace.billing.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import Invalid, dollars, now
from marketplace.web import get_or_404


@pages.form("/<int:invoice_id>/voiding", may=Permission.INVOICE_RUN, fresh=True)
def voiding(invoice_id: int) -> Any:
    """Take an invoice back as if it had not been issued."""
    invoice = get_or_404(visible_to(current_person()), invoice_id)
    form = VoidForm()
    if not form.validate_on_submit():
        page = render_template("billing/void.html", invoice=invoice, form=form, account=account_of(invoice, now()))
        return page, 422 if form.is_submitted() else 200
    void(invoice, form.reason.data, current_person(), now())
    flash(_("Invoice %(number)s is void. Its hours can be billed again.", number=invoice.number))
    return redirect(url_for(".invoice", invoice_id=invoice.id), 303)


@pages.form("/<int:invoice_id>/credit", may=Permission.INVOICE_RUN, fresh=True)
def credit(invoice_id: int) -> Any:
    """Give back a line or an amount."""
    invoice = get_or_404(visible_to(current_person()).options(selectinload(Invoice.lines)), invoice_id)
    given = set(session.scalars(select(CreditNote.invoice_line_id).where(CreditNote.invoice_id == invoice.id)))
    lines = {line.id: line for line in invoice.lines if line.id not in given and line.amount_cents > 0}
    form = CreditForm()
    form.line.choices = [
        ("", _("An amount")),
        *((line.id, f"{line.position}. {line.what}: {dollars(line.amount_cents)}") for line in lines.values()),
    ]
    if form.validate_on_submit():
        chosen = lines.get(form.line.data) if form.line.data else None
        try:
            if chosen is not None and form.amount.data is not None:
                raise Invalid(_("Choose a line or write an amount, not both."), "amount")
            note = give_credit(
                invoice,
                form.reason.data,
                current_person(),
                now(),
                amount=form.amount.data if chosen is None else None,
                line=chosen,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(
                _(
                    "Credit note %(number)s over %(amount)s given.",
                    number=note.number,
                    amount=dollars(note.amount_cents),
                )
            )
            return redirect(url_for(".invoice", invoice_id=invoice.id), 303)
    page = render_template(
        "billing/credit.html", invoice=invoice, form=form, left=creditable(invoice), account=account_of(invoice, now())
    )
    return page, 422 if form.is_submitted() else 200
