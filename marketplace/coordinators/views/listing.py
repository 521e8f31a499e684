"""The agency's list of coordinators, on the page and as CSV."""

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.queries import line_names
from marketplace.coordinators.policy import may_manage
from marketplace.coordinators.queries import SORTED_BY, countries, listed, with_details
from marketplace.coordinators.texts import state_words, week_in_short
from marketplace.coordinators.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import now, plain_dollars
from marketplace.web import MOST_EXPORTED, asked_word, country_name, csv_download, page_of


def _asked(lines: dict[str, str], known_countries: list[str]) -> dict[str, str]:
    sort = asked_word("sort", {*SORTED_BY, *(f"-{key}" for key in SORTED_BY)})
    return {
        "text": asked_word("q"),
        "state": asked_word("state", state_words()),
        "line": asked_word("line", lines),
        "country": asked_word("country", known_countries),
        "sort": sort or "name",
    }


@pages.get("/coordinators", may=Permission.AGENCY_DESK)
def index() -> str:
    """Every coordinator, filtered, sorted and paged."""
    person = current_person()
    lines, known_countries = line_names(), countries()
    asked = _asked(lines, known_countries)
    return render_template(
        "coordinators/index.html",
        page=page_of(listed(person, **asked)),
        asked=asked,
        lines=lines,
        countries={code: country_name(code) for code in known_countries},
        states=state_words(),
        may_add=may_manage(person),
    )


@pages.get("/coordinators/export.csv", may=Permission.AGENCY_DESK)
def export() -> ResponseReturnValue:
    """The same list for a spreadsheet, with the same filters."""
    person = current_person()
    asked = _asked(line_names(), countries())
    rows = session.scalars(with_details(listed(person, **asked)).limit(MOST_EXPORTED)).unique()
    head = (
        "name", "e-mail", "state", "country", "us state", "time zone", "service lines", "languages", "records systems",
        "years", "education", "lowest pay", "most hours a week", "rating", "typical week", "held back", "since",
    )  # fmt: skip
    return csv_download(
        f"coordinators-{now():%Y-%m-%d}",
        head,
        (
            (
                one.name, one.person.email, one.state.value, one.country, one.work_state, one.time_zone,
                " ".join(one.service_lines), " ".join(one.languages), "; ".join(one.ehr), one.years_experience,
                one.education.value, plain_dollars(one.min_pay_cents), one.max_week_minutes // 60, one.rating,
                week_in_short(window.hours for window in one.availability), one.exclusion_hold, one.created_at.date(),
            )
            for one in rows
        ),
    )  # fmt: skip
