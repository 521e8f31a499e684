"""The agency's queue of credentials."""

from flask import render_template

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.queries import credential_types
from marketplace.credentials.queries import counts, in_list, next_waiting
from marketplace.credentials.rules import CredentialStatus
from marketplace.credentials.views.blueprint import pages
from marketplace.kernel import now
from marketplace.web import asked_word, page_of


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
