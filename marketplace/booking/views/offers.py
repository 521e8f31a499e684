"""A coordinator's first page: their offers and the shifts open to them, with reasons; one tap takes a shift."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Assignment, Offer, OfferKind
from marketplace.assignments.policy import check_may_answer
from marketplace.assignments.queries import (
    live_of,
    next_of,
    offers_visible_to,
    open_to,
    reassignments_asked,
    shifts_visible_to,
)
from marketplace.assignments.rules import CLOCK_IN_BEFORE
from marketplace.booking import booking
from marketplace.booking import offers as offering
from marketplace.booking.forms import DeclineForm
from marketplace.booking.views.blueprint import pages
from marketplace.booking.views.reassignment_cards import ReassignmentCard, cards_of, reassignment_cards
from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.readiness import why_no_offers
from marketplace.db import as_system, session
from marketplace.eligibility.candidates import Feed, Fit
from marketplace.eligibility.rule_texts import rule_titles
from marketplace.kernel import Invalid, NotPermitted, day_span, line_amount, local_day, now, workweek
from marketplace.matching.scoring import Reason, reasons
from marketplace.needs.models import FillMode, Shift
from marketplace.web import asked_word, flash_with_undo, get_or_404, language_name

MOST_CARDS = 30
SHOWN = ("best", "today", "week", "pay")
ENDS_SOON = timedelta(hours=6)


@dataclass(frozen=True)
class Card:
    """One shift, with everything the coordinator needs to decide on it."""

    fit: Fit
    offer: Offer | None
    zone: str
    at: datetime

    @property
    def shift(self) -> Shift:
        return self.fit.shift

    @property
    def pay_cents(self) -> int:
        """For the whole shift."""
        return line_amount(self.shift.span.minutes, self.shift.pay_rate_cents)

    @property
    def eligible(self) -> bool:
        return self.fit.may

    @property
    def reasons(self) -> list[Reason]:
        return reasons(self.fit.score, self.fit.verdicts)

    @property
    def applied(self) -> bool:
        return self.offer is not None and self.offer.is_application

    @property
    def offered(self) -> bool:
        return self.offer is not None and self.offer.kind is OfferKind.OFFER

    @property
    def may_apply(self) -> bool:
        return self.offer is None and not self.shift.open_to_all and self.shift.need.mode is FillMode.CHOOSE

    @property
    def ends_soon(self) -> bool:
        """Whether the offer will not wait much longer."""
        return self.offered and self.offer is not None and self.offer.expires_at - self.at <= ENDS_SOON


@pages.get("/offers", may=Permission.OFFER_ANSWER)
def offers() -> ResponseReturnValue:
    """The coordinator's next shift, then the shifts they may take: offers first, each group best match first by default."""
    person, at = current_person(), now()
    show = asked_word("show", SHOWN) or "best"
    cards, moves, zone = _cards(person, at)
    fitting = [card for card in cards if card.eligible]
    following = next_of(_own_id(person), at)
    shown = _filtered(fitting, show, zone, at)
    return render_template(
        "booking/offers.html",
        next=following,
        moves=moves,
        opens=following.starts_at - CLOCK_IN_BEFORE if following else None,
        cards=shown[:MOST_CARDS],
        more=max(0, len(shown) - MOST_CARDS),
        fitting=len(fitting),
        refused=len(cards) - len(fitting),
        not_yet=why_no_offers(_with_hold(person), at),
        show=show,
        zone=zone,
        at=at,
    )


@pages.get("/offers/why-not", may=Permission.OFFER_ANSWER)
def why_not() -> ResponseReturnValue:
    """The open shifts in the coordinator's lines that they may not take, with every reason; fewest reasons first."""
    person, at = current_person(), now()
    cards, _moves, zone = _cards(person, at)
    refused = [card for card in cards if not card.eligible]
    refused.sort(key=lambda card: (sum(v.failed for v in card.fit.verdicts), card.shift.starts_at, card.shift.id))
    return render_template(
        "booking/why_not.html", cards=refused[:MOST_CARDS], more=max(0, len(refused) - MOST_CARDS), zone=zone, at=at
    )


def _cards(person: Person, at: datetime) -> tuple[list[Card], list[ReassignmentCard], str]:
    """Every shift the coordinator may be interested in or is asked to move to, judged; and their zone."""
    with as_system():
        rows = open_to(_own_id(person), at)
        moves = reassignments_asked(_own_id(person), at)
        feed = Feed(_own_id(person), [*(shift for shift, _offer in rows), *(move.shift for move in moves)], at)
        zone, fits = feed.person.zone, feed.fits()
        asked = cards_of(moves, fits[len(rows) :], at)
        cards = [Card(fit, offer, zone, at) for fit, (_shift, offer) in zip(fits[: len(rows)], rows, strict=True)]
    return cards, asked, zone


