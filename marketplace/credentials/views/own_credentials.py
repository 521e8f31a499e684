"""A coordinator's own credentials."""

from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.models import CredentialType
from marketplace.catalogue.queries import credential_types
from marketplace.coordinators.models import Coordinator
from marketplace.credentials.forms import UploadForm
from marketplace.credentials.models import Credential
from marketplace.credentials.queries import missing, own, visible_to
from marketplace.credentials.rules import CredentialStatus
from marketplace.credentials.uploads import upload
from marketplace.credentials.views.blueprint import pages
from marketplace.credentials.views.documents import document_of, download
from marketplace.db import session
from marketplace.kernel import Invalid, called, local_day, now
from marketplace.web import asked_number, asked_word, get_or_404


@pages.get("/mine", may=Permission.CREDENTIAL_UPLOAD)
def mine() -> str:
    """What she has handed in and how it stands, what ends soon, and what is missing for her kinds of work."""
    coordinator = _own_coordinator()
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
    coordinator, person, at = _own_coordinator(), current_person(), now()
    kinds = credential_types()
    form = UploadForm(data=_known(kinds))
    form.offer(kinds)
    if form.validate_on_submit():
        try:
            data, filename = form.file.content()
            kind = next(kind for kind in kinds if kind.code == form.type.data)
            upload(coordinator, form.paper_as(kind), data, filename, person, at)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("%(kind)s is with the agency now.", kind=called(kind)))
            return redirect(url_for(".mine"), 303)
    page = render_template("credentials/new.html", form=form, kinds=kinds)
    return page, 422 if form.is_submitted() else 200


@pages.get("/mine/<int:credential_id>/document", may=Permission.CREDENTIAL_UPLOAD)
def own_document(credential_id: int) -> Response:
    return download(document_of(credential_id))


def _own_coordinator() -> Coordinator:
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
