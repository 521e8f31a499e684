"""The rate card of a draft: adding, changing and removing rates; taking a whole card over."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.contracts import rate_card
from marketplace.contracts.rates import complete_rate, percent
from marketplace.contracts.views.agreement_page import agreement_page, rate_form
from marketplace.contracts.views.blueprint import pages
from marketplace.contracts.views.finding import agreement_to_change, visible_agreement
from marketplace.db import session
from marketplace.kernel import Invalid, parsing


@pages.post("/<int:agreement_id>/rates", may=Permission.CONTRACT_MANAGE)
def put_rate(agreement_id: int) -> ResponseReturnValue:
    """Add a rate, or change one from a day on: the old one ends the day before."""
    agreement = agreement_to_change(agreement_id)
    form = rate_form()
    if form.validate():
        try:
            row = form.row()
            rate_card.change_rate(agreement, row, current_person())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(
                _(
                    "Saved: the markup is %(markup)s %%.",
                    markup=percent(complete_rate(row.bill_cents, row.pay_cents).markup),
                )
            )
            return _to_card(agreement_id)
    session.refresh(agreement)
    return agreement_page(agreement, rate=form), 422


@pages.post("/<int:agreement_id>/rates/<int:rate_id>/removal", may=Permission.CONTRACT_MANAGE)
def remove_rate(agreement_id: int, rate_id: int) -> ResponseReturnValue:
    agreement = agreement_to_change(agreement_id)
    rate_card.remove_rate(agreement, rate_id, current_person())
    flash(_("The rate is off the card."))
    return _to_card(agreement_id)


@pages.post("/<int:agreement_id>/standard-card", may=Permission.CONTRACT_MANAGE)
def take_standard(agreement_id: int) -> ResponseReturnValue:
    """Put the agency's own card in place of what stands there."""
    agreement = agreement_to_change(agreement_id)
    rate_card.take_standard_card(agreement, current_person())
    flash(_("The agency's standard card is in place."))
    return _to_card(agreement_id)


@pages.post("/<int:agreement_id>/copied-card", may=Permission.CONTRACT_MANAGE)
def copy_card(agreement_id: int) -> ResponseReturnValue:
    """Put another contract's card in place of what stands there."""
    agreement = agreement_to_change(agreement_id)
    chosen = request.form.get("source", "")
    source = visible_agreement(parsing.key(chosen) or 0)
    count = rate_card.copy_card(agreement, source, current_person())
    flash(
        ngettext(
            "%(num)d rate copied from %(party)s.", "%(num)d rates copied from %(party)s.", count, party=source.party
        )
    )
    return _to_card(agreement_id)


def _to_card(agreement_id: int) -> ResponseReturnValue:
    return redirect(url_for(".show", agreement_id=agreement_id, _anchor="card"), 303)
