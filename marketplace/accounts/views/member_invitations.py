"""Inviting somebody to the organization, and taking an invitation back."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.forms import InviteForm
from marketplace.accounts.invitations import invite, sent_in_words, take_back
from marketplace.accounts.permissions import Permission, Role
from marketplace.accounts.queries import open_invitations
from marketplace.accounts.views.members import own_organisation, pages
from marketplace.kernel import Invalid, now
from marketplace.web import get_or_404


@pages.form("/invitations", may=Permission.MEMBER_MANAGE, fresh=True)
def invitation() -> Any:
    organisation = own_organisation()
    form = InviteForm()
    form.offer(organisation)
    if form.validate_on_submit():
        try:
            made = invite(
                form.email.data, form.name.data, Role(str(form.role.data)), organisation, by=current_person(), at=now()
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(str(sent_in_words(made)))
            return redirect(url_for("members.index"), 303)
    page = render_template("accounts/invite.html", form=form, organisation=organisation)
    return page, 422 if form.errors else 200


@pages.post("/invitations/<int:invitation_id>/withdrawal", may=Permission.MEMBER_MANAGE)
def withdraw(invitation_id: int) -> Any:
    found = get_or_404(open_invitations(own_organisation().id, now()), invitation_id)
    take_back(found, by=current_person(), at=now())
    flash(_("The invitation of %(name)s is withdrawn: its link is dead.", name=found.name))
    return redirect(url_for("members.index"), 303)


@pages.post("/invitations/<int:invitation_id>/letters", may=Permission.MEMBER_MANAGE, fresh=True)
def send_again(invitation_id: int) -> Any:
    found = get_or_404(open_invitations(own_organisation().id, now()), invitation_id)
    invite(found.email, found.name, found.role, found.organisation, by=current_person(), at=now())
    flash(_("A new letter to %(name)s is on its way; the link in the old one is dead.", name=found.name))
    return redirect(url_for("members.index"), 303)
