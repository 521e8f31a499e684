"""The agency pauses a coordinator and asks them again."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.recording import record
from marketplace.coordinators.queries import visible_to
from marketplace.coordinators.views.blueprint import pages
from marketplace.kernel import Phrase
from marketplace.web import get_or_404


@pages.post("/coordinators/<int:coordinator_id>/pause", may=Permission.COORDINATOR_MANAGE)
def pause(coordinator_id: int) -> ResponseReturnValue:
    """The coordinator gets no new offers for now."""
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    coordinator.pause()
    record("pause", coordinator, Phrase("%(name)s was paused.", name=coordinator.name), by=current_person())
    flash(_("%(name)s is paused. What is booked stays booked.", name=coordinator.name))
    return redirect(url_for(".show", coordinator_id=coordinator.id), 303)


@pages.post("/coordinators/<int:coordinator_id>/resumption", may=Permission.COORDINATOR_MANAGE)
def resume(coordinator_id: int) -> ResponseReturnValue:
    """The coordinator gets offers again."""
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    coordinator.resume()
    record("resume", coordinator, Phrase("%(name)s is active again.", name=coordinator.name), by=current_person())
    flash(_("%(name)s is active again.", name=coordinator.name))
    return redirect(url_for(".show", coordinator_id=coordinator.id), 303)
