"""Accepting an invitation: as the person who is signed in, with the account of the invited address, or with a new one."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts.authentication import sign_in
from marketplace.accounts.authentication.reauthentication import person_with_password
from marketplace.accounts.authentication.sign_in import current_person_or_none
from marketplace.accounts.forms import AcceptForm, ConfirmForm
from marketplace.accounts.invitations import accept_as, accept_as_new, look_at_invitation
from marketplace.accounts.models import Invitation
from marketplace.accounts.queries import person_by_email
from marketplace.accounts.texts import role_name
from marketplace.accounts.views.blueprint import pages
from marketplace.kernel import Invalid, now
from marketplace.web import PUBLIC
from marketplace.web.forms import Form
from marketplace.web.middleware.proxies import visitor_address


@pages.form("/invitations/<token>", may=PUBLIC)
def accept_invitation(token: str) -> Any:
    """Three ways in: as whoever is signed in, with the account of the invited address, or with a new one."""
    invitation = look_at_invitation(token, now())
    present = current_person_or_none()
    if present is not None and present.email.casefold() == invitation.email.casefold():
        form: Form = Form()
        if form.validate_on_submit():
            membership = accept_as(present, token, now())
            sign_in.switch_to(membership)
            flash(_("You now belong to %(organisation)s.", organisation=invitation.organisation.name))
            return redirect(url_for(".welcome"), 303)
        return _invitation_page(invitation, form, "signed_in")
    known = person_by_email(invitation.email)
    if known is not None and known.password is not None:
        return _accept_with_account(token, invitation)
    return _accept_as_new(token, invitation)


def _accept_with_account(token: str, invitation: Invitation) -> Any:
    form = ConfirmForm()
    if form.validate_on_submit():
        person = person_with_password(invitation.email, form.password.data, visitor_address(), now())
        if person is not None:
            membership = accept_as(person, token, now())
            sign_in.sign_in(person, membership)
            return redirect(url_for(".second_factor" if person.totp_seed is not None else ".welcome"), 303)
        form.refuse(_("This is not the password, or there were too many tries. Wait a few minutes."), "password")
    return _invitation_page(invitation, form, "account")


def _accept_as_new(token: str, invitation: Invitation) -> Any:
    form = AcceptForm(name=invitation.name)
    if form.validate_on_submit():
        try:
            person, membership = accept_as_new(token, form.name.data, form.password.data, now())
        except Invalid as error:
            form.refuse(error)
        else:
            sign_in.sign_in(person, membership)
            flash(_("Welcome. You now belong to %(organisation)s.", organisation=invitation.organisation.name))
            return redirect(url_for(".welcome"), 303)
    return _invitation_page(invitation, form, "new")


def _invitation_page(invitation: Invitation, form: Form, way: str) -> Any:
    page = render_template(
        "accounts/invitation.html", invitation=invitation, form=form, way=way, role=role_name(invitation.role)
    )
    return page, 422 if form.errors else 200
