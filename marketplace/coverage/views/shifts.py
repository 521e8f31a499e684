"""One shift: for a facility and the agency whom to ask for it, for a coordinator whether they may take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.policy import may_staff
from marketplace.assignments.queries import shifts_visible_to, staffing
from marketplace.audit.queries import newest_of
from marketplace.booking.views.offers import shift_page
from marketplace.coverage.forms import HowManyForm
from marketplace.coverage.views.blueprint import pages
from marketplace.db import Audience
from marketplace.eligibility.candidates import ranked
from marketplace.eligibility.index import shifts_wanted_for
from marketplace.eligibility.rule_texts import RULE_WORDS
from marketplace.facilities.models import FacilityState
from marketplace.facilities.readiness import why_not
from marketplace.kernel import now
from marketplace.matching.ranking import NOBODY, Ranking
from marketplace.needs.models import FillMode, Shift
from marketplace.needs.rules import NeedState, ShiftState
from marketplace.web import asked_word, get_or_404

FEW, ALL_SHOWN = 6, 30
TRAIL = 10
NEAREST = 12
TOLD_FROM = 10
"""Points from which the worth of hours elsewhere stands on the card; less is told behind "How?"."""


@dataclass(frozen=True)
class Seat:
    """One seat of a shift, taken or open."""

    number: int
    assignment: Assignment | None


@dataclass(frozen=True)
class WhyNot:
    """The number of coordinators a rule refuses, under the rule's title."""

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
        not_yet=why_not(found.facility, person, at),
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
        trail=newest_of(person, "shift", found.id, TRAIL),
        may_staff=may_staff(person, found) and wanted,
        may_cancel=may_staff(person, found) and found.state is ShiftState.SCHEDULED and found.ends_at > at,
        for_agency=for_agency,
        choosing=found.need.mode is FillMode.CHOOSE,
        form=HowManyForm(count=3),
        at=at,
    )


def _seats(found: Shift, booked: Sequence[Assignment]) -> list[Seat]:
    live = {one.seat: one for one in booked if one.is_live}
    return [Seat(number, live.get(number)) for number in range(1, found.headcount + 1)]


def _wants_people(found: Shift, seats: list[Seat], at: datetime) -> bool:
    return (
        found.state in (ShiftState.SCHEDULED, ShiftState.IN_PROGRESS)
        and found.ends_at > at
        and found.need.state is NeedState.OPEN
        and found.facility.state is FacilityState.ACTIVE
        and any(seat.assignment is None for seat in seats)
    )


def _answers(offered: Sequence[Offer], at: datetime) -> dict[int, tuple[Offer, str]]:
    """The last offer or application of each coordinator, with the word for where it stands."""
    found: dict[int, tuple[Offer, str]] = {}
    for offer in offered:  # the latest first
        state = offer.state_at(at).value
        word = "applied" if offer.is_application and state == "sent" else state
        found.setdefault(offer.coordinator_id, (offer, word))
    return found


def _by_rule(ranking: Ranking) -> list[WhyNot]:
    told = ((RULE_WORDS[code], count) for code, count in ranking.counts.most_common())
    return [WhyNot(str(words.title), str(words.description), count) for words, count in told]
