"""A coordinator's hours: their typical week, their days off, and which booked shifts lie outside of them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.availability import Week, clear_day, copy_to_weekdays, restorable, restore_week, set_hours
from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.queries import visible_to, with_details
from marketplace.coordinators.texts import week_in_short, week_words
from marketplace.kernel import Invalid, local_day, local_days, now
from marketplace.schedules.availability_conflicts import AvailabilityConflict, availability_conflicts
from marketplace.schedules.forms import HoursForm, TimeOffForm, suggested
from marketplace.web import Pages, flash_with_undo, get_or_404

pages = Pages("availability", __name__, url_prefix="/me/availability")


@pages.get("", may=Permission.COORDINATOR_DESK)
def index() -> ResponseReturnValue:
    """The typical week with one form for all of it, days off, and what is booked outside."""
    return page_of_hours(own_profile())


def page_of_hours(
    coordinator: Coordinator, hours: HoursForm | None = None, off: TimeOffForm | None = None
) -> ResponseReturnValue:
    at, zone = now(), coordinator.time_zone
    week = tuple(window.hours for window in coordinator.availability)
    ahead = [one for one in coordinator.time_off if one.ends_at > at]
    page = render_template(
        "schedules/availability.html",
        coordinator=coordinator,
        week=week_words(week),
        hours=hours or HoursForm(formdata=None, data=suggested(week)),
        off=off or TimeOffForm(formdata=None),
        time_off=[(one, *local_days(one.span, zone)) for one in ahead],
        outside=availability_conflicts(coordinator.id, week, [one.span for one in ahead], zone, at),
        today=local_day(at, zone),
    )
    return page, 422 if hours or off else 200


@pages.post("/hours", may=Permission.COORDINATOR_DESK)
def save() -> ResponseReturnValue:
    """Set the hours of the chosen days; with the other button, in addition to what stands there."""
    coordinator = own_profile()
    form = HoursForm()
    if form.validate():
        before = restorable(window.hours for window in coordinator.availability)
        days = [int(day) for day in form.days.data]
        try:
            beside = request.form.get("beside") == "yes"
            week = set_hours(coordinator, days, form.start.data, form.end.data, current_person(), beside=beside)
        except Invalid as error:
            form.refuse(error)
        else:
            return _saved(coordinator, week, before)
    return page_of_hours(coordinator, hours=form)


@pages.post("/days/<int:weekday>/clearing", may=Permission.COORDINATOR_DESK)
def clear(weekday: int) -> ResponseReturnValue:
    """Not free on that weekday any more."""
    coordinator = own_profile()
    before = restorable(window.hours for window in coordinator.availability)
    return _saved(coordinator, clear_day(coordinator, weekday, current_person()), before)


@pages.post("/days/<int:weekday>/copies", may=Permission.COORDINATOR_DESK)
def copy(weekday: int) -> ResponseReturnValue:
    """Monday to Friday like that day."""
    coordinator = own_profile()
    before = restorable(window.hours for window in coordinator.availability)
    return _saved(coordinator, copy_to_weekdays(coordinator, weekday, current_person()), before)


@pages.post("/week", may=Permission.COORDINATOR_DESK)
def restore() -> ResponseReturnValue:
    """The whole week as it was before a change."""
    coordinator = own_profile()
    week = restore_week(coordinator, request.form.get("week", ""), current_person())
    return _saved(coordinator, week, None)


def _saved(coordinator: Coordinator, week: Week, before: str | None) -> ResponseReturnValue:
    """Say what the week is now, with its way back, and which booked shifts lie outside."""
    at = now()
    ahead = [one.span for one in coordinator.time_off if one.ends_at > at]
    said = (
        _("Your week: %(week)s.", week=week_in_short(week)) if week else _("You have no hours now: nothing is offered.")
    )
    said = " ".join(
        filter(None, (said, _told(availability_conflicts(coordinator.id, week, ahead, coordinator.time_zone, at))))
    )
    if before is None or before == restorable(week):
        flash(said)
    else:
        flash_with_undo(said, url_for(".restore"), week=before)
    return redirect(url_for(".index"), 303)


def _told(found: list[AvailabilityConflict]) -> str:
    if not found:
        return ""
    return str(
        ngettext(
            "%(num)d booked shift lies outside and stays booked.",
            "%(num)d booked shifts lie outside and stay booked.",
            len(found),
        )
    )


def own_profile() -> Coordinator:
    return get_or_404(with_details(visible_to(current_person())), current_person().coordinator_id or 0)
