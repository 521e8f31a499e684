"""The agency edits a coordinator's profile."""

from dataclasses import replace

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import update

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Invitation
from marketplace.accounts.permissions import Permission
from marketplace.accounts.queries import person_by_email
from marketplace.audit.recording import record
from marketplace.coordinators.forms import CoordinatorForm, as_shown
from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.queries import visible_to, with_details
from marketplace.coordinators.registration import amend_coordinator
from marketplace.coordinators.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import Invalid, Phrase, now
from marketplace.web import check_version, get_or_404


@pages.form("/coordinators/<int:coordinator_id>/edit", may=Permission.COORDINATOR_MANAGE)
def edit(coordinator_id: int) -> ResponseReturnValue:
    """What she says about herself, and where she works from; name and address while she has no account."""
    coordinator = get_or_404(with_details(visible_to(current_person())), coordinator_id)
    form = CoordinatorForm(data=as_shown(coordinator))
    form.offer(coordinator)
    hers = coordinator.person.password is not None
    if hers:
        del form.name, form.email
    if form.validate_on_submit():
        check_version(coordinator, form.posted_version)
        try:
            changed = _amend(coordinator, form, hers)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved. What is booked stays booked.") if changed else _("Nothing was different."))
            return redirect(url_for(".show", coordinator_id=coordinator.id), 303)
    page = render_template("coordinators/edit.html", form=form, coordinator=coordinator)
    return page, 422 if form.is_submitted() else 200


def _amend(coordinator: Coordinator, form: CoordinatorForm, hers: bool) -> bool:
    person = current_person()
    about = replace(form.draft(coordinator), country=str(form.country.data), work_state=form.work_state.data or "")
    moved = False
    if not hers:
        about = replace(about, name=form.name.data)
        moved = _correct_address(coordinator, form.email.data)
    return bool(amend_coordinator(coordinator, about, by=person)) or moved


def _correct_address(coordinator: Coordinator, email: str) -> bool:
    """The address she is to be invited at; what was sent to the wrong one is dead."""
    owner = coordinator.person
    if email.casefold() == owner.email.casefold():
        return False
    if person_by_email(email) is not None:
        raise Invalid("Somebody else has this address.", "email")
    owner.email = email
    session.execute(
        update(Invitation)
        .where(
            Invitation.coordinator_id == coordinator.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=now())
        .execution_options(synchronize_session=False)
    )
    record(
        "correct address",
        coordinator,
        Phrase("The e-mail address of %(name)s was corrected.", name=owner.name),
        by=current_person(),
    )
    return True
