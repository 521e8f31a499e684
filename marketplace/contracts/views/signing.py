"""Sending, signing, activating and ending an agreement."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.contracts import signing
from marketplace.contracts.forms import EndForm, SignForm
from marketplace.contracts.policy import check_may_sign
from marketplace.contracts.views.agreement_page import agreement_page
from marketplace.contracts.views.blueprint import pages
from marketplace.contracts.views.finding import agreement_to_change
from marketplace.kernel import Invalid, now
from marketplace.web.middleware.proxies import visitor_address


@pages.post("/<int:agreement_id>/sending", may=Permission.CONTRACT_MANAGE)
def send(agreement_id: int) -> ResponseReturnValue:
    agreement = agreement_to_change(agreement_id)
    signing.send(agreement, current_person(), now())
    flash(_("Sent to %(party)s for signature.", party=agreement.party))
    return redirect(url_for(".show", agreement_id=agreement.id), 303)


@pages.post("/<int:agreement_id>/withdrawal", may=Permission.CONTRACT_MANAGE)
def withdraw(agreement_id: int) -> ResponseReturnValue:
    agreement = agreement_to_change(agreement_id)
    signing.withdraw(agreement, current_person())
    flash(_("Withdrawn. It is a draft again."))
    return redirect(url_for(".show", agreement_id=agreement.id), 303)


@pages.post("/<int:agreement_id>/signature", may=Permission.CONTRACT_SIGN, fresh=True)
def sign(agreement_id: int) -> ResponseReturnValue:
    """The other side has read the text and types a name under it."""
    agreement = agreement_to_change(agreement_id)
    person = current_person()
    check_may_sign(person, agreement)
    form = SignForm()
    if form.validate():
        try:
            signing.sign(agreement, form.name.data, person, now(), visitor_address() or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Signed. The agency puts it in force next, and you will be told."))
            return redirect(url_for(".show", agreement_id=agreement.id), 303)
    return agreement_page(agreement, signature=form), 422


@pages.post("/<int:agreement_id>/activation", may=Permission.CONTRACT_MANAGE)
def activate(agreement_id: int) -> ResponseReturnValue:
    agreement = agreement_to_change(agreement_id)
    before = signing.activate(agreement, current_person(), now())
    flash(
        _("In force. Agreement %(number)s is superseded.", number=before.id)
        if before
        else _("In force with %(party)s.", party=agreement.party)
    )
    return redirect(url_for(".show", agreement_id=agreement.id), 303)


@pages.post("/<int:agreement_id>/termination", may=Permission.CONTRACT_MANAGE)
def terminate(agreement_id: int) -> ResponseReturnValue:
    agreement = agreement_to_change(agreement_id)
    form = EndForm()
    if form.validate():
        try:
            signing.terminate(agreement, form.reason.data, current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Terminated. %(party)s was told.", party=agreement.party))
            return redirect(url_for(".show", agreement_id=agreement.id), 303)
    return agreement_page(agreement, ending=form), 422
