"""Pages about papers: a coordinator's own, and the agency's queue with the paper beside what stands on it."""

from datetime import date, datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_of
from marketplace.catalogue.models import CredentialType
from marketplace.catalogue.queries import credential_types
from marketplace.coordinators.models import Coordinator
from marketplace.credentials import review
from marketplace.credentials.files.storage import content_of, picture_of
from marketplace.credentials.forms import ReasonForm, UploadForm, VerifyForm
from marketplace.credentials.models import Credential, Document
from marketplace.credentials.policy import check_may_decide, may_decide
from marketplace.credentials.queries import (
    counts,
    in_list,
    missing,
    next_waiting,
    own,
    the_same,
    visible_to,
    waiting_before,
    with_details,
)
from marketplace.credentials.rules import LIFE, CredentialStatus
from marketplace.credentials.uploads import upload
from marketplace.db import session
from marketplace.kernel import Invalid, NotFound, local_day, now
from marketplace.web import Pages, asked_number, asked_word, check_version, flash_with_undo, get_or_404, page_of
from marketplace.web.forms import Form

pages = Pages("credentials", __name__, url_prefix="/credentials")

SANDBOX = "default-src 'none'; sandbox"


# ---- the coordinator's own --------------------------------------------------------------------------------------


@pages.get("/mine", may=Permission.CREDENTIAL_UPLOAD)
def mine() -> str:
    """What she has handed in and how it stands, what ends soon, and what is missing for her kinds of work."""
    coordinator = _herself()
    today = local_day(now(), coordinator.time_zone)
    papers, kinds = own(coordinator.id), credential_types()
    return render_template(
        "credentials/mine.html",
        papers=papers,
        missing=missing(coordinator, papers, kinds, today),
        today=today,
        renewed=_renewed(papers, today),
    )


@pages.form("/mine/new", may=Permission.CREDENTIAL_UPLOAD)
def new() -> ResponseReturnValue:
    """Hand in a paper; `type` or `renew` in the address fill in what is known already."""
    coordinator, person, at = _herself(), current_person(), now()
    kinds = credential_types()
    form = UploadForm(data=_known(kinds))
    form.offer(kinds, person.locale == "es")
    if form.validate_on_submit():
        try:
            data, filename = form.file.content()
            kind = next(kind for kind in kinds if kind.code == form.type.data)
            upload(coordinator, form.paper_as(kind), data, filename, person, at)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("%(kind)s is with the agency now.", kind=_name(kind)))
            return redirect(url_for(".mine"), 303)
    page = render_template("credentials/new.html", form=form, kinds=kinds)
    return page, 422 if form.is_submitted() else 200


@pages.get("/mine/<int:credential_id>/document", may=Permission.CREDENTIAL_UPLOAD)
def own_document(credential_id: int) -> Response:
    return _download(_document(credential_id))


def _herself() -> Coordinator:
    return session.get_one(Coordinator, current_person().coordinator_id)


def _known(kinds: list[CredentialType]) -> dict[str, Any]:
    """What the form begins with: the paper to renew, or the type asked for."""
    if request.method != "GET":
        return {}
    key = asked_number("renew")
    if key:
        old = get_or_404(visible_to(current_person()), key)
        return {"type": old.type, "number": old.number, "region": old.region, "multistate": old.multistate}
    return {"type": asked_word("type", {kind.code for kind in kinds}) or None}


def _renewed(papers: list[Credential], today: date) -> set[int]:
    """Papers near their end for which a newer one waits or holds already: nothing to do about them."""
    live = [
        p
        for p in papers
        if p.standing(today) in (CredentialStatus.WAITING, CredentialStatus.VERIFIED, CredentialStatus.EXPIRING)
    ]
    return {
        paper.id
        for paper in papers
        for other in live
        if other.id > paper.id and (other.type, other.region) == (paper.type, paper.region)
    }


# ---- the agency's queue -----------------------------------------------------------------------------------------


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
    return _review(_one(credential_id))


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
                _("Verified: %(kind)s of %(name)s.", kind=_name(credential.kind), name=credential.coordinator.name),
            )
    return _review(credential, form=form), 422


