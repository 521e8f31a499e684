"""Somebody's own account: its overview, their name, and the organization they work for."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.audit_hook import record
from marketplace.accounts.authentication import second_factor, sign_in
from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.forms import NameForm
from marketplace.accounts.permissions import Permission
from marketplace.accounts.texts import role_name
from marketplace.accounts.views.blueprint import pages
from marketplace.accounts.views.first_page import first_page
from marketplace.kernel import NotFound, Phrase
from marketplace.web import SIGNED_IN


@pages.get("/account", may=SIGNED_IN)
def account() -> str:
    person = current_person()
    return render_template(
        "accounts/account.html",
        me=person,
        memberships=[(m, role_name(m.role)) for m in person.memberships if m.active],
        manages=person.may(Permission.MEMBER_MANAGE),
        factor_required=second_factor.required_of(person) and sign_in.settings().require_second_factor,
    )


@pages.form("/account/name", may=SIGNED_IN)
def name() -> Any:
    person = current_person()
    form = NameForm(obj=person)
    if form.validate_on_submit():
        before, person.name = person.name, form.name.data
        record(
            "changed name",
            person,
            Phrase("%(before)s is now called %(name)s.", before=before, name=person.name),
            person,
        )
        flash(_("Your name is now %(name)s.", name=person.name))
        return redirect(url_for(".account"), 303)
    return render_template("accounts/name.html", form=form), 422 if form.errors else 200


@pages.post("/account/organisation", may=SIGNED_IN)
def switch_organisation() -> Any:
    """Work for another of the organisations one belongs to."""
    asked = request.form.get("membership", "")
    membership = next((m for m in current_person().memberships if m.active and str(m.id) == asked), None)
    if membership is None:
        raise NotFound(_("You do not belong there."))
    sign_in.switch_to(membership)
    return redirect(first_page(), 303)
