"""The monthly letter about how fairly offers and bookings were shared out."""

from collections.abc import Iterable
from datetime import date

from marketplace.accounts.models import Person
from marketplace.kernel import Month, Phrase
from marketplace.messaging.writing import Mail, write_letter
from marketplace.reports.fairness import Fairness


def notify_fair_shares(readers: Iterable[Person], month: date, found: Fairness, bound: int) -> None:
    """A letter to each reader with the month's figures; `bound` is in percent."""
    mail = Mail(
        Phrase("Fair shares in %(month)s", month=Month(month)),
        _fair_shares(found, bound),
        Phrase("See everybody's share"),
    )
    for reader in readers:
        write_letter(
            reader.email, mail, kind="fair-shares", link=f"/reports/fairness?period={month:%Y-%m}", locale=reader.locale
        )


def _fair_shares(found: Fairness, bound: int) -> list[Phrase]:
    below, everybody = len(found.flagged), len(found.shares)
    if below:
        flagged = Phrase(
            "%(below)s of %(everybody)s coordinators are more than %(percent)s %% below comparable people in offers, shifts"
            " or hours.",
            below=below, everybody=everybody, percent=bound,
        )  # fmt: skip
    else:
        flagged = Phrase(
            "None of %(everybody)s coordinators is more than %(percent)s %% below comparable people.",
            everybody=everybody,
            percent=bound,
        )
    spread = Phrase(
        "How unequally it was spread (Gini: 0 all the same, 1 one has everything): shifts %(fills)s, offers %(offers)s, "
        "hours %(minutes)s, pay %(pay_cents)s.",
        fills=_gini(found.ginis["fills"]),
        offers=_gini(found.ginis["offers"]),
        minutes=_gini(found.ginis["minutes"]),
        pay_cents=_gini(found.ginis["pay_cents"]),
    )
    return [flagged, spread, Phrase("The page says who, beside whom, and by how much; it can be exported.")]


def _gini(hundredths: int | None) -> str:
    return "–" if hundredths is None else f"{hundredths / 100:.2f}"
