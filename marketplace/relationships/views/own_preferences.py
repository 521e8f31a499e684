"""A facility makes coordinators its favorites, or asks that somebody does not return."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.facilities.models import PreferenceKind, PreferenceSide
from marketplace.facilities.policy import check_may_prefer
from marketplace.facilities.preferences import prefer, stop_preferring
from marketplace.kernel import Invalid, now
from marketplace.relationships.forms import DoNotReturnForm
from marketplace.relationships.views.people import own_facility_id, page_about, pages
from marketplace.relationships.work_history import one_of
from marketplace.web import flash_with_undo

FACILITY, FAVOURITE, BLOCK = PreferenceSide.FACILITY, PreferenceKind.FAVOURITE, PreferenceKind.BLOCK


@pages.post("/<int:coordinator_id>/favorite", may=Permission.OFFER_SEND)
def favorite(coordinator_id: int) -> ResponseReturnValue:
    """Prefer the coordinator from now on."""
    facility_id, at = own_facility_id(), now()
    known = one_of(facility_id, coordinator_id, at)
    check_may_prefer(current_person(), facility_id)
    prefer(facility_id, known.id, FACILITY, FAVOURITE, name=known.name, by=current_person(), at=at)
    flash_with_undo(
        _("%(name)s is a favorite now.", name=known.name), url_for("people.end_favorite", coordinator_id=known.id)
    )
    return redirect(url_for("people.show", coordinator_id=known.id), 303)


@pages.post("/<int:coordinator_id>/favorite/end", may=Permission.OFFER_SEND)
def end_favorite(coordinator_id: int) -> ResponseReturnValue:
    """The coordinator is no longer a favorite."""
    return _end(coordinator_id, FAVOURITE, _("%(name)s is no longer a favorite."))


@pages.post("/<int:coordinator_id>/do-not-return", may=Permission.OFFER_SEND)
def block(coordinator_id: int) -> ResponseReturnValue:
    """The coordinator is not offered to this facility any more."""
    facility_id, at = own_facility_id(), now()
    known = one_of(facility_id, coordinator_id, at)
    check_may_prefer(current_person(), facility_id)
    form = DoNotReturnForm()
    if form.validate():
        try:
            prefer(
                facility_id,
                known.id,
                FACILITY,
                BLOCK,
                name=known.name,
                by=current_person(),
                at=at,
                reason=form.reason.data,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(
                " ".join(
                    filter(None, (_("%(name)s is not offered to you any more.", name=known.name), _still(known.ahead)))
                )
            )
            return redirect(url_for("people.show", coordinator_id=known.id), 303)
    return page_about(coordinator_id, form)


@pages.post("/<int:coordinator_id>/do-not-return/end", may=Permission.OFFER_SEND)
def unblock(coordinator_id: int) -> ResponseReturnValue:
    """The coordinator may be offered to this facility again."""
    return _end(coordinator_id, BLOCK, _("%(name)s may be offered to you again."))


def _end(coordinator_id: int, kind: PreferenceKind, said: str) -> ResponseReturnValue:
    facility_id, at = own_facility_id(), now()
    known = one_of(facility_id, coordinator_id, at)
    check_may_prefer(current_person(), facility_id)
    stop_preferring(facility_id, known.id, FACILITY, kind, name=known.name, by=current_person(), at=at)
    flash(said % {"name": known.name})
    return redirect(url_for("people.show", coordinator_id=known.id), 303)


def _still(booked: int) -> str:
    if not booked:
        return ""
    return str(
        ngettext(
            "%(num)d shift is still booked: cancel it on its own page if nobody should come.",
            "%(num)d shifts are still booked: cancel them on their own pages if nobody should come.",
            booked,
        )
    )
