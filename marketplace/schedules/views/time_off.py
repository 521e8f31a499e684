"""A coordinator takes days off, or works on them after all."""

from datetime import date

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.availability import be_back, take_off
from marketplace.coordinators.queries import time_off_of
from marketplace.kernel import Invalid, local_days, now
from marketplace.schedules.availability_conflicts import availability_conflicts
from marketplace.schedules.forms import TimeOffForm
from marketplace.schedules.views.availability import own_profile, page_of_hours, pages
from marketplace.web import flash_with_undo, get_or_404
from marketplace.web.filters import day


@pages.post("/time-off", may=Permission.COORDINATOR_DESK)
def take() -> ResponseReturnValue:
    """A day off, or several."""
    coordinator = own_profile()
    form = TimeOffForm()
    if form.validate():
        try:
            off = take_off(coordinator, form.first.data, form.last.data, form.note.data, current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            week = tuple(window.hours for window in coordinator.availability)
            hit = [
                one
                for one in availability_conflicts(coordinator.id, week, [off.span], coordinator.time_zone, now())
                if one.off
            ]
            said = _("Off: %(days)s.", days=_days(*local_days(off.span, coordinator.time_zone)))
            flash_with_undo(
                " ".join(filter(None, (said, _told_off(len(hit))))), url_for("availability.remove", time_off_id=off.id)
            )
            return redirect(url_for("availability.index", _anchor="off"), 303)
    return page_of_hours(coordinator, off=form)


def _told_off(booked: int) -> str:
    if not booked:
        return ""
    return str(
        ngettext(
            "%(num)d shift is booked then and stays booked: cancel it if you cannot work.",
            "%(num)d shifts are booked then and stay booked: cancel them if you cannot work.",
            booked,
        )
    )


@pages.post("/time-off/<int:time_off_id>/removal", may=Permission.COORDINATOR_DESK)
def remove(time_off_id: int) -> ResponseReturnValue:
    """The coordinator can take work on these days after all."""
    off = get_or_404(time_off_of(current_person()), time_off_id)
    note, zone = off.note, own_profile().time_zone
    first, last = be_back(off, zone, current_person())
    said = _("No longer off: %(days)s.", days=_days(first, last))
    # What travels in the undo button is text.
    flash_with_undo(said, url_for("availability.take"), first=first.isoformat(), last=last.isoformat(), note=note)
    return redirect(url_for("availability.index", _anchor="off"), 303)


def _days(first: date, last: date) -> str:
    return f"{day(first)} – {day(last)}" if last > first else day(first)
