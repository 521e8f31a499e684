"""One entry with its punches, and every decision about it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.queries import duties as all_duties
from marketplace.db import Audience, session
from marketplace.kernel import Invalid, NotAllowedNow, Span, called, dollars, duration, now, parsing
from marketplace.timesheets.approvals import (
    approve_changed,
    approve_entries,
    dispute,
    reject,
    undo_approvals,
    withdraw_dispute,
)
from marketplace.timesheets.forms import ChangeForm, DisputeForm
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.policy import check_may_decide
from marketplace.timesheets.queries import all_punches, entries_visible_to, entry_with_details, report_of
from marketplace.timesheets.rules import ENTRY_LIFE, EntryState
from marketplace.timesheets.views.blueprint import DAMAGED, pages
from marketplace.timesheets.views.rows import rows_of
from marketplace.timesheets.views.table import ROWS, filters, table
from marketplace.web import check_version, flash_with_undo, get_or_404
from marketplace.web.forms import Form


@pages.get("/timesheets/lines/<int:entry_id>", may=Permission.TIMESHEET_SEE)
def entry(entry_id: int) -> str:
    """One shift's hours with every punch behind them, the report, and the acts that are possible."""
    person = current_person()
    return _entry_page(get_or_404(entry_with_details(entries_visible_to(person)), entry_id), person)


def _entry_page(found: TimeEntry, person: Person, **forms: Form) -> str:
    at = now()
    row = rows_of([found], person, at)[0]
    zone = found.timesheet.time_zone
    duties = all_duties()
    kept = report_of(found.assignment_id)
    return render_template(
        "timesheets/entry.html",
        row=row,
        entry=found,
        zone=zone,
        planned=found.assignment.span,
        worked=Span(found.starts_at, found.ends_at) if found.ends_at > found.starts_at else None,
        punches=all_punches(found.assignment_id),
        report=kept,
        counts=[(called(d), kept.counts[d.code]) for d in duties if kept and kept.counts.get(d.code)],
        acts=ENTRY_LIFE.acts(found.state)
        if row.may_decide and (found.waits or found.state is EntryState.DISPUTED)
        else (),
        change=_named("change", forms.get("change") or _untouched(ChangeForm, minutes=found.paid_minutes)),
        dispute=_named("dispute", forms.get("dispute") or _untouched(DisputeForm)),
        reject=_named("reject", forms.get("reject") or _untouched(DisputeForm)),
        shows_pay=person.audience is Audience.COORDINATOR,
    )


def _untouched(kind: type[Form], **values: Any) -> Form:
    """A form beside the one that was sent: what was posted is not its own."""
    form = kind(formdata=MultiDict())
    for name, value in values.items():
        form[name].data = value
    return form


def _named(prefix: str, form: Form) -> Form:
    """Three forms on one page ask for a reason: each input needs an id of its own."""
    for field in form:
        field.id = field.label.field_id = f"{prefix}-{field.id}"
    return form


@pages.post("/timesheets/lines/<int:entry_id>/approval", may=Permission.TIMESHEET_APPROVE)
def approve(entry_id: int) -> ResponseReturnValue:
    """These hours happened."""
    person = current_person()
    found = get_or_404(entry_with_details(entries_visible_to(person)), entry_id)
    check_may_decide(person, found)
    check_version(found, Form().posted_version)
    done = approve_entries([found.id], person, now())
    flash_with_undo(
        _(
            "Approved: %(hours)s for %(name)s.",
            hours=duration(done.minutes),
            name=found.timesheet.coordinator.name,
        ),
        url_for(".undo", **filters().arguments),
        lines=str(found.id),
    )
    return _after_deciding(person)


@pages.post("/timesheets/approvals", may=Permission.TIMESHEET_APPROVE)
def approve_clean() -> ResponseReturnValue:
    """All entries without exceptions that the page showed; one that changed in between is left for another look."""
    person = current_person()
    versions = _entry_versions(request.form.get("lines", ""))
    entries = (
        session.scalars(entry_with_details(entries_visible_to(person).where(TimeEntry.id.in_(versions)))).unique().all()
    )
    due = []
    for found in entries:
        if found.waits and found.is_clean and versions[found.id] in (None, found.version):
            check_may_decide(person, found)
            due.append(found.id)
    if not due:
        raise NotAllowedNow(_("None of these hours waits any more. Look at the list again."))
    done = approve_entries(due, person, now())
    sentence = ngettext(
        "Approved: %(num)s shift, %(hours)s, %(amount)s.",
        "Approved: %(num)s shifts, %(hours)s, %(amount)s.",
        len(due),
        hours=duration(done.minutes),
        amount=dollars(done.bill_cents),
    )
    left = len(versions) - len(due)
    if left:
        sentence += " " + ngettext(
            "%(num)s changed in the meantime and waits for your eye.",
            "%(num)s changed in the meantime and wait for your eye.",
            left,
        )
    flash_with_undo(sentence, url_for(".undo", **filters().arguments), lines=",".join(map(str, due)))
    return _after_deciding(person)


