"""The list of needs, one need with its shifts and seats, what a posting would cost and find, and stopping one."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_of
from marketplace.coordinators.texts import education_words
from marketplace.coverage import closing
from marketplace.coverage.queries import SORTED_BY, Seats, lines_known, listed, seats_of, shifts_of, word_of
from marketplace.coverage.staffing import staffing_of
from marketplace.coverage.views.blueprint import pages
from marketplace.db import as_system, session
from marketplace.eligibility.candidate_counts import matches
from marketplace.kernel import BIGGEST_VERSION, Invalid, digits, now, plain_dollars
from marketplace.needs.models import Need
from marketplace.needs.policy import CHANGEABLE, check_may_change, may_change
from marketplace.needs.queries import active_contract, visible_to, with_details
from marketplace.needs.rules import LIFE, NeedState
from marketplace.needs.texts import clock_span, days_between, leaves_out_holidays, named, weekday_words, weekdays_of
from marketplace.needs.views.posting import Forecast, as_typed, catalogue, chosen_facility, need_form, page, planned
from marketplace.web import (
    MOST_EXPORTED,
    asked_number,
    asked_word,
    check_version,
    csv_download,
    get_or_404,
    language_name,
    page_of,
)

TRAIL = 20


@pages.get("/needs", may=Permission.NEED_SEE)
def index() -> ResponseReturnValue:
    """The needs this person sees, filtered, sorted and paged."""
    person, at = current_person(), now()
    asked = _asked()
    found = page_of(listed(person, **asked))
    seats = seats_of(found.items)
    return render_template(
        "coverage/needs.html",
        page=found,
        rows=[_row(need, seats.get(need.id, Seats())) for need in found.items],
        lines=lines_known(),
        states=[state for state in NeedState if state != NeedState.PENDING_APPROVAL],
        asked=asked,
        for_agency=person.facility_id is None,
        may_post=person.may(Permission.NEED_POST),
        word=lambda need, of: word_of(need, of, at),
    )


@pages.get("/needs/export.csv", may=Permission.NEED_SEE)
def export() -> ResponseReturnValue:
    """The same list for a spreadsheet, with the same filters."""
    person, at = current_person(), now()
    needs = session.scalars(listed(person, **_asked()).limit(MOST_EXPORTED)).unique().all()
    seats = seats_of(needs)
    head = (
        "need", "reference", "facility", "site", "role", "state", "first day", "last day", "days", "from", "to", "time zone",
        "people", "shifts", "seats", "filled", "bill rate", "pay rate", "credentials", "patient states", "languages",
        "records system", "notes",
    )  # fmt: skip
    rows = [_exported(need, seats.get(need.id, Seats()), at, with_pay=person.facility_id is None) for need in needs]
    return csv_download(f"needs-{at:%Y-%m-%d}", head, rows)


@pages.get("/needs/<int:need_id>", may=Permission.NEED_SEE)
def show(need_id: int) -> ResponseReturnValue:
    """One need: what it asks for, its shifts with their seats, and what happened to it."""
    person, at = current_person(), now()
    need = get_or_404(with_details(visible_to(person)), need_id)
    seats = seats_of([need]).get(need.id, Seats())
    shifts = page_of(shifts_of(need, at))
    acts = LIFE.acts(need.state) if may_change(person, need) else ()
    return render_template(
        "coverage/need.html",
        need=need,
        seats=seats,
        word=word_of(need, seats, at),
        summary=_row(need, seats),
        shifts=shifts,
        staffing=staffing_of(shifts.items),
        names=_names(need),
        leaves_out_holidays=leaves_out_holidays(need.repeat),
        trail=session.scalars(trail_of(person, "need", need.id).limit(TRAIL)).all(),
        acts=acts,
        may_edit=may_change(person, need) and need.state in CHANGEABLE,
        may_post=may_change(person, need),
        for_agency=person.facility_id is None,
        at=at,
    )


@pages.look("/needs/new/preview", may=Permission.NEED_POST)
def preview() -> ResponseReturnValue:
    """The cost of the posting on the form and the coordinators it would find; a fragment for htmx, else a page."""
    person, at = current_person(), now()
    key = asked_number("need")
    need = get_or_404(with_details(visible_to(person)), key) if key else None
    facility = need.facility if need else chosen_facility(person)
    if facility is None:
        return redirect(url_for("needs.new"), 303)
    fragment = request.headers.get("HX-Request") == "true"
    form = need_form(facility, as_typed() if fragment else catalogue(), need=need)
    forecast = Forecast()
    with as_system():  # once for all that is read past the facility's own rows; only figures leave
        contract = active_contract(facility.id)
        if form.validate():
            try:
                draft, plan = planned(form, facility, contract, at)
                found = matches(draft, plan, facility, at)
                forecast = Forecast(plan, found.some, found.all)
            except Invalid as error:
                form.refuse(error)
    shown = page(
        facility,
        form,
        person,
        at,
        forecast=forecast,
        contract=contract,
        need=need,
        with_published=False,
        fragment=fragment,
    )
    return shown, 422 if form.errors and not fragment else 200


@pages.post("/needs/<int:need_id>/hold", may=Permission.NEED_POST)
def hold(need_id: int) -> ResponseReturnValue:
    """Stop filling for now."""
    need = _to_change(need_id)
    withdrawn = closing.hold(need, current_person(), now())
    flash(" ".join(filter(None, (_("On hold. Who is booked stays booked."), _taken_back(withdrawn)))))
    return redirect(url_for(".show", need_id=need.id), 303)


@pages.post("/needs/<int:need_id>/resumption", may=Permission.NEED_POST)
def resume(need_id: int) -> ResponseReturnValue:
    """Fill seats again."""
    need = _to_change(need_id)
    closing.resume(need, current_person(), now())
    flash(_("Seats are filled again."))
    return redirect(url_for(".show", need_id=need.id), 303)


@pages.post("/needs/<int:need_id>/closing", may=Permission.NEED_POST)
def close(need_id: int) -> ResponseReturnValue:
    """Leave the open seats empty."""
    need = _to_change(need_id)
    withdrawn = closing.close(need, current_person(), now())
    flash(" ".join(filter(None, (_("Closed. Who is booked stays booked."), _taken_back(withdrawn)))))
    return redirect(url_for(".show", need_id=need.id), 303)


def _to_change(need_id: int) -> Need:
    need = get_or_404(with_details(visible_to(current_person())), need_id)
    check_may_change(current_person(), need)
    version = request.form.get("version", "")
    check_version(need, digits(version, BIGGEST_VERSION))
    return need


def _taken_back(offers: int) -> str:
    if not offers:
        return ""
    return str(ngettext("%(num)d waiting offer was taken back.", "%(num)d waiting offers were taken back.", offers))


def _asked() -> dict[str, Any]:
    """The filters of the address."""
    sort = asked_word("sort", {*SORTED_BY, *(f"-{key}" for key in SORTED_BY)})
    return {
        "state": asked_word("state", {state.value for state in NeedState}),
        "line": asked_word("line"),
        "text": asked_word("q"),
        "facility": asked_number("facility"),
        "sort": sort or "-posted",
    }


def _exported(need: Need, of: Seats, at: datetime, with_pay: bool) -> tuple[object, ...]:
    """One line of the export; only the agency sees the pay."""
    return (
        need.id,
        need.external_ref,
        need.facility.name,
        need.site.name,
        need.line.name,
        word_of(need, of, at).replace("_", " "),
        of.first or need.first_day,
        of.last or need.until,
        weekday_words(weekdays_of(need)),
        f"{need.starts_local:%H:%M}",
        f"{need.ends_local:%H:%M}",
        need.time_zone,
        need.headcount,
        of.shifts,
        of.seats,
        of.filled,
        plain_dollars(need.bill_rate_cents),
        plain_dollars(need.pay_rate_cents) if with_pay else None,
        " ".join(need.required_credentials),
        " ".join(need.patient_states),
        " ".join(need.languages),
        need.ehr,
        need.notes,
    )


def _row(need: Need, seats: Seats) -> dict[str, object]:
    """When, in words: "Mon – Fri" · "9am – 5pm" · "Nov 30 – Dec 18, 2026"."""
    first, last = seats.first or need.first_day, seats.last or need.until or need.first_day
    return {
        "need": need,
        "seats": seats,
        "days": days_between(first, max(first, last)),
        "weekdays": weekday_words(weekdays_of(need)),
        "hours": clock_span(need.starts_local, need.ends_local),
    }


def _names(need: Need) -> dict[str, list[str]]:
    """The names of the credentials, languages and duties a need asks for, in the reader's language."""
    offered = catalogue()
    types, duties = dict(named(offered.credentials)), dict(named(offered.duties))
    return {
        "required": [types.get(code, code) for code in need.required_credentials],
        "preferred": [types.get(code, code) for code in need.preferred_credentials],
        "duties": [duties.get(code, code) for code in need.duties],
        "languages": [language_name(code) for code in need.languages],
        "education": [education_words()[need.min_education]] if need.min_education else [],
    }
