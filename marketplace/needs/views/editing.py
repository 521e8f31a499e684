"""Changing a draft, or what a posted need asks for."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.recording import record
from marketplace.kernel import Invalid, JoinedList, Phrase, now
from marketplace.needs.forms import RequirementsForm, fields_of
from marketplace.needs.models import Need
from marketplace.needs.policy import check_still_changeable
from marketplace.needs.posting import save_draft
from marketplace.needs.quoting import draft_of
from marketplace.needs.rules import NeedState
from marketplace.needs.views.finding import need_to_change
from marketplace.needs.views.needs import pages
from marketplace.needs.views.posting import catalogue, need_form, page
from marketplace.web import check_version


@pages.form("/<int:need_id>/edit", may=Permission.NEED_POST)
def edit(need_id: int) -> ResponseReturnValue:
    """A draft as a whole; of a posted need what is asked for and the notes."""
    need = need_to_change(need_id)
    if need.state is NeedState.DRAFT:
        return _edit_draft(need)
    check_still_changeable(need)
    offered = catalogue()
    form = RequirementsForm(data=fields_of(draft_of(need), ()))
    form.offer_requirements(offered, need.facility, need)
    if form.validate_on_submit():
        check_version(need, form.posted_version)
        asked = {
            name: list(value) if isinstance(value, tuple) else value for name, value in form.requirements().items()
        }
        changed = [name for name, value in asked.items() if getattr(need, name) != value]
        for name in changed:
            setattr(need, name, asked[name])
        if changed:
            with force_locale("en"):  # the label's own text, to be read in the language of whoever reads the trail
                labels = [Phrase(str(form[name].label.text)) for name in changed]
            record("change", need, Phrase("Changed: %(what)s.", what=JoinedList(labels, ", ")), by=current_person())
        flash(_("Saved. Who is already booked stays booked.") if changed else _("Nothing was different."))
        return redirect(url_for("coverage.show", need_id=need.id), 303)
    return render_template("needs/edit.html", form=form, need=need), 422 if form.is_submitted() else 200


def _edit_draft(need: Need) -> ResponseReturnValue:
    person, at = current_person(), now()
    form = need_form(need.facility, catalogue(), draft_of(need), need)
    if form.validate_on_submit():
        check_version(need, form.posted_version)
        try:
            save_draft(form.draft(need.facility), person, at, need)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved as a draft. Nobody is asked until you post it."))
            return redirect(url_for("coverage.show", need_id=need.id), 303)
    return page(need.facility, form, person, at, need=need), 422 if form.is_submitted() else 200
