"""One week as it is printed, handed in and recalled."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.db import session
from marketplace.kernel import now
from marketplace.timesheets.approvals import recall, submit
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.policy import check_may_submit, may_submit
from marketplace.timesheets.queries import entries_visible_to, entry_with_details, visible_to, week_with_details
from marketplace.timesheets.rules import LIFE, EntryState
from marketplace.timesheets.views.blueprint import pages
from marketplace.timesheets.views.rows import rows_of, week_word
from marketplace.web import check_version, get_or_404
from marketplace.web.forms import Form


@pages.get("/timesheets/<int:timesheet_id>", may=Permission.TIMESHEET_SEE)
def week(timesheet_id: int) -> str:
    """One coordinator's week at one facility, as it is printed and signed."""
    person, at = current_person(), now()
    sheet = get_or_404(week_with_details(visible_to(person)), timesheet_id)
    entries = session.scalars(
        entry_with_details(entries_visible_to(person).where(TimeEntry.timesheet_id == sheet.id)).order_by(
            TimeEntry.starts_at
        )
    ).unique()
    rows = rows_of(list(entries), person, at)
    own = may_submit(person, sheet)
    fresh = any(row.entry.state is EntryState.PENDING and row.entry.submitted_at is None for row in rows)
    return render_template(
        "timesheets/week.html",
        sheet=sheet,
        rows=rows,
        own=own,
        may_submit=own and fresh and LIFE.allows(sheet.state, "submit"),
        may_recall=own and LIFE.allows(sheet.state, "recall") and all(row.entry.decided_at is None for row in rows),
        word=week_word(sheet),
    )


@pages.post("/timesheets/<int:timesheet_id>/submission", may=Permission.TIMESHEET_SUBMIT)
def hand_in(timesheet_id: int) -> ResponseReturnValue:
    """The coordinator says: this is my week."""
    person = current_person()
    sheet = get_or_404(visible_to(person), timesheet_id)
    check_may_submit(person, sheet)
    check_version(sheet, Form().posted_version)
    count = submit(sheet, person, now())
    flash(ngettext("Handed in: %(num)s shift.", "Handed in: %(num)s shifts.", count))
    return redirect(url_for(".week", timesheet_id=sheet.id), 303)


@pages.post("/timesheets/<int:timesheet_id>/recall", may=Permission.TIMESHEET_SUBMIT)
def take_back(timesheet_id: int) -> ResponseReturnValue:
    """The coordinator wants to correct something, while nobody has decided anything."""
    person = current_person()
    sheet = get_or_404(visible_to(person), timesheet_id)
    check_may_submit(person, sheet)
    recall(sheet, person, now())
    flash(_("The week is open again. Hand it in when it is right."))
    return redirect(url_for(".week", timesheet_id=sheet.id), 303)
