"""What the agency's reports and the end of getting started tell people."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from marketplace.accounts.models import Membership, Person
from marketplace.coordinators.models import Coordinator
from marketplace.dashboards.fairness import Fairness
from marketplace.db.session import session
from marketplace.facilities.models import Facility
from marketplace.kernel.phrases import Month, Phrase
from marketplace.messaging.writing import Mail, notify, write_letter


def tell_facility_active(facility: Facility) -> None:
    """Everybody there may begin."""
    people = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == facility.id, Membership.active)
        .order_by(Person.id)
    )
    sentence = Phrase("%(name)s is active: you can post needs.", name=facility.name)
    for person in session.scalars(people):
        notify(person, sentence, kind="activated", link="/needs/new")


def tell_coordinator_active(coordinator: Coordinator) -> None:
    """From now on shifts come."""
    sentence = Phrase("You are active: shifts that fit you are offered from now on.")
    notify(coordinator.person, sentence, kind="activated", link="/offers")


def tell_fair_shares(readers: Iterable[Person], month: date, found: Fairness, bound: int) -> None:
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
        **{measure: _gini(found.ginis[measure]) for measure in ("fills", "offers", "minutes", "pay_cents")},
    )
    return [flagged, spread, Phrase("The page says who, beside whom, and by how much; it can be exported.")]


def _gini(hundredths: int | None) -> str:
    return "–" if hundredths is None else f"{hundredths / 100:.2f}"
