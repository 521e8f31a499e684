"""Editing a draft, and amending an active agreement."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.contracts import drafting
from marketplace.contracts.forms import BaaForm, TermsForm, terms_fields
from marketplace.contracts.models import AgreementKind
from marketplace.contracts.views.blueprint import pages
from marketplace.contracts.views.finding import agreement_to_change, visible_agreement
from marketplace.kernel import Invalid, now
from marketplace.web import check_version


@pages.form("/<int:agreement_id>/edit", may=Permission.CONTRACT_MANAGE)
def edit(agreement_id: int) -> ResponseReturnValue:
    agreement = visible_agreement(agreement_id)
    agreement.check_draft()
    master = agreement.kind is AgreementKind.MASTER
    form = TermsForm(data=terms_fields(agreement)) if master else BaaForm(obj=agreement)
    if form.validate_on_submit():
        check_version(agreement, form.posted_version)
        try:
            if isinstance(form, TermsForm):
                terms = form.terms()
            else:
                terms = drafting.AgreementTerms(
                    effective_from=form.effective_from.data, effective_until=form.effective_until.data
                )
            drafting.rewrite(agreement, terms, current_person())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved."))
            return redirect(url_for(".show", agreement_id=agreement.id), 303)
    party = agreement.facility or agreement.coordinator
    page = render_template("contracts/terms.html", form=form, party=party, kind=agreement.kind, agreement=agreement)
    return page, 422 if form.errors else 200


@pages.post("/<int:agreement_id>/amendment", may=Permission.CONTRACT_MANAGE)
def amend(agreement_id: int) -> ResponseReturnValue:
    made = drafting.amend(agreement_to_change(agreement_id), now(), current_person())
    flash(_("A new version as a draft. The present one holds until this one is active."))
    return redirect(url_for(".show", agreement_id=made.id), 303)
