"""The document of a credential, as a download or as pictures."""

from datetime import datetime

from flask import Response
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.credentials.files.storage import content_of, picture_of
from marketplace.credentials.models import Credential, Document
from marketplace.credentials.policy import check_may_decide
from marketplace.credentials.queries import visible_to, with_details
from marketplace.credentials.views.blueprint import pages
from marketplace.kernel import NotFound
from marketplace.web import get_or_404

SANDBOX = "default-src 'none'; sandbox"


@pages.get("/<int:credential_id>/document", may=Permission.AGENCY_DESK)
def document(credential_id: int) -> Response:
    return download(document_of(credential_id))


@pages.get("/<int:credential_id>/pictures/<int:number>", may=Permission.AGENCY_DESK)
def picture(credential_id: int, number: int) -> Response:
    """A page of the paper as a picture, for the page beside its fields."""
    found = document_of(credential_id)
    kind = "image/png" if found.content_type == "application/pdf" else found.content_type
    return _sandboxed(Response(picture_of(found, number), mimetype=kind), "inline", f"page-{number}")


def visible_credential(credential_id: int) -> Credential:
    return get_or_404(with_details(visible_to(current_person())), credential_id)


def credential_to_decide(credential_id: int) -> Credential:
    """Raises NotPermitted for those who may not decide on it."""
    credential = visible_credential(credential_id)
    check_may_decide(current_person(), credential)
    return credential


def document_of(credential_id: int) -> Document:
    found = visible_credential(credential_id).document
    if found is None:
        raise NotFound(_("This credential came without a file."))
    return found


def download(found: Document) -> Response:
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
