"""The agency edits a coordinator's profile."""

from dataclasses import replace

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.forms import CoordinatorForm, as_shown
from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.queries import visible_to, with_details
from marketplace.coordinators.registration import amend_coordinator, correct_address
from marketplace.coordinators.views.blueprint import pages
from marketplace.kernel import Invalid, now
from marketplace.web import check_version, get_or_404


@pages.form("/coordinators/<int:coordinator_id>/edit", may=Permission.COORDINATOR_MANAGE)
def edit(coordinator_id: int) -> ResponseReturnValue:
    """The profile and where the work is done from; name and address too while the coordinator has no account."""
    coordinator = get_or_404(with_details(visible_to(current_person())), coordinator_id)
    form = CoordinatorForm(data=as_shown(coordinator))
    form.offer(coordinator)
    has_account = coordinator.person.password is not None
    if has_account:
        del form.name, form.email
    if form.validate_on_submit():
        check_version(coordinator, form.posted_version)
        try:
            changed = _amend(coordinator, form, has_account)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved. What is booked stays booked.") if changed else _("Nothing was different."))
            return redirect(url_for(".show", coordinator_id=coordinator.id), 303)
    page = render_template("coordinators/edit.html", form=form, coordinator=coordinator)
    return page, 422 if form.is_submitted() else 200


def _amend(coordinator: Coordinator, form: CoordinatorForm, has_account: bool) -> bool:
    person = current_person()
    about = replace(form.draft(coordinator), country=str(form.country.data), work_state=form.work_state.data or "")
    moved = False
    if not has_account:
        about = replace(about, name=form.name.data)
        moved = correct_address(coordinator, form.email.data, person, now())
    return bool(amend_coordinator(coordinator, about, by=person)) or moved
