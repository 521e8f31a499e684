"""The agency's list of facilities, on the page and as CSV."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.db import session
from marketplace.facilities.queries import SORTED_BY, listed, with_details
from marketplace.facilities.rules import FacilityState
from marketplace.facilities.texts import kind_word, state_words
from marketplace.facilities.views.blueprint import pages
from marketplace.kernel import now, plain_dollars
from marketplace.web import MOST_EXPORTED, asked_word, csv_download, page_of


def _asked() -> dict[str, str]:
    sort = asked_word("sort", {*SORTED_BY, *(f"-{key}" for key in SORTED_BY)})
    return {"text": asked_word("q"), "state": asked_word("state", set(FacilityState)), "sort": sort or "name"}


@pages.get("/facilities", may=Permission.AGENCY_DESK)
def index() -> str:
    """Every facility, filtered, sorted and paged."""
    asked = _asked()
    return render_template(
        "facilities/index.html",
        page=page_of(listed(current_person(), **asked)),
        asked=asked,
        states=state_words(),
        kind_word=kind_word,
        may_add=current_person().may(Permission.FACILITY_MANAGE),
    )


@pages.get("/facilities/export.csv", may=Permission.AGENCY_DESK)
def export() -> ResponseReturnValue:
    """The same list for a spreadsheet, with the same filters."""
    rows = session.scalars(with_details(listed(current_person(), **_asked())).limit(MOST_EXPORTED)).unique()
    head = (
        "npi", "name", "kind", "state of work", "time zone", "city", "us state", "contact", "e-mail",
        "records system", "payers", "budget a month", "sites", "since",
    )  # fmt: skip
    return csv_download(
        f"facilities-{now():%Y-%m-%d}",
        head,
        (
            (
                one.npi, one.name, one.kind, one.state.value, one.time_zone, one.city, one.region, one.contact_name,
                one.contact_email, one.ehr, " ".join(one.payer_mix),
                plain_dollars(one.monthly_budget_cents) if one.monthly_budget_cents is not None else None,
                len(one.sites), one.created_at.date(),
            )
            for one in rows
        ),
    )  # fmt: skip
