"""One agreement, and its text as a file."""

from flask import Response
from flask_babel import gettext as _

from marketplace.accounts.permissions import Permission
from marketplace.contracts.views.agreement_page import agreement_page
from marketplace.contracts.views.blueprint import pages
from marketplace.contracts.views.finding import visible_agreement
from marketplace.kernel import NotFound


@pages.get("/<int:agreement_id>", may=Permission.CONTRACT_SEE)
def show(agreement_id: int) -> str:
    return agreement_page(visible_agreement(agreement_id))


@pages.get("/<int:agreement_id>/text", may=Permission.CONTRACT_SEE)
def text(agreement_id: int) -> Response:
    """The words as they were sent, as a text file."""
    agreement = visible_agreement(agreement_id)
    if not agreement.body:
        raise NotFound(_("This agreement has no text here: it was made on paper, or is not sent yet."))
    response = Response(agreement.body, mimetype="text/plain")
    response.headers.set("Content-Disposition", "attachment", filename=f"agreement-{agreement.id}.txt")
    return response
