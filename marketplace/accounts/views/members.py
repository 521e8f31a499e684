"""Who belongs to the organisation and as what: for its owners."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.forms import InviteForm, RoleForm
from marketplace.accounts.invitations import invite, take_back
from marketplace.accounts.models import Membership, Organisation
from marketplace.accounts.permissions import Permission, Role
from marketplace.accounts.policy import roles_of
from marketplace.accounts.queries import memberships_in, open_invitations
from marketplace.accounts.role_changes import change_role, deactivate, reactivate
from marketplace.accounts.texts import role_meaning, role_name
from marketplace.db import session
from marketplace.kernel import Invalid, now
from marketplace.web import Pages, get_or_404, page_of

pages = Pages("members", __name__, url_prefix="/members")


def _organisation() -> Organisation:
    acting = current_person().acting
    assert acting is not None  # the permission asks for it
    return acting.organisation


def _choices(organisation: Organisation) -> list[tuple[str, str]]:
    return [(role.value, f"{role_name(role)} – {role_meaning(role)}") for role in roles_of(organisation)]


@pages.get("/", may=Permission.MEMBER_MANAGE)
def index() -> str:
    organisation = _organisation()
    return render_template(
        "accounts/members.html",
        organisation=organisation,
        page=page_of(memberships_in(organisation.id)),
        invitations=session.scalars(open_invitations(organisation.id, now())).all(),
        role_name=role_name,
        me=current_person(),
    )


@pages.form("/invitations", may=Permission.MEMBER_MANAGE, fresh=True)
def invitation() -> Any:
    organisation = _organisation()
    form = InviteForm()
    form.role.choices = _choices(organisation)
    if form.validate_on_submit():
        try:
            invite(
                form.email.data, form.name.data, Role(str(form.role.data)), organisation, by=current_person(), at=now()
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The invitation to %(name)s is on its way. It works for 48 hours.", name=form.name.data))
            return redirect(url_for(".index"), 303)
    page = render_template("accounts/invite.html", form=form, organisation=organisation)
    return page, 422 if form.errors else 200


@pages.post("/invitations/<int:invitation_id>/withdrawal", may=Permission.MEMBER_MANAGE)
def withdraw(invitation_id: int) -> Any:
    found = get_or_404(open_invitations(_organisation().id, now()), invitation_id)
    take_back(found, by=current_person(), at=now())
    flash(_("The invitation of %(name)s is taken back: its link is dead.", name=found.name))
    return redirect(url_for(".index"), 303)


@pages.post("/invitations/<int:invitation_id>/letters", may=Permission.MEMBER_MANAGE, fresh=True)
def send_again(invitation_id: int) -> Any:
    found = get_or_404(open_invitations(_organisation().id, now()), invitation_id)
    invite(found.email, found.name, found.role, found.organisation, by=current_person(), at=now())
    flash(_("A new letter to %(name)s is on its way; the link in the old one is dead.", name=found.name))
    return redirect(url_for(".index"), 303)


@pages.form("/<int:membership_id>/role", may=Permission.MEMBER_MANAGE, fresh=True)
def role(membership_id: int) -> Any:
    membership = _member(membership_id)
    form = RoleForm(role=membership.role)
    form.role.choices = _choices(membership.organisation)
    if form.validate_on_submit():
        change_role(membership, Role(str(form.role.data)), by=current_person())
        flash(_("%(name)s is now %(role)s.", name=membership.person.name, role=role_name(membership.role).lower()))
        return redirect(url_for(".index"), 303)
    page = render_template("accounts/role.html", form=form, membership=membership)
    return page, 422 if form.errors else 200


@pages.post("/<int:membership_id>/deactivation", may=Permission.MEMBER_MANAGE, fresh=True)
def end(membership_id: int) -> Any:
    membership = _member(membership_id)
    deactivate(membership, by=current_person())
    flash(_("%(name)s has no access any more.", name=membership.person.name))
    return redirect(url_for(".index"), 303)


@pages.post("/<int:membership_id>/reactivation", may=Permission.MEMBER_MANAGE, fresh=True)
def take_back_in(membership_id: int) -> Any:
    membership = _member(membership_id)
    reactivate(membership, by=current_person())
    flash(_("%(name)s has access again.", name=membership.person.name))
    return redirect(url_for(".index"), 303)


def _member(membership_id: int) -> Membership:
    return get_or_404(memberships_in(_organisation().id), membership_id)
