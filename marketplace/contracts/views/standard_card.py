"""The agency's standard card, where every new contract starts."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.permissions import Permission
from marketplace.catalogue.models import ServiceLine
from marketplace.catalogue.queries import service_lines
from marketplace.contracts.forms import StandardForm
from marketplace.contracts.models import StandardRate
from marketplace.contracts.queries import standard_card
from marketplace.contracts.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import Invalid, named


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
            raise Invalid("%(work)s: %(sentence)s", work=named(line), sentence=error.phrase) from error
        session.add(row)
