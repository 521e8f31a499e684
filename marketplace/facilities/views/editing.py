"""Changing a facility's facts; pausing and resuming it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.recording import record
from marketplace.facilities.forms import FacilityForm, as_shown, systems
from marketplace.facilities.queries import visible_to, with_details
from marketplace.facilities.registration import amend_facility
from marketplace.facilities.views.blueprint import pages
from marketplace.kernel import Invalid, Phrase
from marketplace.web import check_version, get_or_404


@pages.form("/facilities/<int:facility_id>/edit", may=Permission.FACILITY_MANAGE)
def edit(facility_id: int) -> ResponseReturnValue:
    """The facts, with name and NPI."""
    facility = get_or_404(with_details(visible_to(current_person())), facility_id)
    form = FacilityForm(data=as_shown(facility))
    form.offer(facility)
    if form.validate_on_submit():
        check_version(facility, form.posted_version)
        try:
            changed = amend_facility(facility, form.whole_draft(), by=current_person())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved.") if changed else _("Nothing was different."))
            return redirect(url_for(".show", facility_id=facility.id), 303)
    page = render_template("facilities/edit.html", form=form, facility=facility, systems=systems([facility.ehr]))
    return page, 422 if form.is_submitted() else 200


@pages.post("/facilities/<int:facility_id>/pause", may=Permission.FACILITY_MANAGE)
def pause(facility_id: int) -> ResponseReturnValue:
    """It asks for nothing new for now."""
    facility = get_or_404(visible_to(current_person()), facility_id)
    facility.pause()
    record("pause", facility, Phrase("%(facility)s was paused.", facility=facility.name), by=current_person())
    flash(_("%(name)s is paused. What is booked stays booked.", name=facility.name))
    return redirect(url_for(".show", facility_id=facility.id), 303)


@pages.post("/facilities/<int:facility_id>/resumption", may=Permission.FACILITY_MANAGE)
def resume(facility_id: int) -> ResponseReturnValue:
    """It posts needs again."""
    facility = get_or_404(visible_to(current_person()), facility_id)
    facility.resume()
    record("resume", facility, Phrase("%(facility)s is active again.", facility=facility.name), by=current_person())
    flash(_("%(name)s is active again.", name=facility.name))
    return redirect(url_for(".show", facility_id=facility.id), 303)