@pages.post("/<int:credential_id>/rejection", may=Permission.CREDENTIAL_VERIFY)
def reject(credential_id: int) -> ResponseReturnValue:
    credential = _to_decide(credential_id)
    form = ReasonForm()
    if form.validate():
        try:
            review.reject(credential, form.reason.data, current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            return _decided(
                credential,
                _("Rejected: %(kind)s of %(name)s.", kind=_name(credential.kind), name=credential.coordinator.name),
            )
    return _review(credential, reason=form), 422


@pages.post("/<int:credential_id>/revocation", may=Permission.CREDENTIAL_VERIFY)
def revoke(credential_id: int) -> ResponseReturnValue:
    credential = _to_decide(credential_id)
    form = ReasonForm()
    if form.validate():
        try:
            review.revoke(credential, form.reason.data, current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            said = _("Revoked: %(kind)s of %(name)s.", kind=_name(credential.kind), name=credential.coordinator.name)
            flash_with_undo(said, url_for(".undo", credential_id=credential.id))
            return redirect(url_for(".show", credential_id=credential.id), 303)
    return _review(credential, reason=form), 422


@pages.post("/<int:credential_id>/undo", may=Permission.CREDENTIAL_VERIFY)
def undo(credential_id: int) -> ResponseReturnValue:
    """Within ten minutes of a decision: as if it had not been."""
    credential = _one(credential_id)
    check_may_decide(current_person(), credential)
    review.take_back(credential, current_person(), now())
    flash(_("Undone. Nobody was told."))
    return redirect(url_for(".show", credential_id=credential.id), 303)


@pages.get("/<int:credential_id>/document", may=Permission.AGENCY_DESK)
def document(credential_id: int) -> Response:
    return _download(_document(credential_id))


@pages.get("/<int:credential_id>/pictures/<int:number>", may=Permission.AGENCY_DESK)
def picture(credential_id: int, number: int) -> Response:
    """A page of the paper as a picture, for the page beside its fields."""
    found = _document(credential_id)
    kind = "image/png" if found.content_type == "application/pdf" else found.content_type
    return _sandboxed(Response(picture_of(found, number), mimetype=kind), "inline", f"page-{number}")


def _one(credential_id: int) -> Credential:
    return get_or_404(with_details(visible_to(current_person())), credential_id)


def _to_decide(credential_id: int) -> Credential:
    credential = _one(credential_id)
    check_may_decide(current_person(), credential)
    check_version(credential, Form().posted_version)
    return credential


def _decided(credential: Credential, said: str) -> ResponseReturnValue:
    """On to the next one that waits, with the way back."""
    flash_with_undo(said, url_for(".undo", credential_id=credential.id))
    following = next_waiting(credential)
    address = url_for(".show", credential_id=following) if following else url_for(".queue")
    return redirect(address, 303)


def _review(credential: Credential, form: VerifyForm | None = None, reason: ReasonForm | None = None) -> str:
    person, at = current_person(), now()
    today = local_day(at, credential.coordinator.time_zone)
    others = the_same(credential)
    waits = "verify" in LIFE.acts(credential.state)
    return render_template(
        "credentials/show.html",
        credential=credential,
        standing=credential.standing(today),
        form=form or VerifyForm().filled_from(credential),
        reason=reason or ReasonForm(),
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


def _name(kind: CredentialType) -> str:
    return kind.name_es if current_person().locale == "es" else kind.name


# ---- files ------------------------------------------------------------------------------------------------------


def _document(credential_id: int) -> Document:
    found = _one(credential_id).document
    if found is None:
        raise NotFound(_("This credential came without a file."))
    return found


def _download(found: Document) -> Response:
    response = Response(content_of(found), mimetype=found.content_type)
    return _sandboxed(response, "attachment", found.filename, found.uploaded_at)


def _sandboxed(response: Response, how: str, name: str, uploaded: datetime | None = None) -> Response:
    """Whatever it may hold, it runs nothing, loads nothing, and belongs to no page."""
    response.headers.set("Content-Disposition", how, filename=name)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    if uploaded is not None:
        response.last_modified = uploaded
    return response
