"""The address for a calendar program: shown, made, ended, and read by the program."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.permissions import Permission
from marketplace.db import bind_actor
from marketplace.kernel import now
from marketplace.schedules import calendar_feed
from marketplace.schedules.calendar_address import end_link, new_token, owner_of, present_token
from marketplace.schedules.views.schedule import pages
from marketplace.web import PUBLIC


@pages.get("/schedule/subscription", may=Permission.SHIFT_SEE)
def subscription() -> ResponseReturnValue:
    """The secret address for a calendar program: show it, make a new one, end it."""
    token = present_token(current_person(), settings().secret_key)
    address = url_for("schedule.calendar", token=token, _external=True) if token else ""
    return render_template(
        "schedules/subscription.html",
        address=address,
        webcal=address.replace("https://", "webcal://").replace("http://", "webcal://"),
    )


@pages.post("/schedule/subscription", may=Permission.SHIFT_SEE)
def subscribe() -> ResponseReturnValue:
    """Make the address, or a new one in place of the old."""
    new_token(current_person(), now(), settings().secret_key)
    flash(_("This is your calendar address now. An older one no longer works."))
    return redirect(url_for("schedule.subscription"), 303)


@pages.post("/schedule/subscription/end", may=Permission.SHIFT_SEE)
def unsubscribe() -> ResponseReturnValue:
    """End the address."""
    end_link(current_person())
    flash(_("The calendar address no longer works."))
    return redirect(url_for("schedule.subscription"), 303)


@pages.get("/calendar/<string:token>.ics", may=PUBLIC)
def calendar(token: str) -> ResponseReturnValue:
    """The calendar itself. Everybody with the address can read it, so it can be renewed at any time."""
    owner = owner_of(token)
    bind_actor(owner.actor)
    told = settings()
    response = Response(calendar_feed.feed(owner, now(), told.base_url, told.agency_name), mimetype="text/calendar")
    response.headers["Cache-Control"] = "private, max-age=900"
    response.add_etag()
    return response.make_conditional(request)
