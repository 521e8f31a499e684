"""The facility or the agency withdraws an offer, or decides on an application."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.policy import check_may_decide
from marketplace.assignments.queries import offers_visible_to
from marketplace.booking import offers
from marketplace.booking.booking import accept
from marketplace.coverage.views.blueprint import pages
from marketplace.coverage.views.staffed_shift import back_to
from marketplace.kernel import NotAllowedNow, now
from marketplace.web import flash_with_undo, get_or_404


@pages.post("/offers/<int:offer_id>/withdrawal", may=Permission.OFFER_SEND)
def withdraw(offer_id: int) -> ResponseReturnValue:
    """Withdraw an offer before it is answered, or decline an application."""
    person = current_person()
    found = get_or_404(offers_visible_to(person), offer_id)
    check_may_decide(person, found)
    name, about = found.coordinator.name, found.shift
    if found.is_application:
        offers.decline(found, person, now())
    else:
        offers.withdraw(found, person, now())
    flash(_("%(name)s is no longer asked.", name=name))
    return back_to(about.id)


@pages.post("/offers/<int:offer_id>/choice", may=Permission.OFFER_SEND)
def choose(offer_id: int) -> ResponseReturnValue:
    """Choose one of the coordinators who applied."""
    person = current_person()
    found = get_or_404(offers_visible_to(person), offer_id)
    check_may_decide(person, found)
    if not found.is_application:
        raise NotAllowedNow(_("This is an offer of yours: the coordinator answers it."))
    name, about = found.coordinator.name, found.shift
    made = accept(found, person, now())
    flash_with_undo(
        _("%(name)s has this shift.", name=name),
        url_for("booking.undo", assignment_id=made.id),
    )
    return back_to(about.id)
