"""The page of fair shares: the last weeks or one month, sorted as asked, and as a list for spreadsheets."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.authentication.sign_in import settings as of_the_site
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.queries import line_names
from marketplace.db import Audience
from marketplace.kernel import NotPermitted, Span, day_span, hours_and_minutes, local_day, now, plain_dollars
from marketplace.plans.queries import settings
from marketplace.reports.fairness import MEASURES, Fairness, FairShare, fairness, span_of_month
from marketplace.web import Page, Pages, asked_word, csv_download, page_number

pages = Pages("reports", __name__)

WEEKS = (4, 8, 12, 26)
MONTHS_BACK = 6
ROWS = 40
SORTED_BY = ("name", *MEASURES)


@dataclass(frozen=True)
class FairnessFilters:
    """The filters in the address."""

    period: str
    span: Span
    line: str
    flagged: bool
    sort: str


def _asked() -> FairnessFilters:
    today = local_day(now(), of_the_site().agency_time_zone)
    periods = {*(f"{n}w" for n in WEEKS), *(f"{month:%Y-%m}" for month in _months(today))}
    period = asked_word("period", periods) or "8w"
    sort = asked_word("sort", {*SORTED_BY, *(f"-{key}" for key in SORTED_BY)}) or "name"
    line = asked_word("line")
    return FairnessFilters(period, _span(period, today), line, asked_word("show", ("flagged",)) == "flagged", sort)


def _months(today: date) -> list[date]:
    """The first days of this month and those before it."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS_BACK:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def _span(period: str, today: date) -> Span:
    if re.fullmatch(r"[0-9]+w", period):
        first, last = today - timedelta(weeks=int(period[:-1])), today + timedelta(days=1)
        return Span(
            day_span(first, of_the_site().agency_time_zone).start, day_span(last, of_the_site().agency_time_zone).start
        )
    return span_of_month(date.fromisoformat(f"{period}-01"), of_the_site().agency_time_zone)


def _found(asked: FairnessFilters) -> tuple[Fairness, list[FairShare]]:
    person = current_person()
    if person.audience is not Audience.AGENCY:
        raise NotPermitted(_("This page is for the agency."))
    found = fairness(asked.span, settings().fair_percent)
    shown = [
        share
        for share in found.shares
        if (not asked.line or asked.line in share.lines) and (share.below or not asked.flagged)
    ]
    key = asked.sort.lstrip("-")
    if key != "name":
        shown.sort(key=lambda share: share.amounts[key], reverse=asked.sort.startswith("-"))
    elif asked.sort.startswith("-"):
        shown.reverse()
    return found, shown


@pages.get("/reports/fairness", may=Permission.REPORT_SEE)
def fair_shares() -> ResponseReturnValue:
    """Everybody's share beside those comparable; who is too far below is flagged."""
    asked = _asked()
    found, shown = _found(asked)
    number = min(page_number(), max(1, -(-len(shown) // ROWS)))
    today = local_day(now(), of_the_site().agency_time_zone)
    return render_template(
        "reports/fairness.html",
        asked=asked,
        found=found,
        page=Page(shown[(number - 1) * ROWS : number * ROWS], number, len(shown), ROWS),
        bound=settings().fair_percent,
        periods=[(f"{n}w", _("The last %(weeks)s weeks", weeks=n)) for n in WEEKS]
        + [(f"{month:%Y-%m}", str(format_date(month, "LLLL y")).capitalize()) for month in _months(today)],
        lines=list(line_names().items()),
        measures={measure: _(words) for measure, words in MEASURES.items()},
        zone=of_the_site().agency_time_zone,
        last_day=asked.span.end - timedelta(seconds=1),
        may_set=current_person().may(Permission.MATCH_PLAN),
    )


@pages.get("/reports/fairness.csv", may=Permission.REPORT_SEE)
def fair_shares_csv() -> Response:
    """The same as a list, with the means it was compared with."""
    asked = _asked()
    _all, shown = _found(asked)
    head: list[str] = ["coordinator", "service_lines", "comparable"]
    for measure in MEASURES:
        head += [measure, f"{measure}_mean"]
    rows = [
        [share.name, ";".join(share.lines), share.comparable, *_cells(share), ";".join(share.below)] for share in shown
    ]
    return csv_download(f"fair-shares-{asked.period}", [*head, "too_far_below"], rows)


def _cells(share: FairShare) -> list[Any]:
    cells: list[Any] = []
    for measure in MEASURES:
        mean = share.means[measure]
        for value in (share.amounts[measure], mean):
            if value is None:
                cells.append("")
            elif measure == "minutes":
                cells.append(hours_and_minutes(value))
            else:
                cells.append(plain_dollars(value) if measure == "pay_cents" else value)
    return cells
