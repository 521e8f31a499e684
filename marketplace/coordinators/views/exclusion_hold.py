"""Putting a coordinator on an exclusion hold, and releasing them."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.exclusion_hold import hold as hold_back
from marketplace.coordinators.exclusion_hold import release as let_go
from marketplace.coordinators.forms import HoldForm
from marketplace.coordinators.policy import check_may_hold
from marketplace.coordinators.queries import visible_to, with_details
from marketplace.coordinators.views.blueprint import pages
from marketplace.kernel import now
from marketplace.web import check_version, get_or_404


@pages.form("/coordinators/<int:coordinator_id>/hold", may=Permission.CREDENTIAL_VERIFY)
def hold(coordinator_id: int) -> ResponseReturnValue:
    """Hold the coordinator back until the hit of a screening is settled."""
    coordinator = get_or_404(with_details(visible_to(current_person())), coordinator_id)
    check_may_hold(current_person())
    form = HoldForm()
    if form.validate_on_submit():
        check_version(coordinator, form.posted_version)
        hold_back(coordinator, form.reason.data, by=current_person(), at=now())
        flash(
            _(
                "%(name)s is held back: no booking is possible. What is booked stays: look at it now.",
                name=coordinator.name,
            )
        )
        return redirect(url_for(".show", coordinator_id=coordinator.id), 303)
    page = render_template("coordinators/hold.html", form=form, coordinator=coordinator)
    return page, 422 if form.is_submitted() else 200


@pages.post("/coordinators/<int:coordinator_id>/release", may=Permission.CREDENTIAL_VERIFY)
def release(coordinator_id: int) -> ResponseReturnValue:
    """End the hold after adjudication."""
    coordinator = get_or_404(with_details(visible_to(current_person())), coordinator_id)
    check_may_hold(current_person())
    let_go(coordinator, by=current_person(), at=now())
    flash(_("%(name)s can be booked again.", name=coordinator.name))
    return redirect(url_for(".show", coordinator_id=coordinator.id), 303)