def _filtered(cards: list[Card], show: str, zone: str, at: datetime) -> list[Card]:
    today = local_day(at, zone)
    if show == "today":
        cards = [card for card in cards if card.shift.span.overlaps(day_span(today, zone))]
    if show == "week":
        cards = [card for card in cards if card.shift.span.overlaps(workweek(today, zone))]
    if show == "pay":
        return sorted(cards, key=lambda card: (-card.pay_cents, -card.shift.pay_rate_cents, card.shift.id))
    return sorted(
        cards, key=lambda card: (not card.offered, -card.fit.score.total, card.shift.starts_at, card.shift.id)
    )


def shift_page(person: Person, shift: Shift) -> ResponseReturnValue:
    """One shift as a coordinator sees it: its terms, the score part by part, and the verdict of every rule."""
    at = now()
    with as_system():
        rows = open_to(_own_id(person), at, shift_id=shift.id)
        offer = rows[0][1] if rows else None
        asked = reassignment_cards(person.coordinator_id, at, shift_id=shift.id)
        if asked:
            # A coordinator who is asked to work this shift is judged without the one they would leave.
            card = Card(asked[0].fit, offer, asked[0].zone, at)
        else:
            feed = Feed(_own_id(person), [shift], at)
            card = Card(feed.fits()[0], offer, feed.person.zone, at)
    mine = live_of(_own_id(person), shift)
    return render_template(
        "booking/shift_for_coordinator.html",
        card=card,
        shift=shift,
        mine=mine,
        moves=asked,
        takeable=bool(rows),
        titles=rule_titles(),
        spoken=[language_name(code) for code in shift.need.languages],
        zone=card.zone,
        at=at,
    )


# ---- answering --------------------------------------------------------------------------------------------------


@pages.post("/offers/<int:offer_id>/acceptance", may=Permission.OFFER_ANSWER)
def accept(offer_id: int) -> ResponseReturnValue:
    person = current_person()
    offer = get_or_404(offers_visible_to(person), offer_id)
    check_may_answer(person, offer.coordinator_id)
    if offer.is_application:
        raise NotPermitted(_("You applied for this shift: now the facility chooses."))
    shift = offer.shift
    return _taken(booking.accept(offer, person, now()), shift)


@pages.post("/shifts/<int:shift_id>/claim", may=Permission.OFFER_ANSWER)
def claim(shift_id: int) -> ResponseReturnValue:
    """First come, first served."""
    person = current_person()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    return _taken(booking.book(shift, _coordinator(person), person, now()), shift)


@pages.post("/shifts/<int:shift_id>/applications", may=Permission.OFFER_ANSWER)
def apply(shift_id: int) -> ResponseReturnValue:
    person = current_person()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    offering.apply(shift, _coordinator(person), person, now())
    return _answered(_("Applied. The facility chooses, and you will be told."), shift, "applied")


@pages.post("/offers/<int:offer_id>/refusal", may=Permission.OFFER_ANSWER)
def decline(offer_id: int) -> ResponseReturnValue:
    person = current_person()
    offer = get_or_404(offers_visible_to(person), offer_id)
    check_may_answer(person, offer.coordinator_id)
    shift = offer.shift
    if offer.is_application:
        offering.withdraw(offer, person, now())
        return _answered(_("Your application is withdrawn."), shift, "gone")
    form = DeclineForm()
    if not form.validate():
        raise Invalid(str(form.reason.errors[0]) if form.reason.errors else _("This form is damaged."), "reason")
    offering.decline(offer, person, now(), form.reason.data)
    return _answered(_("Not for you: this offer is gone."), shift, "gone")


@pages.post("/shifts/<int:shift_id>/refusal", may=Permission.OFFER_ANSWER)
def turn_down(shift_id: int) -> ResponseReturnValue:
    """ "Not for me" to an open shift: it is not shown again."""
    person = current_person()
    shift = get_or_404(shifts_visible_to(person), shift_id)
    offering.turn_down(shift, _coordinator(person), person, now())
    return _answered(_("Not for you: you will not see this shift again."), shift, "gone")


def _taken(made: Assignment, shift: Shift) -> ResponseReturnValue:
    flash_with_undo(
        _("You have this shift. It is in your schedule."),
        url_for("booking.undo", assignment_id=made.id),
    )
    if "HX-Request" in request.headers:
        return render_template("booking/_answered.html", shift=shift, made=made, became="taken")
    return redirect(url_for("booking.offers"), 303)


def _answered(sentence: str, shift: Shift, became: str) -> ResponseReturnValue:
    flash(sentence)
    if "HX-Request" in request.headers:
        return render_template("booking/_answered.html", shift=shift, made=None, became=became)
    return redirect(url_for("booking.offers"), 303)


def _own_id(person: Person) -> int:
    if person.coordinator_id is None:
        raise NotPermitted(_("This page is for coordinators."))
    return person.coordinator_id


def _with_hold(person: Person) -> Coordinator:
    found = select(Coordinator).where(Coordinator.id == _own_id(person)).options(undefer(Coordinator.exclusion_hold))
    return session.scalars(found.execution_options(populate_existing=True)).one()


def _coordinator(person: Person) -> Coordinator:
    return session.scalars(
        select(Coordinator).where(Coordinator.id == _own_id(person)).options(joinedload(Coordinator.person))
    ).one()
