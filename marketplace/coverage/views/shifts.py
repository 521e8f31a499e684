"""One shift: for a facility and the agency whom to ask for it, for a coordinator whether they may take it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Assignment, Offer, OfferKind
from marketplace.assignments.policy import check_may_decide, check_may_staff, may_staff
from marketplace.assignments.queries import offers_visible_to, shifts_visible_to, staffing
from marketplace.audit.queries import trail_of
from marketplace.booking import offers
from marketplace.booking.booking import accept
from marketplace.booking.forms import HowManyForm
from marketplace.booking.views.offers import shift_page
from marketplace.coordinators.models import Coordinator
from marketplace.coverage.views.blueprint import pages
from marketplace.db import Audience, session
from marketplace.eligibility.candidates import ranked
from marketplace.eligibility.index import shifts_wanted_for
from marketplace.eligibility.rule_texts import RULE_WORDS, rule_titles
from marketplace.kernel import BIGGEST_KEY, NotAllowedNow, NotFound, now
from marketplace.matching.ranking import NOBODY, Ranking, RefusedCandidate
from marketplace.needs.models import FillMode, Shift
from marketplace.needs.rules import NeedState, ShiftState
from marketplace.web import Page, asked_word, flash_with_undo, get_or_404, page_number

FEW, ALL_SHOWN = 6, 30
NEAREST = 12
REFUSED_ON_A_PAGE = 20
TOLD_FROM = 10
"""Points from which the worth of hours elsewhere stands on the card; less is told behind "How?"."""


@dataclass(frozen=True)
class Seat:
    """One seat of a shift, taken or open."""

    number: int
    assignment: Assignment | None


@dataclass(frozen=True)
class WhyNot:
    """How many a rule refuses, under the rule's title."""

    title: str
    description: str
    count: int


@pages.get("/shifts/<int:shift_id>", may=Permission.SHIFT_SEE)
def shift(shift_id: int) -> ResponseReturnValue:
    """The page of one shift, as the one who asks may see it."""
    person, at = current_person(), now()
    found = get_or_404(shifts_visible_to(person), shift_id)
    if person.audience is Audience.COORDINATOR:
        return shift_page(person, found)
    booked, offered = staffing(found)
    seats = _seats(found, booked)
    wanted = _wants_people(found, seats, at)
    for_agency = person.audience is Audience.AGENCY
    ranking = ranked(found, at, for_facility=not for_agency) if wanted else NOBODY
    taken = {seat.assignment.coordinator_id for seat in seats if seat.assignment}
    candidates = [one for one in ranking.eligible if one.facts.id not in taken]
    everyone = asked_word("show", ("everyone",)) == "everyone"
    shown = candidates[: ALL_SHOWN if everyone else FEW]
    return render_template(
        "coverage/shift.html",
        shift=found,
        seats=seats,
        wanted=wanted,
        candidates=shown,
        # Only the agency reads which other shift wants a candidate; a facility reads that one does.
        told_from=TOLD_FROM,
        wanted_for=shifts_wanted_for({one.instead for one in shown if one.instead}) if for_agency else {},
        eligible=len(candidates),
        everyone=everyone,
        answers=_answers(offered, at),
        offers=offered[:20],
        past=[one for one in booked if not one.is_live][:10],
        nearest=ranking.nearest(NEAREST),
        ineligible=len(ranking.ineligible),
        why_not=_by_rule(ranking),
        trail=session.scalars(trail_of(person, "shift", found.id).limit(10)).all(),
        may_staff=may_staff(person, found) and wanted,
        may_cancel=may_staff(person, found) and found.state is ShiftState.SCHEDULED and found.ends_at > at,
        for_agency=for_agency,
        choosing=found.need.mode is FillMode.CHOOSE,
        form=HowManyForm(count=3),
        at=at,
    )


