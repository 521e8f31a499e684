"""Settings of plans: how far they look, when they leave people alone, how long they search, what counts as fair."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.db import session
from marketplace.kernel import now
from marketplace.plans.forms import SettingsForm
from marketplace.plans.models import MatchSetting
from marketplace.plans.policy import check_may_plan
from marketplace.plans.queries import plan_zone, settings
from marketplace.plans.settings import change_settings
from marketplace.plans.views.blueprint import pages

HISTORY = 10


@pages.form("/matching/settings", may=Permission.MATCH_PLAN)
def matching_settings() -> ResponseReturnValue:
    """Show the settings and their history, or change them."""
    person = current_person()
    check_may_plan(person)
    form = SettingsForm(obj=settings())
    if form.validate_on_submit():
        change_settings(
            form.horizon_days.data, form.freeze_hours.data, form.time_limit_seconds.data, form.fair_percent.data,
            by=person, at=now(),
        )  # fmt: skip
        flash(_("Set. The next plan is made so."))
        return redirect(url_for(".matching_settings"), 303)
    history = session.scalars(
        select(MatchSetting).order_by(MatchSetting.id.desc()).limit(HISTORY).options(joinedload(MatchSetting.set_by))
    ).all()
    page = render_template("plans/settings.html", form=form, history=history, zone=plan_zone())
    return page, 422 if form.errors else 200
