"""Statements of account: what is open and for how long, as of any past day."""

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.billing.ageing import Statement, last_credit_notes, last_payments, statement
from marketplace.billing.queries import facilities_visible_to
from marketplace.billing.rules import ageing_bucket
from marketplace.billing.texts import ageing_word, method_word, standing_word
from marketplace.billing.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import NotFound, local_day, now, plain_dollars
from marketplace.web import asked_day, asked_number, csv_download, get_or_404


@pages.get("/statements", may=Permission.INVOICE_SEE)
def statements() -> str | AnyResponse:
    """The agency chooses a facility; a facility has only its own."""
    person = current_person()
    if person.facility_id is not None:
        return redirect(url_for(".account", facility_id=person.facility_id), 303)
    chosen = asked_number("facility")
    if chosen is not None:
        return redirect(url_for(".account", facility_id=chosen), 303)
    return render_template("billing/statements.html", facilities=session.scalars(facilities_visible_to(person)).all())


def _statement(facility_id: int) -> Statement:
    facility = get_or_404(facilities_visible_to(current_person()), facility_id)
    today = local_day(now(), facility.time_zone)
    day = asked_day("on") or today
    if day > today:
        raise NotFound(_("A statement is about a day that is over. Choose a day that has come."))
    return statement(facility, day)


@pages.get("/statements/<int:facility_id>", may=Permission.INVOICE_SEE)
def account(facility_id: int) -> str:
    """The amounts a facility owes, by age."""
    found = _statement(facility_id)
    return render_template(
        "billing/statement.html",
        statement=found,
        payments=last_payments(found.facility, found.day),
        credit_notes=last_credit_notes(found.facility, found.day),
        ageing_word=ageing_word,
        bucket=ageing_bucket,
        method_word=method_word,
        standing_word=standing_word,
        today=local_day(now(), found.facility.time_zone),
    )


@pages.get("/statements/<int:facility_id>/list.csv", may=Permission.INVOICE_SEE)
def account_csv(facility_id: int) -> Response:
    """The same for a spreadsheet."""
    found = _statement(facility_id)
    return csv_download(
        f"statement-{found.day}",
        ("invoice", "issued_on", "due_on", "days_late", "ageing", "total_usd", "open_usd"),
        (
            (
                row.invoice.number,
                row.invoice.issued_on,
                row.invoice.due_on,
                max(0, row.days_late),
                ageing_bucket(row.days_late).value,
                plain_dollars(row.invoice.total_cents),
                plain_dollars(row.remaining),
            )
            for row in found.open
        ),
    )
