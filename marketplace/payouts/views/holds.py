"""Paying a coordinator nothing for now, and paying again."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import NotFound, now
from marketplace.payouts.forms import PayReasonForm
from marketplace.payouts.models import PayHold
from marketplace.payouts.sending import hold, lift
from marketplace.payouts.views.blueprint import pages
from marketplace.web import get_or_404


@pages.form("/pay-runs/holds/<int:coordinator_id>", may=Permission.PAY_RUN, fresh=True)
def new_hold(coordinator_id: int) -> Any:
    """Pay somebody nothing for now, with the reason."""
    coordinator = session.scalars(
        select(Coordinator).where(Coordinator.id == coordinator_id).options(joinedload(Coordinator.person))
    ).one_or_none()
    if coordinator is None:
        raise NotFound(_("There is no such coordinator."))
    form = PayReasonForm()
    if not form.validate_on_submit():
        page = render_template("payouts/hold.html", coordinator=coordinator, form=form)
        return page, 422 if form.is_submitted() else 200
    hold(coordinator, form.reason.data, current_person(), now())
    flash(_("Pay of %(name)s is on hold.", name=coordinator.name))
    return redirect(url_for(".index"), 303)


@pages.post("/pay-runs/holds/<int:hold_id>/lifting", may=Permission.PAY_RUN, fresh=True)
def lifting(hold_id: int) -> Any:
    """Pay again, with all that has gathered."""
    found = get_or_404(select(PayHold), hold_id)
    lift(found, current_person(), now())
    flash(_("The hold is lifted."))
    return redirect(url_for(".index"), 303)
