"""Adding shifts to a need."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.kernel import Invalid, now, zone_name
from marketplace.needs.extensions import extend
from marketplace.needs.forms import ExtendForm
from marketplace.needs.queries import last_days
from marketplace.needs.texts import clock_span, days_between, leaves_out_holidays
from marketplace.needs.views.finding import posted_need_to_change
from marketplace.needs.views.needs import pages
from marketplace.web import check_version


@pages.form("/<int:need_id>/extension", may=Permission.NEED_POST)
def lengthen(need_id: int) -> ResponseReturnValue:
    """Add shifts to a need: its pattern for longer, or single days."""
    need = posted_need_to_change(need_id)
    form = ExtendForm()
    if form.validate_on_submit():
        check_version(need, form.posted_version)
        try:
            added = extend(need, form.until.data, tuple(form.other_days.data or ()), current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            days = days_between(added[0].local_day, added[-1].local_day)
            flash(ngettext("%(num)d shift added, %(days)s.", "%(num)d shifts added, %(days)s.", len(added), days=days))
            return redirect(url_for("coverage.show", need_id=need.id), 303)
    last = last_days([need]).get(need.id)
    hours = f"{clock_span(need.starts_local, need.ends_local)} {zone_name(now(), need.time_zone)}"
    return render_template(
        "needs/extend.html",
        form=form,
        need=need,
        last=last,
        hours=hours,
        leaves_out_holidays=leaves_out_holidays(need.repeat),
    ), 422 if form.is_submitted() else 200
