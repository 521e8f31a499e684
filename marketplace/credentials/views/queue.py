"""The agency's queue of credentials and the review of one credential."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_of
from marketplace.catalogue.queries import credential_types
from marketplace.credentials import review
from marketplace.credentials.forms import RejectionForm, VerifyForm
from marketplace.credentials.models import Credential
from marketplace.credentials.policy import check_may_decide, may_decide
from marketplace.credentials.queries import counts, in_list, next_waiting, the_same, waiting_before
from marketplace.credentials.rules import LIFE, CredentialStatus
from marketplace.credentials.views.blueprint import pages
from marketplace.credentials.views.documents import visible_credential
from marketplace.db import session
from marketplace.kernel import Invalid, called, local_day, now
from marketplace.web import asked_word, check_version, flash_with_undo, page_of
from marketplace.web.forms import Form


@pages.get("/", may=Permission.AGENCY_DESK)
def queue() -> str:
    """Papers by how they stand; those that wait come first, the oldest on top."""
    at = now()
    asked = {
        "state": asked_word("state", {*CredentialStatus, "all"}) or CredentialStatus.WAITING,
        "type": "",
        "q": asked_word("q"),
    }
    kinds = credential_types()
    asked["type"] = asked_word("type", {kind.code for kind in kinds})
    word = None if asked["state"] == "all" else CredentialStatus(asked["state"])
    return render_template(
        "credentials/queue.html",
        page=page_of(in_list(word, at.date(), asked["type"], asked["q"])),
        counts=counts(at.date()),
        asked=asked,
        kinds=kinds,
        states=[
            CredentialStatus.WAITING,
            CredentialStatus.EXPIRING,
            CredentialStatus.EXPIRED,
            CredentialStatus.VERIFIED,
            CredentialStatus.REJECTED,
        ],
        at=at,
        may_verify=current_person().may(Permission.CREDENTIAL_VERIFY),
        following=next_waiting(),
    )


@pages.get("/<int:credential_id>", may=Permission.AGENCY_DESK)
def show(credential_id: int) -> str:
    """One paper: the document beside what stands on it."""
    return _review(visible_credential(credential_id))


@pages.post("/<int:credential_id>/verification", may=Permission.CREDENTIAL_VERIFY)
def verify(credential_id: int) -> ResponseReturnValue:
    credential = _to_decide(credential_id)
    form = VerifyForm()
    if form.validate():
        try:
            review.verify(credential, form.paper_as(credential.kind), current_person(), now(), form.note.data)
        except Invalid as error:
            form.refuse(error)
        else:
            return _decided(
                credential,
                _("Verified: %(kind)s of %(name)s.", kind=called(credential.kind), name=credential.coordinator.name),
            )
    return _review(credential, form=form), 422


@pages.post("/<int:credential_id>/rejection", may=Permission.CREDENTIAL_VERIFY)
def reject(credential_id: int) -> ResponseReturnValue:
    credential = _to_decide(credential_id)
    form = RejectionForm()
    if form.validate():
        try:
            review.reject(credential, form.reason.data, current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            return _decided(
                credential,
                _("Rejected: %(kind)s of %(name)s.", kind=called(credential.kind), name=credential.coordinator.name),
            )
    return _review(credential, reason=form), 422


@pages.post("/<int:credential_id>/revocation", may=Permission.CREDENTIAL_VERIFY)
def revoke(credential_id: int) -> ResponseReturnValue:
    credential = _to_decide(credential_id)
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
    return _review(credential, reason=form), 422


@pages.post("/<int:credential_id>/undo", may=Permission.CREDENTIAL_VERIFY)
def undo(credential_id: int) -> ResponseReturnValue:
    """Within ten minutes of a decision: as if it had not been."""
    credential = visible_credential(credential_id)
    check_may_decide(current_person(), credential)
    review.take_back(credential, current_person(), now())
    flash(_("Undone. Nobody was told."))
    return redirect(url_for(".show", credential_id=credential.id), 303)


def _to_decide(credential_id: int) -> Credential:
    credential = visible_credential(credential_id)
    check_may_decide(current_person(), credential)
    check_version(credential, Form().posted_version)
    return credential


def _decided(credential: Credential, said: str) -> ResponseReturnValue:
    """On to the next one that waits, with the way back."""
    flash_with_undo(said, url_for(".undo", credential_id=credential.id))
    following = next_waiting(credential)
    address = url_for(".show", credential_id=following) if following else url_for(".queue")
    return redirect(address, 303)


def _review(credential: Credential, form: VerifyForm | None = None, reason: RejectionForm | None = None) -> str:
    person, at = current_person(), now()
    today = local_day(at, credential.coordinator.time_zone)
    others = the_same(credential)
    waits = "verify" in LIFE.acts(credential.state)
    return render_template(
        "credentials/show.html",
        credential=credential,
        standing=credential.standing(today),
        form=form or VerifyForm().filled_from(credential),
        reason=reason or RejectionForm(),
        others=others,
        replaced=review.replaced_by(credential, others, today) if waits else [],
        may_decide=may_decide(person, credential),
        waits=waits,
        can_undo=credential.can_be_undone(at),
        can_revoke="revoke" in LIFE.acts(credential.state),
        following=_other(next_waiting(credential), credential),
        before=waiting_before(credential),
        trail=session.scalars(trail_of(person, "credential", credential.id).limit(20)).all(),
        today=today,
    )


def _other(key: int | None, credential: Credential) -> int | None:
    return None if key == credential.id else key