@pages.get("/shifts/<int:shift_id>/why-not", may=Permission.OFFER_SEND)
def everyone_else(shift_id: int) -> ResponseReturnValue:
    """All who may not take the shift, each with every reason, the nearest first."""
    person, at = current_person(), now()
    found = get_or_404(shifts_visible_to(person), shift_id)
    check_may_staff(person, found)
    refused = ranked(found, at, for_facility=person.audience is not Audience.AGENCY).ineligible
    number = min(page_number(), max(1, -(-len(refused) // REFUSED_ON_A_PAGE)))
    start = (number - 1) * REFUSED_ON_A_PAGE
    page: Page[RefusedCandidate] = Page(
        list(refused[start : start + REFUSED_ON_A_PAGE]), number, len(refused), REFUSED_ON_A_PAGE
    )
    return render_template(
        "coverage/everyone_else.html",
        shift=found,
        page=page,
        titles=_titles(),
        for_agency=person.audience is Audience.AGENCY,
    )


def _seats(found: Shift, booked: Sequence[Assignment]) -> list[Seat]:
    live = {one.seat: one for one in booked if one.is_live}
    return [Seat(number, live.get(number)) for number in range(1, found.headcount + 1)]


def _wants_people(found: Shift, seats: list[Seat], at: datetime) -> bool:
    return (
        found.state in (ShiftState.SCHEDULED, ShiftState.IN_PROGRESS)
        and found.ends_at > at
        and found.need.state is NeedState.OPEN
        and any(seat.assignment is None for seat in seats)
    )


def _answers(offered: Sequence[Offer], at: datetime) -> dict[int, tuple[Offer, str]]:
    """The last offer or application of each coordinator, with the word for where it stands."""
    found: dict[int, tuple[Offer, str]] = {}
    for offer in offered:  # the latest first
        state = offer.state_at(at).value
        word = "applied" if offer.kind is OfferKind.APPLICATION and state == "sent" else state
        found.setdefault(offer.coordinator_id, (offer, word))
    return found


def _by_rule(ranking: Ranking) -> list[WhyNot]:
    told = ((RULE_WORDS[code], count) for code, count in ranking.counts.most_common())
    return [WhyNot(str(words.title), str(words.description), count) for words, count in told]


def _titles() -> dict[str, str]:
    return defaultdict(str, rule_titles())


# ---- asking people ----------------------------------------------------------------------------------------------


@pages.post("/shifts/<int:shift_id>/offers/<int:coordinator_id>", may=Permission.OFFER_SEND)
def offer(shift_id: int, coordinator_id: int) -> ResponseReturnValue:
    """Offer the shift to one of the candidates."""
    person, found = _staffed(shift_id)
    coordinator = _somebody(coordinator_id)
    sent = offers.send_offer(found, coordinator, person, now())
    flash_with_undo(
        _("%(name)s is asked.", name=coordinator.name),
        url_for("coverage.withdraw", offer_id=sent.id),
    )
    return _back(found)


@pages.post("/shifts/<int:shift_id>/offers", may=Permission.OFFER_SEND)
def offer_to_best(shift_id: int) -> ResponseReturnValue:
    """Offer the shift to the next best few at once; who accepts first has it."""
    person, found = _staffed(shift_id)
    form = HowManyForm()
    if not form.validate():
        flash(str(form.count.errors[0]), "error")
        return _back(found)
    sent = offers.send_to_best(found, form.count.data, person, now())
    if not sent:
        raise NotAllowedNow(_("There is nobody left to ask: everyone who qualifies was asked before."))
    flash(ngettext("%(num)d coordinator is asked.", "%(num)d coordinators are asked.", len(sent)))
    return _back(found)


@pages.post("/shifts/<int:shift_id>/opening", may=Permission.OFFER_SEND)
def open_shift(shift_id: int) -> ResponseReturnValue:
    """First come, first served."""
    person, found = _staffed(shift_id)
    offers.open_to_all(found, person, now())
    flash(_("Everyone who qualifies can now take this shift; the first one has it."))
    return _back(found)


@pages.post("/shifts/<int:shift_id>/closing", may=Permission.OFFER_SEND)
def close_shift(shift_id: int) -> ResponseReturnValue:
    """Only coordinators who are asked may take it."""
    person, found = _staffed(shift_id)
    offers.close_to_chosen(found, person, now())
    flash(_("Only those you ask can take this shift now."))
    return _back(found)


@pages.post("/shifts/<int:shift_id>/applicants", may=Permission.OFFER_SEND)
def ask_for_applications(shift_id: int) -> ResponseReturnValue:
    """Coordinators apply, and the facility chooses."""
    person, found = _staffed(shift_id)
    offers.ask_for_applications(found.need, person)
    flash(_("Coordinators can now apply for the shifts of this need. You choose."))
    return _back(found)


@pages.post("/offers/<int:offer_id>/withdrawal", may=Permission.OFFER_SEND)
def withdraw(offer_id: int) -> ResponseReturnValue:
    """Take an offer back before it is answered."""
    person = current_person()
    found = get_or_404(offers_visible_to(person), offer_id)
    check_may_decide(person, found)
    name, about = found.coordinator.name, found.shift
    if found.kind is OfferKind.APPLICATION:
        offers.decline(found, person, now())
    else:
        offers.withdraw(found, person, now())
    flash(_("%(name)s is no longer asked.", name=name))
    return _back(about)


@pages.post("/offers/<int:offer_id>/choice", may=Permission.OFFER_SEND)
def choose(offer_id: int) -> ResponseReturnValue:
    """The facility takes one of those who applied."""
    person = current_person()
    found = get_or_404(offers_visible_to(person), offer_id)
    check_may_decide(person, found)
    if found.kind is not OfferKind.APPLICATION:
        raise NotAllowedNow(_("This is an offer of yours: the coordinator answers it."))
    name, about = found.coordinator.name, found.shift
    made = accept(found, person, now())
    flash_with_undo(
        _("%(name)s has this shift.", name=name),
        url_for("booking.undo", assignment_id=made.id),
    )
    return _back(about)


def _staffed(shift_id: int) -> tuple[Person, Shift]:
    person = current_person()
    found = get_or_404(shifts_visible_to(person), shift_id)
    check_may_staff(person, found)
    return person, found


def _somebody(coordinator_id: int) -> Coordinator:
    found = (
        session.scalars(
            select(Coordinator).where(Coordinator.id == coordinator_id).options(joinedload(Coordinator.person))
        ).one_or_none()
        if 0 < coordinator_id <= BIGGEST_KEY
        else None
    )
    if found is None:
        raise NotFound(_("There is no such coordinator."))
    return found


def _back(found: Shift) -> ResponseReturnValue:
    return redirect(url_for("coverage.shift", shift_id=found.id), 303)
