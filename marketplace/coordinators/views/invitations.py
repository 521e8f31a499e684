"""Registering and inviting a coordinator."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.invitations import invite, sent_in_words, take_back
from marketplace.accounts.permissions import Permission, Role
from marketplace.accounts.queries import agency
from marketplace.coordinators.forms import NewCoordinatorForm
from marketplace.coordinators.queries import invitations_of, visible_to
from marketplace.coordinators.registration import register_coordinator
from marketplace.coordinators.views.blueprint import pages
from marketplace.kernel import Invalid, now
from marketplace.web import get_or_404


@pages.form("/coordinators/new", may=Permission.COORDINATOR_MANAGE, fresh=True)
def new() -> ResponseReturnValue:
    """Register a coordinator and invite them."""
    form = NewCoordinatorForm(country="US", time_zone="America/New_York")
    form.offer()
    if form.validate_on_submit():
        person, at = current_person(), now()
        try:
            coordinator = register_coordinator(form.draft(), at, by=person)
            made = invite(
                coordinator.person.email, form.name.data, Role.COORDINATOR, agency(), coordinator.id, by=person, at=at
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(str(sent_in_words(made)))
            return redirect(url_for(".show", coordinator_id=coordinator.id), 303)
    page = render_template("coordinators/new.html", form=form)
    return page, 422 if form.is_submitted() else 200


@pages.post("/coordinators/<int:coordinator_id>/invitations", may=Permission.COORDINATOR_MANAGE, fresh=True)
def invitation(coordinator_id: int) -> ResponseReturnValue:
    """Send another invitation; the link in an older one stops working."""
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    made = invite(
        coordinator.person.email,
        coordinator.name,
        Role.COORDINATOR,
        agency(),
        coordinator.id,
        by=current_person(),
        at=now(),
    )
    flash(str(sent_in_words(made)))
    return redirect(url_for(".show", coordinator_id=coordinator.id), 303)


@pages.post(
    "/coordinators/<int:coordinator_id>/invitations/<int:invitation_id>/withdrawal", may=Permission.COORDINATOR_MANAGE
)
def withdraw(coordinator_id: int, invitation_id: int) -> ResponseReturnValue:
    """The link in the letter is dead."""
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    found = get_or_404(invitations_of(coordinator.id), invitation_id)
    take_back(found, by=current_person(), at=now())
    flash(_("The invitation of %(name)s is withdrawn: its link is dead.", name=found.name))
    return redirect(url_for(".show", coordinator_id=coordinator_id), 303)
