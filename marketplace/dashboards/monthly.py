"""The fair shares of the month before, written to everybody at the agency who may read reports."""

from datetime import date, datetime, time, timedelta

from babel.dates import format_date
from sqlalchemy.dialects.postgresql import insert

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission, roles_that_may
from marketplace.accounts.queries import agency, members_of
from marketplace.assignments.words import Words, words_in
from marketplace.dashboards.fairness import Fairness, fairness, span_of_month
from marketplace.dashboards.models import FairnessLetter
from marketplace.dashboards.rules import month_before
from marketplace.db.session import session
from marketplace.kernel.spans import local_day, local_instant
from marketplace.messaging.writing import write_letter
from marketplace.plans.queries import settings

MORNING = time(6)
"""On the first of the month, on the agency's clock, before anybody's day begins."""

LATE_BY = timedelta(days=7)
"""Where no worker ran on the first, the letter comes late; after a week it would be no news."""


def write_fair_shares(at: datetime, zone: str) -> int:
    """Write the letters that are due at this moment on the agency's clock. Returns how many; 0 the second time.

    Nothing is written where there was nothing to share out. Who runs at the same moment waits for the first to finish.
    """
    first = local_day(at, zone).replace(day=1)
    due = local_instant(first, MORNING, zone)
    if not due <= at < due + LATE_BY:
        return 0
    month = month_before(first)
    mine = session.scalar(
        insert(FairnessLetter)
        .values(month=month, written_at=at)
        .on_conflict_do_nothing()
        .returning(FairnessLetter.month)
    )
    if mine is None:
        return 0
    bound = settings().fair_percent
    found = fairness(span_of_month(month, zone), bound)
    if not any(any(share.amounts.values()) for share in found.shares):
        return 0
    readers = _readers()
    for reader in readers:
        _write(reader, month, found, bound)
    return len(readers)


def _readers() -> list[Person]:
    return members_of(agency().id, roles_that_may(Permission.REPORT_SEE))


def _write(reader: Person, month: date, found: Fairness, bound: int) -> None:
    _ = words_in(reader.locale)
    write_letter(
        reader.email,
        "fair-shares",
        _("Fair shares in %(month)s", month=format_date(month, "LLLL y", locale=reader.locale)),
        "plain",
        link=f"/reports/fairness?period={month:%Y-%m}",
        locale=reader.locale,
        sentences=_sentences(_, found, bound),
        button=_("See everybody's share"),
    )


def _sentences(_: Words, found: Fairness, bound: int) -> list[str]:
    below, everybody = len(found.flagged), len(found.shares)
    if below:
        flagged = _(
            "%(below)s of %(everybody)s coordinators are more than %(percent)s %% below comparable people in offers, shifts"
            " or hours.",
            below=below, everybody=everybody, percent=bound,
        )  # fmt: skip
    else:
        flagged = _(
            "None of %(everybody)s coordinators is more than %(percent)s %% below comparable people.",
            everybody=everybody,
            percent=bound,
        )
    spread = _(
        "How unequally it was spread (Gini: 0 all the same, 1 one has everything): shifts %(fills)s, offers %(offers)s, "
        "hours %(minutes)s, pay %(pay_cents)s.",
        **{measure: _gini(found.ginis[measure]) for measure in ("fills", "offers", "minutes", "pay_cents")},
    )
    return [flagged, spread, _("The page says who, beside whom, and by how much; it can be exported.")]


def _gini(hundredths: int | None) -> str:
    return "–" if hundredths is None else f"{hundredths / 100:.2f}"
