"""Drafting an agreement: its terms, once it is said with whom."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.contracts import drafting
from marketplace.contracts.forms import BaaForm, TermsForm, standard_terms_fields
from marketplace.contracts.models import AgreementKind, Party
from marketplace.contracts.queries import party
from marketplace.contracts.views.blueprint import pages
from marketplace.facilities.models import Facility
from marketplace.kernel import Invalid, NotFound, local_day, now
from marketplace.web import asked_number, asked_word


@pages.form("/new/terms", may=Permission.CONTRACT_MANAGE)
def draft() -> ResponseReturnValue:
    """The terms of a new agreement with the party in the address; a master begins with the agency's own card."""
    at, person = now(), current_person()
    kind, other_side = _kind_and_party()
    first = local_day(at, other_side.time_zone)
    form = (
        TermsForm(data=standard_terms_fields(first))
        if kind is AgreementKind.MASTER
        else BaaForm(data={"effective_from": first})
    )
    if form.validate_on_submit():
        try:
            if isinstance(form, TermsForm) and isinstance(other_side, Facility):
                made = drafting.draft_master(other_side, form.terms(), at, person)
            else:
                days = {"first": form.effective_from.data, "last": form.effective_until.data}
                made = drafting.draft_baa(other_side, at, person, **days)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Drafted. Only the agency sees it until it is sent."))
            return redirect(url_for(".show", agreement_id=made.id), 303)
    page = render_template("contracts/terms.html", form=form, party=other_side, kind=kind, agreement=None)
    return page, 422 if form.errors else 200


def _kind_and_party() -> tuple[AgreementKind, Party]:
    kind = asked_word("kind", set(AgreementKind))
    found = party(AgreementKind(kind), asked_number("facility"), asked_number("coordinator")) if kind else None
    if found is None:
        raise NotFound(_("There is no such party. Start again from the list of contracts."))
    return AgreementKind(kind), found