@pages.post("/timesheets/approvals/undo", may=Permission.TIMESHEET_APPROVE)
def undo() -> ResponseReturnValue:
    """Approvals taken back within ten minutes."""
    person = current_person()
    keys = _entry_versions(request.form.get("lines", ""))
    entries = (
        session.scalars(entry_with_details(entries_visible_to(person).where(TimeEntry.id.in_(keys)))).unique().all()
    )
    if not keys or len(entries) != len(keys):
        raise NotAllowedNow(_("These hours are not there any more. Look at the list again."))
    for found in entries:
        check_may_decide(person, found)
    undo_approvals(list(keys), person, now())
    flash(ngettext("Undone: %(num)s shift waits again.", "Undone: %(num)s shifts wait again.", len(keys)))
    return _after_deciding(person)


@pages.post("/timesheets/lines/<int:entry_id>/adjustment", may=Permission.TIMESHEET_APPROVE)
def adjust(entry_id: int) -> ResponseReturnValue:
    """Other minutes are approved than were worked by the clock; the coordinator is told why."""
    person = current_person()
    found = _found_to_decide(entry_id, person)
    form = ChangeForm()
    if form.validate_on_submit():
        try:
            done = approve_changed(found.id, form.minutes.data, form.reason.data, person, now(), form.posted_version)
        except Invalid as error:
            form.refuse(error)
        else:
            name = found.timesheet.coordinator.name
            flash_with_undo(
                _("Approved: %(hours)s for %(name)s.", hours=duration(done.minutes), name=name),
                url_for(".undo"),
                lines=str(found.id),
            )
            return redirect(url_for(".index"), 303)
    return _entry_page(found, person, change=form), 422


@pages.post("/timesheets/lines/<int:entry_id>/dispute", may=Permission.TIMESHEET_APPROVE)
def dispute_entry(entry_id: int) -> ResponseReturnValue:
    """These hours are not right; the rest of the week goes on."""
    person = current_person()
    found = _found_to_decide(entry_id, person)
    form = DisputeForm()
    if form.validate_on_submit():
        try:
            dispute(found.id, form.reason.data, person, now(), form.posted_version)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(
                _(
                    "Disputed. %(name)s and the agency are told; the rest of the week goes on.",
                    name=found.timesheet.coordinator.name,
                )
            )
            return redirect(url_for(".index"), 303)
    return _entry_page(found, person, dispute=form), 422


@pages.post("/timesheets/lines/<int:entry_id>/rejection", may=Permission.TIMESHEET_APPROVE)
def reject_entry(entry_id: int) -> ResponseReturnValue:
    """Back to the coordinator, to be corrected."""
    person = current_person()
    found = _found_to_decide(entry_id, person)
    form = DisputeForm()
    if form.validate_on_submit():
        try:
            reject(found.id, form.reason.data, person, now(), form.posted_version)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Given back to %(name)s to correct.", name=found.timesheet.coordinator.name))
            return redirect(url_for(".index"), 303)
    return _entry_page(found, person, reject=form), 422


@pages.post("/timesheets/lines/<int:entry_id>/dispute-withdrawal", may=Permission.TIMESHEET_APPROVE)
def withdraw(entry_id: int) -> ResponseReturnValue:
    """The dispute is settled; the entry waits again."""
    person = current_person()
    found = _found_to_decide(entry_id, person)
    withdraw_dispute(found.id, person, now(), Form().posted_version)
    flash(_("The dispute is withdrawn. The hours wait for approval."))
    return redirect(url_for(".entry", entry_id=found.id), 303)


def _found_to_decide(entry_id: int, person: Person) -> TimeEntry:
    found = get_or_404(entry_with_details(entries_visible_to(person)), entry_id)
    check_may_decide(person, found)
    return found


def _entry_versions(text: str) -> dict[int, int | None]:
    """`12:3,15:1` or `12,15`: ids of entries with the version that the page showed."""
    found: dict[int, int | None] = {}
    for part in text.split(",")[:ROWS]:
        number, _colon, version = part.partition(":")
        key, shown = parsing.key(number), parsing.digits(version, parsing.BIGGEST_VERSION)
        if key is None or (version and shown is None):
            raise Invalid(DAMAGED)
        found[key] = shown
    return found


def _after_deciding(person: Person) -> ResponseReturnValue:
    """With htmx the table alone; without it the page, narrowed as before."""
    if request.headers.get("HX-Request") == "true":
        session.expire_all()
        return render_template("timesheets/table.html", **table(person))
    return redirect(url_for(".index", **filters().arguments), 303)
