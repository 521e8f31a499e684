"""Asking to come to the agency, as a facility or a coordinator. Nobody signs up by themselves."""

from typing import Any

from flask import redirect, render_template, url_for

from marketplace.accounts import notifications
from marketplace.accounts.authentication import rate_limits
from marketplace.accounts.forms import JoinCoordinatorForm, JoinFacilityForm
from marketplace.accounts.queries import agency, owners_of
from marketplace.accounts.views.blueprint import pages
from marketplace.accounts.views.first_page import first_page
from marketplace.kernel import now
from marketplace.web import PUBLIC
from marketplace.web.middleware.proxies import visitor_address


@pages.form("/join/facility", may=PUBLIC)
def join_facility() -> Any:
    form = JoinFacilityForm()
    if not form.validate_on_submit():
        return render_template("accounts/join_facility.html", form=form), 422 if form.errors else 200
    if _within_limits(form.email.data):
        notifications.notify_facility_asks(
            owners_of(agency().id),
            form.organisation.data,
            form.name.data,
            form.email.data,
            form.phone.data,
            form.needs.data,
        )
    return redirect(url_for(".request_received"), 303)


@pages.form("/join/coordinator", may=PUBLIC)
def join_coordinator() -> Any:
    form = JoinCoordinatorForm()
    if not form.validate_on_submit():
        return render_template("accounts/join_coordinator.html", form=form), 422 if form.errors else 200
    if _within_limits(form.email.data):
        notifications.notify_coordinator_asks(
            owners_of(agency().id), form.name.data, form.email.data, form.phone.data, form.experience.data
        )
    return redirect(url_for(".request_received"), 303)


@pages.get("/join/received", may=PUBLIC)
def request_received() -> str:
    return render_template("accounts/request_received.html", home=first_page())


def _within_limits(sender: str) -> bool:
    """Too many requests from one place are let go silently."""
    whom = rate_limits.account_and_place(sender, visitor_address(), act="join ")
    return rate_limits.within_limits(rate_limits.LETTERS, *whom, at=now())
