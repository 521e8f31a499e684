"""Deciding on a credential: verified, rejected, revoked, and the way back."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.credentials import review
from marketplace.credentials.forms import RejectionForm, VerifyForm
from marketplace.credentials.views.blueprint import pages
from marketplace.credentials.views.documents import credential_to_decide, visible_credential
from marketplace.credentials.views.review_page import review_page, to_the_next
from marketplace.kernel import Invalid, called, now
from marketplace.web import check_version, flash_with_undo
from marketplace.web.forms import Form


@pages.get("/<int:credential_id>", may=Permission.AGENCY_DESK)
def show(credential_id: int) -> str:
    """One paper: the document beside what stands on it."""
    return review_page(visible_credential(credential_id))


@pages.post("/<int:credential_id>/verification", may=Permission.CREDENTIAL_VERIFY)
def verify(credential_id: int) -> ResponseReturnValue:
    credential = credential_to_decide(credential_id)
    check_version(credential, Form().posted_version)
    form = VerifyForm()
    if form.validate():
        try:
            review.verify(credential, form.paper_as(credential.kind), current_person(), now(), form.note.data)
        except Invalid as error:
            form.refuse(error)
        else:
            return to_the_next(
                credential,
                _("Verified: %(kind)s of %(name)s.", kind=called(credential.kind), name=credential.coordinator.name),
            )
    return review_page(credential, form=form), 422


@pages.post("/<int:credential_id>/rejection", may=Permission.CREDENTIAL_VERIFY)
def reject(credential_id: int) -> ResponseReturnValue:
    credential = credential_to_decide(credential_id)
    check_version(credential, Form().posted_version)
    form = RejectionForm()
    if form.validate():
        try:
            review.reject(credential, form.reason.data, current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            return to_the_next(
                credential,
                _("Rejected: %(kind)s of %(name)s.", kind=called(credential.kind), name=credential.coordinator.name),
            )
    return review_page(credential, reason=form), 422


@pages.post("/<int:credential_id>/revocation", may=Permission.CREDENTIAL_VERIFY)
def revoke(credential_id: int) -> ResponseReturnValue:
    credential = credential_to_decide(credential_id)
    check_version(credential, Form().posted_version)
    form = RejectionForm()
    if form.validate():
        try:
            review.revoke(credential, form.reason.data, current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            said = _("Revoked: %(kind)s of %(name)s.", kind=called(credential.kind), name=credential.coordinator.name)
            flash_with_undo(said, url_for(".undo", credential_id=credential.id))
            return redirect(url_for(".show", credential_id=credential.id), 303)
    return review_page(credential, reason=form), 422


@pages.post("/<int:credential_id>/undo", may=Permission.CREDENTIAL_VERIFY)
def undo(credential_id: int) -> ResponseReturnValue:
    """Take a decision back within ten minutes; nobody is told."""
    credential = credential_to_decide(credential_id)
    review.take_back(credential, current_person(), now())
    flash(_("Undone. Nobody was told."))
    return redirect(url_for(".show", credential_id=credential.id), 303)
