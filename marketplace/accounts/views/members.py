"""The pages of an organisation's members and their roles, for its owners."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.forms import RoleForm
from marketplace.accounts.models import Membership, Organisation
from marketplace.accounts.permissions import Permission, Role
from marketplace.accounts.queries import memberships_in, open_invitations
from marketplace.accounts.role_changes import change_role, deactivate, reactivate
from marketplace.accounts.texts import role_name
from marketplace.db import session
from marketplace.kernel import now
from marketplace.web import Pages, get_or_404, page_of

pages = Pages("members", __name__, url_prefix="/members")


def own_organisation() -> Organisation:
    acting = current_person().acting
    assert acting is not None  # the permission asks for it
    return acting.organisation


@pages.get("/", may=Permission.MEMBER_MANAGE)
def index() -> str:
    organisation = own_organisation()
    return render_template(
        "accounts/members.html",
        organisation=organisation,
        page=page_of(memberships_in(organisation.id)),
        invitations=session.scalars(open_invitations(organisation.id, now())).all(),
        role_name=role_name,
        me=current_person(),
    )


@pages.form("/<int:membership_id>/role", may=Permission.MEMBER_MANAGE, fresh=True)
def role(membership_id: int) -> Any:
    membership = _member(membership_id)
    form = RoleForm(role=membership.role)
    form.offer(membership.organisation)
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
    return get_or_404(memberships_in(own_organisation().id), membership_id)
