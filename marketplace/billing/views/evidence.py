"""The evidence behind a line of an invoice: punches, hours, who approved it, and the entry in the books."""

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.billing.queries import (
    line_with_evidence,
    visible_to,
)
from marketplace.billing.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import NotFound
from marketplace.ledger.models import LedgerTransaction
from marketplace.timesheets.models import Punch
from marketplace.web import get_or_404


@pages.get("/<int:invoice_id>/lines/<int:line_id>", may=Permission.INVOICE_SEE)
def line(invoice_id: int, line_id: int) -> str:
    """The evidence for one line: punches, hours, approval, rate, and for the agency the entry in the books."""
    person = current_person()
    found = get_or_404(visible_to(person), invoice_id)
    evidence = line_with_evidence(found, line_id)
    if evidence is None:
        raise NotFound(_("There is no such line on this invoice."))
    segment = evidence.segment
    punches = (
        session.scalars(
            select(Punch).where(Punch.assignment_id == segment.assignment_id).order_by(Punch.at, Punch.id)
        ).all()
        if segment
        else []
    )
    booked = None
    if segment and person.may(Permission.LEDGER_SEE):
        booked = session.scalars(
            select(LedgerTransaction).where(LedgerTransaction.key == f"seg:{segment.id}")
        ).one_or_none()
    return render_template(
        "billing/line.html",
        invoice=found,
        line=evidence,
        segment=segment,
        entry=segment.entry if segment else None,
        approver=segment.approver if segment else None,
        approved_itself=segment.is_unopposed if segment else False,
        punches=punches,
        booked=booked,
        zone=found.facility.time_zone,
    )
