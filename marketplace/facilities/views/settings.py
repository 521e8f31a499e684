"""A facility's own settings."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.facilities.forms import FactsForm, as_shown, systems
from marketplace.facilities.readiness import look_again
from marketplace.facilities.registration import amend_facility
from marketplace.facilities.views.blueprint import pages
from marketplace.facilities.views.finding import own_facility
from marketplace.kernel import Invalid, now
from marketplace.web import check_version


@pages.form("/settings", may=Permission.FACILITY_SETTINGS)
def settings() -> ResponseReturnValue:
    """The facts and sites of a facility. Saving confirms them."""
    facility = own_facility()
    form = FactsForm(data=as_shown(facility))
    form.offer(facility)
    if form.validate_on_submit():
        check_version(facility, form.posted_version)
        try:
            changed = amend_facility(facility, form.draft(facility.npi, facility.name), by=current_person())
        except Invalid as error:
            form.refuse(error)
        else:
            first_time = facility.facts_confirmed_at is None
            facility.facts_confirmed_at = now()
            look_again(facility)
            flash(_("Saved.") if changed else _("Nothing was different; the facts are confirmed."))
            return redirect(url_for("onboarding.welcome") if first_time else url_for(".settings"), 303)
    page = render_template(
        "facilities/settings.html",
        form=form,
        facility=facility,
        systems=systems([facility.ehr]),
        may_manage_members=current_person().may(Permission.MEMBER_MANAGE),
    )
    return page, 422 if form.is_submitted() else 200
