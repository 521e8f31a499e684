"""Money received, recorded by hand; credit used; payments that bounced."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_of
from marketplace.billing.forms import BounceForm, PaymentForm
from marketplace.billing.models import Invoice, Payment, PaymentMethod
from marketplace.billing.payments_received import bounce, record_payment, use_credit
from marketplace.billing.queries import (
    accounts,
    facilities_visible_to,
    payments_visible_to,
    remaining_cents,
    visible_to,
    with_figures,
)
from marketplace.billing.rules import InvoiceState
from marketplace.billing.texts import method_word
from marketplace.billing.views.blueprint import pages
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import Invalid, dollars, local_day, now
from marketplace.web import asked_number, get_or_404, page_of


@pages.get("/payments", may=Permission.INVOICE_SEE)
def payments() -> str:
    """Every payment, the newest first."""
    person = current_person()
    page = page_of(payments_visible_to(person).order_by(Payment.id.desc()))
    return render_template(
        "billing/payments.html", page=page, method_word=method_word, may_record=person.may(Permission.PAYMENT_RECORD)
    )


@pages.form("/payments/new", may=Permission.PAYMENT_RECORD, fresh=True)
def new_payment() -> Any:
    """Record a check, ACH transfer or wire that is in the bank."""
    form = PaymentForm(data=_suggested())
    open_invoices = accounts(
        session.execute(
            with_figures(
                visible_to(current_person())
                .where(Invoice.state == InvoiceState.ISSUED, remaining_cents() > 0)
                .order_by(Invoice.due_on, Invoice.id)
            )
        ),
        now(),
    )
    places = {place.id: place for place in session.scalars(facilities_visible_to(current_person()))}
    form.facility.choices = [("", _("Choose a facility")), *((key, place.name) for key, place in places.items())]
    form.invoice.choices = [
        ("", _("What is due first; what is over is kept as credit")),
        *(
            (
                account.invoice.id,
                f"{account.invoice.number} · {account.invoice.facility.name} · {dollars(account.remaining)}",
            )
            for account in open_invoices
        ),
    ]
    if form.validate_on_submit():
        invoice = next((a.invoice for a in open_invoices if a.invoice.id == form.invoice.data), None)
        try:
            payment = _record(form, places[int(form.facility.data or 0)], invoice)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(
                _(
                    "%(amount)s from %(facility)s recorded.",
                    amount=dollars(payment.amount_cents),
                    facility=payment.facility.name,
                )
            )
            return redirect(url_for(".payment", payment_id=payment.id), 303)
    return render_template("billing/new_payment.html", form=form), 422 if form.is_submitted() else 200


def _suggested() -> dict[str, Any]:
    """Coming from an invoice, the form is filled with what is open on it."""
    today = {"received_on": local_day(now(), settings().agency_time_zone)}
    key = asked_number("invoice")
    if request.method == "POST" or key is None:
        return today
    rows = session.execute(with_figures(visible_to(current_person()).where(Invoice.id == key)))
    for account in accounts(rows, now()):
        return {
            **today,
            "facility": account.invoice.facility_id,
            "invoice": account.invoice.id,
            "amount": account.remaining,
        }
    return today


def _record(form: PaymentForm, place: Facility, invoice: Invoice | None) -> Payment:
    if invoice is not None and invoice.facility_id != place.id:
        raise Invalid(_("This invoice belongs to another facility."), "invoice")
    return record_payment(
        place,
        form.amount.data,
        PaymentMethod(str(form.method.data)),
        form.received_on.data,
        form.reference.data,
        current_person(),
        now(),
        invoice,
    )


@pages.get("/payments/<int:payment_id>", may=Permission.INVOICE_SEE)
def payment(payment_id: int) -> str:
    """One payment: what it settled, what was kept as credit."""
    person = current_person()
    found = get_or_404(payments_visible_to(person), payment_id)
    settled = sum(allocation.amount_cents for allocation in found.allocations)
    return render_template(
        "billing/payment.html",
        payment=found,
        over=found.amount_cents - settled,
        method_word=method_word,
        may_bounce=person.may(Permission.PAYMENT_RECORD)
        and found.bounced_at is None
        and found.method is not PaymentMethod.CREDIT_BALANCE,
        trail=session.scalars(trail_of(person, "payment", found.id).limit(20)).all(),
    )


@pages.form("/payments/<int:payment_id>/bounce", may=Permission.PAYMENT_RECORD, fresh=True)
def bounced(payment_id: int) -> Any:
    """Say that a payment did not clear."""
    found = get_or_404(payments_visible_to(current_person()), payment_id)
    form = BounceForm()
    if not form.validate_on_submit():
        page = render_template("billing/bounce.html", payment=found, form=form, method_word=method_word)
        return page, 422 if form.is_submitted() else 200
    bounce(found, form.reason.data, current_person(), now())
    flash(_("%(amount)s is owed again.", amount=dollars(found.amount_cents)))
    return redirect(url_for(".payment", payment_id=found.id), 303)


@pages.post("/<int:invoice_id>/credit-use", may=Permission.PAYMENT_RECORD, fresh=True)
def credit_use(invoice_id: int) -> Any:
    """Settle an invoice from the facility's credit."""
    invoice = get_or_404(visible_to(current_person()), invoice_id)
    used = use_credit(invoice, current_person(), now())
    flash(_("%(amount)s of credit used for %(number)s.", amount=dollars(used.amount_cents), number=invoice.number))
    return redirect(url_for(".invoice", invoice_id=invoice.id), 303)
