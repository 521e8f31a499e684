"""The rate card of an agreement, and the agency's standard card."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.recording import record
from marketplace.catalogue.models import ServiceLine
from marketplace.catalogue.queries import service_lines
from marketplace.contracts import drafting
from marketplace.contracts.drafting import CardRow
from marketplace.contracts.forms import StandardForm
from marketplace.contracts.models import Agreement, StandardRate
from marketplace.contracts.queries import standard_card, visible_to, with_details
from marketplace.contracts.rules import complete_rate
from marketplace.contracts.views.agreement_page import agreement_page, agreement_to_change, percent, rate_form
from marketplace.contracts.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import Invalid, Named, Phrase, parsing
from marketplace.web import get_or_404


@pages.post("/<int:agreement_id>/rates", may=Permission.CONTRACT_MANAGE)
def put_rate(agreement_id: int) -> ResponseReturnValue:
    """Add a rate, or change one from a day on: the old one ends the day before."""
    agreement = agreement_to_change(agreement_id)
    form = rate_form()
    if form.validate():
        try:
            row = form.row()
            drafting.change_rate(agreement, row, current_person())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(
                _(
                    "Saved: the markup is %(markup)s %%.",
                    markup=percent(complete_rate(row.bill_cents, row.pay_cents).markup),
                )
            )
            return _to_card(agreement)
    session.refresh(agreement)
    return agreement_page(agreement, rate=form), 422


@pages.post("/<int:agreement_id>/rates/<int:rate_id>/removal", may=Permission.CONTRACT_MANAGE)
def remove_rate(agreement_id: int, rate_id: int) -> ResponseReturnValue:
    agreement = agreement_to_change(agreement_id)
    drafting.remove_rate(agreement, rate_id, current_person())
    flash(_("The rate is off the card."))
    return _to_card(agreement)


@pages.post("/<int:agreement_id>/standard-card", may=Permission.CONTRACT_MANAGE)
def take_standard(agreement_id: int) -> ResponseReturnValue:
    """Put the agency's own card in place of what stands there."""
    agreement = agreement_to_change(agreement_id)
    drafting.put_card(agreement, [CardRow(row.service_line, row.bill_cents, row.pay_cents) for row in standard_card()])
    record("rate", agreement, Phrase("The card is the agency's standard one."), by=current_person())
    flash(_("The agency's standard card is in place."))
    return _to_card(agreement)


@pages.post("/<int:agreement_id>/copied-card", may=Permission.CONTRACT_MANAGE)
def copy_card(agreement_id: int) -> ResponseReturnValue:
    """Put another contract's card in place of what stands there."""
    agreement = agreement_to_change(agreement_id)
    chosen = request.form.get("source", "")
    source = get_or_404(with_details(visible_to(current_person())), parsing.key(chosen) or 0)
    count = drafting.copy_card(agreement, source, current_person())
    flash(_("%(count)s rates copied from %(party)s.", count=count, party=source.party))
    return _to_card(agreement)


@pages.form("/standard-card", may=Permission.CONTRACT_MANAGE)
def standard() -> ResponseReturnValue:
    """The agency's own card: where every new contract starts. Contracts that exist do not change with it."""
    lines = service_lines()
    rows = {row.service_line: row for row in standard_card()}
    forms = {
        line.code: StandardForm(prefix=f"{line.code}-", data=_standard_fields(rows.get(line.code))) for line in lines
    }
    wrong = False
    if request.method == "POST":
        wrong = False in [form.validate() for form in forms.values()]  # every one, so that every error shows
        if not wrong:
            try:
                _write_standard(lines, rows, forms)
            except Invalid as error:
                wrong = True
                flash(error.sentence, "error")
        if not wrong:
            flash(_("The standard card is saved. Contracts that exist keep their rates."))
            return redirect(url_for(".standard"), 303)
    page = render_template("contracts/standard.html", lines=lines, forms=forms, wrong=wrong)
    return page, 422 if wrong else 200


def _standard_fields(row: StandardRate | None) -> dict[str, int]:
    return {"bill": row.bill_cents, "pay": row.pay_cents} if row else {}


def _write_standard(lines: list[ServiceLine], rows: dict[str, StandardRate], forms: dict[str, StandardForm]) -> None:
    for line in lines:
        row = rows.get(line.code)
        if row is None:
            row = StandardRate(service_line=line.code)
        try:
            forms[line.code].write_to(row)
        except Invalid as error:
            forms[line.code].refuse(error)
            raise Invalid(
                "%(work)s: %(sentence)s", work=Named(line.name, line.name_es), sentence=error.phrase
            ) from error
        session.add(row)


def _to_card(agreement: Agreement) -> ResponseReturnValue:
    return redirect(url_for(".show", agreement_id=agreement.id, _anchor="card"), 303)
