"""The shift report, after clocking out and until the hours are approved."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.attendance.forms import count_field, report_form
from marketplace.attendance.policy import check_may_clock
from marketplace.attendance.queries import (
    own_assignments,
)
from marketplace.attendance.shift_reports import check_may_be_reported, write_report
from marketplace.attendance.views.blueprint import form_page, pages
from marketplace.catalogue.queries import duties as all_duties
from marketplace.kernel import Invalid, now
from marketplace.timesheets.queries import entry_of, report_of
from marketplace.web import check_version, get_or_404


@pages.form("/clock/<int:assignment_id>/report", may=Permission.CLOCK)
def report(assignment_id: int) -> ResponseReturnValue:
    """Counts by duty, ticket numbers and a note, after clocking out and until the hours are approved."""
    person = current_person()
    shift = get_or_404(own_assignments(person), assignment_id)
    check_may_clock(person, shift)
    check_may_be_reported(shift, entry_of(shift.id))
    kept, duties = report_of(shift.id), all_duties()
    form = report_form(duties, kept)
    if form.validate_on_submit():
        check_version(kept, form.posted_version) if kept else None
        try:
            said = form.reported(duties)
            write_report(shift, said.counts, said.tickets, said.note, person, now())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The report is kept. You can change it until the hours are approved."))
            return redirect(url_for(".clock"), 303)
    asked = set(shift.shift.need.duties)
    return form_page(
        "timesheets/report.html",
        form,
        shift=shift,
        kept=kept,
        first=[form[count_field(duty)] for duty in duties if duty.code in asked],
        others=[form[count_field(duty)] for duty in duties if duty.code not in asked],
    )
