"""The list of needs, on the page and as CSV."""

from datetime import datetime
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.coverage.queries import SORTED_BY, Seats, exported, lines_known, listed, seats_of, word_of
from marketplace.coverage.views.blueprint import pages
from marketplace.coverage.views.need_words import need_in_words
from marketplace.kernel import now, plain_dollars
from marketplace.needs.models import Need
from marketplace.needs.rules import NeedState
from marketplace.needs.texts import weekday_words, weekdays_of
from marketplace.web import MOST_EXPORTED, asked_number, asked_word, csv_download, page_of


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
        rows=[need_in_words(need, seats.get(need.id, Seats())) for need in found.items],
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
    needs = exported(person, MOST_EXPORTED, **_asked())
    seats = seats_of(needs)
    head = (
        "need", "reference", "facility", "site", "role", "state", "first day", "last day", "days", "from", "to", "time zone",
        "people", "shifts", "seats", "filled", "bill rate", "pay rate", "credentials", "patient states", "languages",
        "records system", "notes",
    )  # fmt: skip
    rows = [_exported(need, seats.get(need.id, Seats()), at, with_pay=person.facility_id is None) for need in needs]
    return csv_download(f"needs-{at:%Y-%m-%d}", head, rows)


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
