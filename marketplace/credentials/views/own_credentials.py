"""A coordinator's own credentials."""

from flask import Response, render_template

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.queries import credential_types
from marketplace.coordinators.models import Coordinator
from marketplace.credentials.queries import missing, own, renewed
from marketplace.credentials.views.blueprint import pages
from marketplace.credentials.views.documents import document_of, download
from marketplace.db import session
from marketplace.kernel import local_day, now
from marketplace.web import kept_offline


@pages.get("/mine", may=Permission.CREDENTIAL_UPLOAD)
def mine() -> Response:
    """The coordinator's credentials: handed in, ending soon, and missing for their kinds of work."""
    coordinator = own_coordinator()
    today = local_day(now(), coordinator.time_zone)
    papers, kinds = own(coordinator.id), credential_types()
    page = render_template(
        "credentials/mine.html",
        papers=papers,
        missing=missing(coordinator, papers, kinds, today),
        today=today,
        renewed=renewed(papers, today),
    )
    return kept_offline(page, current_person().id)


@pages.get("/mine/<int:credential_id>/document", may=Permission.CREDENTIAL_UPLOAD)
def own_document(credential_id: int) -> Response:
    return kept_offline(download(document_of(credential_id)), current_person().id)


def own_coordinator() -> Coordinator:
    return session.get_one(Coordinator, current_person().coordinator_id)
