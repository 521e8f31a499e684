"""Registering a facility and inviting its owner."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.invitations import invite
from marketplace.accounts.permissions import Permission, Role
from marketplace.facilities.forms import NewFacilityForm, systems
from marketplace.facilities.registration import register_facility
from marketplace.facilities.views.blueprint import pages
from marketplace.kernel import Invalid, now


@pages.form("/facilities/new", may=Permission.FACILITY_MANAGE, fresh=True)
def new() -> ResponseReturnValue:
    """Register a facility and invite its owner."""
    form = NewFacilityForm()
    form.offer()
    if form.validate_on_submit():
        person, at = current_person(), now()
        try:
            facility = register_facility(form.whole_draft(), at, by=person)
            invite(
                form.contact_email.data,
                form.contact_name.data,
                Role.FACILITY_OWNER,
                facility.organisation,
                by=person,
                at=at,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(
                _(
                    "%(facility)s is registered. The invitation to %(name)s is on its way; it works for 48 hours.",
                    facility=facility.name,
                    name=form.contact_name.data,
                )
            )
            return redirect(url_for(".show", facility_id=facility.id), 303)
    page = render_template("facilities/new.html", form=form, systems=systems())
    return page, 422 if form.is_submitted() else 200
