"""With whom a new agreement is made."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.permissions import Permission
from marketplace.contracts.forms import PartyForm
from marketplace.contracts.queries import parties
from marketplace.contracts.views.blueprint import pages
from marketplace.web import asked_number, asked_word

KINDS = ("master", "baa", "baa_coordinator")


@pages.form("/new", may=Permission.CONTRACT_MANAGE)
def new() -> ResponseReturnValue:
    """First with whom; then, at `/new/terms`, what is agreed."""
    asked = asked_word("kind", KINDS) or "master"
    form = PartyForm(
        data={"kind": asked, "facility": asked_number("facility"), "coordinator": asked_number("coordinator")}
    )
    facilities, coordinators = parties()
    form.facility.choices = [("", "–"), *facilities]
    form.coordinator.choices = [("", "–"), *coordinators]
    if form.validate_on_submit():
        with_coordinator = form.kind.data == "baa_coordinator"
        chosen = form.coordinator if with_coordinator else form.facility
        if chosen.data:
            name = "coordinator" if with_coordinator else "facility"
            return redirect(url_for(".draft", kind=str(form.kind.data).partition("_")[0], **{name: chosen.data}), 303)
        form.refuse(_("Choose with whom."), chosen.name)
    kind = form.kind.data if form.kind.data in KINDS else asked
    return render_template("contracts/new.html", form=form, kind=kind), 422 if form.errors else 200
