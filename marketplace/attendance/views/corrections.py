"""Hours entered by hand."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.attendance.corrections import check_may_be_corrected, correct
from marketplace.attendance.forms import correction_form
from marketplace.attendance.policy import check_may_clock
from marketplace.attendance.queries import (
    own_assignments,
    punches_that_count,
)
from marketplace.attendance.views.blueprint import form_page, pages
from marketplace.kernel import Invalid, duration, now
from marketplace.timesheets.queries import entry_of
from marketplace.web import get_or_404


@pages.form("/clock/<int:assignment_id>/correction", may=Permission.CLOCK)
def correction(assignment_id: int) -> ResponseReturnValue:
    """Hours entered by hand, with a reason; what was punched stays on record."""
    person, at = current_person(), now()
    shift = get_or_404(own_assignments(person), assignment_id)
    check_may_clock(person, shift)
    check_may_be_corrected(shift, entry_of(shift.id), at)
    zone = shift.shift.time_zone
    punches = punches_that_count(shift.id)
    form = correction_form(punches, shift.span, zone)
    if form.validate_on_submit():
        try:
            entry = correct(shift, form.corrections(punches, zone), form.reason.data, person, at)
        except Invalid as error:
            form.refuse(error)
            # The act locked the shift and read it anew without what the page shows beside it.
            shift = get_or_404(own_assignments(person), assignment_id)
        else:
            flash(
                _(
                    "Corrected: %(hours)s. The approver sees that they were entered by hand.",
                    hours=duration(entry.paid_minutes),
                )
            )
            return redirect(url_for(".clock"), 303)
    keys = [*(punch.id for punch in punches), *(kind.value for kind in form.ends)]
    rows = [(form[f"day_{key}"], form[f"time_{key}"]) for key in keys]
    return form_page("timesheets/correction.html", form, shift=shift, rows=rows)
