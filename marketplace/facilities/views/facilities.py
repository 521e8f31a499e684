"""A facility as the agency sees it; editing, pausing and resuming."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.accounts.queries import memberships_in
from marketplace.accounts.texts import role_name
from marketplace.audit.models import AuditEntry
from marketplace.audit.queries import visible_to as trail_visible_to
from marketplace.audit.recording import record
from marketplace.db import session
from marketplace.facilities.forms import FacilityForm, as_shown, systems
from marketplace.facilities.policy import may_change
from marketplace.facilities.queries import invitations_to, visible_to, with_details
from marketplace.facilities.registration import amend_facility
from marketplace.facilities.rules import LIFE
from marketplace.facilities.texts import kind_word, payer_word, state_words
from marketplace.facilities.views.blueprint import pages
from marketplace.kernel import Invalid, Phrase, now
from marketplace.web import check_version, get_or_404

TRAIL = 10


@pages.get("/facilities/<int:facility_id>", may=Permission.AGENCY_DESK)
def show(facility_id: int) -> str:
    """Everything the agency knows about a facility."""
    person, at = current_person(), now()
    facility = get_or_404(with_details(visible_to(person)), facility_id)
    trail = trail_visible_to(person).where(AuditEntry.facility_id == facility.id).limit(TRAIL)
    return render_template(
        "facilities/show.html",
        facility=facility,
        acts=LIFE.acts(facility.state) if may_change(person, facility) else (),
        may_change=may_change(person, facility),
        members=session.scalars(memberships_in(facility.id)).all(),
        invitations=session.scalars(invitations_to(facility.id)).all(),
        trail=session.scalars(trail).all(),
        kind_word=kind_word,
        payer_word=payer_word,
        role_name=role_name,
        states=state_words(),
        at=at,
    )


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
