"""The page on which a credential is reviewed: its document beside what stands on it."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.audit.queries import latest_of
from marketplace.credentials import review
from marketplace.credentials.forms import RejectionForm, VerifyForm
from marketplace.credentials.models import Credential
from marketplace.credentials.policy import may_decide
from marketplace.credentials.queries import next_waiting, the_same, waiting_before
from marketplace.kernel import local_day, now
from marketplace.web import flash_with_undo


def review_page(credential: Credential, form: VerifyForm | None = None, reason: RejectionForm | None = None) -> str:
    person, at = current_person(), now()
    today = local_day(at, credential.coordinator.time_zone)
    others = the_same(credential)
    waits = "verify" in credential.acts
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
        can_revoke="revoke" in credential.acts,
        following=_other(next_waiting(credential), credential),
        before=waiting_before(credential),
        trail=latest_of(person, "credential", credential.id),
        today=today,
    )


def _other(key: int | None, credential: Credential) -> int | None:
    return None if key == credential.id else key


def to_the_next(credential: Credential, said: str) -> ResponseReturnValue:
    """On to the next one that waits, with the way back."""
    flash_with_undo(said, url_for(".undo", credential_id=credential.id))
    following = next_waiting(credential)
    address = url_for(".show", credential_id=following) if following else url_for(".queue")
    return redirect(address, 303)
