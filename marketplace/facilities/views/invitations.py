"""Inviting owners of a facility."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.invitations import invite, sent_in_words, take_back
from marketplace.accounts.models import Invitation, Organisation
from marketplace.accounts.permissions import Permission, Role
from marketplace.db import session
from marketplace.facilities.forms import OwnerForm
from marketplace.facilities.queries import invitations_to, visible_to
from marketplace.facilities.views.blueprint import pages
from marketplace.kernel import Invalid, now
from marketplace.web import get_or_404


@pages.form("/facilities/<int:facility_id>/invitations", may=Permission.FACILITY_MANAGE, fresh=True)
def invitation(facility_id: int) -> ResponseReturnValue:
    """Invite a (further) owner."""
    facility = get_or_404(visible_to(current_person()), facility_id)
    form = OwnerForm(data=_invited(facility.id) or {"name": facility.contact_name, "email": facility.contact_email})
    if form.validate_on_submit():
        organisation = session.get_one(Organisation, facility.id)
        try:
            made = invite(
                form.email.data, form.name.data, Role.FACILITY_OWNER, organisation, by=current_person(), at=now()
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(str(sent_in_words(made)))
            return redirect(url_for(".show", facility_id=facility.id), 303)
    page = render_template("facilities/invite.html", form=form, facility=facility)
    return page, 422 if form.is_submitted() else 200


def _invited(facility_id: int) -> dict[str, str]:
    """Whoever was invited as its owner and has not come."""
    owners = invitations_to(facility_id).where(Invitation.role == Role.FACILITY_OWNER)
    waiting = session.scalars(owners.limit(1)).first()
    return {"name": waiting.name, "email": waiting.email} if waiting else {}


@pages.post(
    "/facilities/<int:facility_id>/invitations/<int:invitation_id>/letters", may=Permission.FACILITY_MANAGE, fresh=True
)
def send_again(facility_id: int, invitation_id: int) -> ResponseReturnValue:
    """A new letter; the link in the old one is dead."""
    found = _invitation(facility_id, invitation_id)
    invite(found.email, found.name, found.role, found.organisation, by=current_person(), at=now())
    flash(_("A new letter to %(name)s is on its way; the link in the old one is dead.", name=found.name))
    return redirect(url_for(".show", facility_id=facility_id), 303)


@pages.post("/facilities/<int:facility_id>/invitations/<int:invitation_id>/withdrawal", may=Permission.FACILITY_MANAGE)
def withdraw(facility_id: int, invitation_id: int) -> ResponseReturnValue:
    """The link in the letter is dead."""
    found = _invitation(facility_id, invitation_id)
    take_back(found, by=current_person(), at=now())
    flash(_("The invitation of %(name)s is withdrawn: its link is dead.", name=found.name))
    return redirect(url_for(".show", facility_id=facility_id), 303)


def _invitation(facility_id: int, invitation_id: int) -> Invitation:
    facility = get_or_404(visible_to(current_person()), facility_id)
    return get_or_404(invitations_to(facility.id), invitation_id)
