"""The facility or the agency asks coordinators for a shift, or opens it to all who qualify."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.booking import offers
from marketplace.coordinators.queries import somebody
from marketplace.coverage.forms import HowManyForm
from marketplace.coverage.views.blueprint import pages
from marketplace.coverage.views.staffed_shift import back_to, staffed_shift
from marketplace.kernel import NotAllowedNow, now
from marketplace.web import flash_with_undo


@pages.post("/shifts/<int:shift_id>/offers/<int:coordinator_id>", may=Permission.OFFER_SEND)
def offer(shift_id: int, coordinator_id: int) -> ResponseReturnValue:
    """Offer the shift to one of the candidates."""
    found = staffed_shift(shift_id)
    coordinator = somebody(coordinator_id)
    sent = offers.send_offer(found, coordinator, current_person(), now())
    flash_with_undo(
        _("%(name)s is asked.", name=coordinator.name),
        url_for("coverage.withdraw", offer_id=sent.id),
    )
    return back_to(found.id)


@pages.post("/shifts/<int:shift_id>/offers", may=Permission.OFFER_SEND)
def offer_to_best(shift_id: int) -> ResponseReturnValue:
    """Offer the shift to the next best few at once; who accepts first has it."""
    found = staffed_shift(shift_id)
    form = HowManyForm()
    if not form.validate():
        flash(str(form.count.errors[0]), "error")
        return back_to(found.id)
    sent = offers.send_to_best(found, form.count.data, current_person(), now())
    if not sent:
        raise NotAllowedNow(_("There is nobody left to ask: everyone who qualifies was asked before."))
    flash(ngettext("%(num)d coordinator is asked.", "%(num)d coordinators are asked.", len(sent)))
    return back_to(found.id)


@pages.post("/shifts/<int:shift_id>/opening", may=Permission.OFFER_SEND)
def open_shift(shift_id: int) -> ResponseReturnValue:
    """First come, first served."""
    found = staffed_shift(shift_id)
    offers.open_to_all(found, current_person(), now())
    flash(_("Everyone who qualifies can now take this shift; the first one has it."))
    return back_to(found.id)


@pages.post("/shifts/<int:shift_id>/closing", may=Permission.OFFER_SEND)
def close_shift(shift_id: int) -> ResponseReturnValue:
    """Only coordinators who are asked may take it."""
    found = staffed_shift(shift_id)
    offers.close_to_chosen(found, current_person(), now())
    flash(_("Only those you ask can take this shift now."))
    return back_to(found.id)


@pages.post("/shifts/<int:shift_id>/applicants", may=Permission.OFFER_SEND)
def ask_for_applications(shift_id: int) -> ResponseReturnValue:
    """Coordinators apply, and the facility chooses."""
    found = staffed_shift(shift_id)
    offers.ask_for_applications(found.need, current_person())
    flash(_("Coordinators can now apply for the shifts of this need. You choose."))
    return back_to(found.id)
