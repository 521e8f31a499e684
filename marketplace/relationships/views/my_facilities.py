"""The places a coordinator knows: their favorites, and those they do not want to be offered."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.facilities.models import PreferenceKind, PreferenceSide
from marketplace.facilities.preferences import prefer, stop_preferring
from marketplace.facilities.texts import kind_word
from marketplace.kernel import NotFound, now
from marketplace.relationships.work_history import KnownFacility, facilities_known_to
from marketplace.web import Pages, flash_with_undo

pages = Pages("my_facilities", __name__, url_prefix="/me/places")

OWN, FAVOURITE, BLOCK = PreferenceSide.COORDINATOR, PreferenceKind.FAVOURITE, PreferenceKind.BLOCK


@pages.get("", may=Permission.COORDINATOR_DESK)
def index() -> str:
    """The facilities the coordinator worked for or was asked by."""
    found = facilities_known_to(current_person().coordinator_id or 0, now())
    return render_template("relationships/places.html", places=found, kind_word=kind_word)


@pages.post("/<int:facility_id>/favorite", may=Permission.COORDINATOR_DESK)
def favorite(facility_id: int) -> ResponseReturnValue:
    """Make a facility a favorite."""
    place = _place(facility_id)
    prefer(place.id, _me(), OWN, FAVOURITE, name=place.name, by=current_person(), at=now())
    flash_with_undo(_("%(name)s is a favorite now.", name=place.name), url_for(".end", facility_id=place.id))
    return redirect(url_for(".index"), 303)


@pages.post("/<int:facility_id>/block", may=Permission.COORDINATOR_DESK)
def block(facility_id: int) -> ResponseReturnValue:
    """Stop offers from a facility."""
    place = _place(facility_id)
    prefer(place.id, _me(), OWN, BLOCK, name=place.name, by=current_person(), at=now())
    said = _("%(name)s is not offered to you any more.", name=place.name)
    if place.ahead:
        said += " " + ngettext("%(num)d shift there stays booked.", "%(num)d shifts there stay booked.", place.ahead)
    flash_with_undo(said, url_for(".end", facility_id=place.id))
    return redirect(url_for(".index"), 303)


@pages.post("/<int:facility_id>/preference/end", may=Permission.COORDINATOR_DESK)
def end(facility_id: int) -> ResponseReturnValue:
    """End a preference."""
    place = _place(facility_id)
    if place.kind is not None:
        stop_preferring(place.id, _me(), OWN, place.kind, name=place.name, by=current_person(), at=now())
    flash(_("%(name)s is one place among others again.", name=place.name))
    return redirect(url_for(".index"), 303)


def _me() -> int:
    return current_person().coordinator_id or 0


def _place(facility_id: int) -> KnownFacility:
    found = facilities_known_to(_me(), now(), facility_id) if facility_id < 2**63 else []
    if not found:
        raise NotFound("There is no such page, or it is not yours to see.")
    return found[0]
