"""Asking people: offers to chosen coordinators, a shift open to the first who comes, applications to choose from."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Offer, OfferKind, lock_shift
from marketplace.assignments.rules import OFFER_LIFE, WAITING_STATES, OfferState, offer_expiry
from marketplace.audit.recording import record
from marketplace.booking import notifications
from marketplace.booking.booking import check_waits, in_words
from marketplace.booking.wanted_seats import check_wants_people
from marketplace.coordinators.models import Coordinator
from marketplace.db import as_system, enqueue, session
from marketplace.eligibility.assessment import assess
from marketplace.eligibility.candidates import ranked
from marketplace.kernel import N_, NotAllowedNow, Phrase, check_no_patient_data, clean_text
from marketplace.matching.facts import CoordinatorFacts
from marketplace.matching.scoring import Score
from marketplace.needs.models import FillMode, Need, Shift

LONGEST_NOTE = 500
MOST_AT_ONCE = 20


def send_offer(shift: Shift, coordinator: Coordinator, by: Person | None, at: datetime) -> Offer:
    """Offer the shift to one coordinator. NotAllowedNow when they may not take it (with every reason), or are already asked."""
    offers = send_offers(shift, [coordinator.id], by, at)
    return offers[0]


def send_offers(shift: Shift, coordinator_ids: Collection[int], by: Person | None, at: datetime) -> list[Offer]:
    """Offer the shift to several at once; all of them or, when one may not take it, nobody."""
    with as_system():
        shift = lock_shift(shift.id)
        check_wants_people(shift, at, by)
        chosen = sorted(assess(coordinator_ids, shift, at), key=lambda one: (-one.score.total, one.person.id))
        for one in chosen:
            one.check(by, one.person.name)
        asked = _asked(shift.id, at)
        for one in chosen:
            if one.person.id in asked:
                raise NotAllowedNow("%(name)s has this offer already and has not answered yet.", name=one.person.name)
        return _send(shift, [(one.person, one.score) for one in chosen], by, at)


def send_to_best(shift: Shift, count: int, by: Person | None, at: datetime) -> list[Offer]:
    """Offer the shift to the next best `count` who may take it and have not been asked or declined it before."""
    with as_system():
        shift = lock_shift(shift.id)
        check_wants_people(shift, at, by)
        ranking = ranked(shift, at)
        asked = set(
            session.scalars(
                select(Offer.coordinator_id).where(
                    Offer.shift_id == shift.id, Offer.state.in_([*WAITING_STATES, OfferState.DECLINED])
                )
            )
        )
        # Coordinators who gave this shift back are not asked again.
        asked |= set(session.scalars(select(Assignment.coordinator_id).where(Assignment.shift_id == shift.id)))
        free = (one for one in ranking.eligible if one.facts.id not in asked)
        best = [(one.facts, one.score) for one in islice(free, min(count, MOST_AT_ONCE))]
        return _send(shift, best, by, at) if best else []


def _send(
    shift: Shift, chosen: Sequence[tuple[CoordinatorFacts, Score]], by: Person | None, at: datetime
) -> list[Offer]:
    expires_at = offer_expiry(at, shift.starts_at, shift.ends_at)
    # An expired offer stays open in the table until the job has run: close it, so that a new one may go out.
    for stale in _stale(shift.id, [person.id for person, _fits in chosen], at):
        stale.state, stale.answered_at = OFFER_LIFE.after(stale.state, "expire"), stale.expires_at
    session.flush()
    offers = [
        Offer(
            shift_id=shift.id,
            facility_id=shift.facility_id,
            coordinator_id=person.id,
            score=fits.as_record(),
            sent_at=at,
            sent_by_id=by.id if by else None,
            expires_at=expires_at,
        )
        for person, fits in chosen
    ]
    session.add_all(offers)
    session.flush()
    for offer, (person, _fits) in zip(offers, chosen, strict=True):
        told = Phrase("%(shift)s was offered to %(name)s.", shift=in_words(shift), name=person.name)
        record("offer", offer, told, by=by)
        enqueue(notifications.notify_offered, offer_id=offer.id)
    session.flush()
    return offers


def _stale(shift_id: int, coordinator_ids: Sequence[int], at: datetime) -> list[Offer]:
    return list(
        session.scalars(
            select(Offer)
            .where(
                Offer.shift_id == shift_id,
                Offer.coordinator_id.in_(coordinator_ids),
                Offer.state.in_(WAITING_STATES),
                Offer.expires_at <= at,
            )
            .order_by(Offer.id)
            .with_for_update(key_share=True)
        )
    )


def _asked(shift_id: int, at: datetime) -> set[int]:
    return set(
        session.scalars(
            select(Offer.coordinator_id).where(
                Offer.shift_id == shift_id, Offer.state.in_(WAITING_STATES), Offer.expires_at > at
            )
        )
    )


def open_to_all(shift: Shift, by: Person | None, at: datetime) -> None:
    """First come, first served: every coordinator who may take the shift sees it and can take it."""
    with as_system():
        shift = lock_shift(shift.id)
        check_wants_people(shift, at, by)
        if shift.open_to_all:
            raise NotAllowedNow("This shift is open to everyone who qualifies already.")
        shift.open_to_all = True
        record("open", shift, Phrase("%(shift)s was opened to everyone who qualifies.", shift=in_words(shift)), by=by)
        session.flush()


def close_to_chosen(shift: Shift, by: Person | None, at: datetime) -> None:
    """Only coordinators who are offered the shift may take it from now on."""
    with as_system():
        shift = lock_shift(shift.id)
        check_wants_people(shift, at, by)
        if not shift.open_to_all:
            raise NotAllowedNow("This shift is only for those it is offered to already.")
        shift.open_to_all = False
        record("close", shift, Phrase("%(shift)s is only for those it is offered to.", shift=in_words(shift)), by=by)
        session.flush()


def ask_for_applications(need: Need, by: Person | None) -> None:
    """Coordinators apply for the shifts of this need, and the facility chooses among them."""
    if need.mode is FillMode.CHOOSE:
        raise NotAllowedNow("Coordinators can apply for this need already.")
    need.mode = FillMode.CHOOSE
    record("ask for applications", need, Phrase("Coordinators may apply, and the facility chooses."), by=by)


def apply(shift: Shift, coordinator: Coordinator, by: Person, at: datetime) -> Offer:
    """A coordinator applies for a shift whose facility chooses. NotAllowedNow with every reason when they may not take it."""
    with as_system():
        shift = lock_shift(shift.id)
        check_wants_people(shift, at, by)
        if shift.need.mode is not FillMode.CHOOSE:
            raise NotAllowedNow("This facility does not ask for applications for this shift.")
        (assessment,) = assess([coordinator.id], shift, at)
        assessment.check(by)
        for stale in _stale(shift.id, [coordinator.id], at):
            stale.state, stale.answered_at = OFFER_LIFE.after(stale.state, "expire"), stale.expires_at
        session.flush()
        values: dict[str, Any] = {
            "shift_id": shift.id,
            "facility_id": shift.facility_id,
            "coordinator_id": coordinator.id,
            "kind": OfferKind.APPLICATION,
            "score": assessment.score.as_record(),
            "sent_at": at,
            "sent_by_id": by.id,
            "expires_at": max(shift.starts_at, offer_expiry(at, shift.starts_at, shift.ends_at)),
        }
        # Two taps of the same button: the second finds the first one's application.
        key = session.scalar(insert(Offer).values(values).on_conflict_do_nothing().returning(Offer.id))
        if key is None:
            raise NotAllowedNow("You have applied already, or this shift is offered to you: look at your offers.")
        application = session.get_one(Offer, key)
        record(
            "apply",
            application,
            Phrase("%(name)s applied for %(shift)s.", name=coordinator.name, shift=in_words(shift)),
            by=by,
        )
        session.flush()
        enqueue(notifications.notify_offered, offer_id=key)
    return application


def decline(offer: Offer, by: Person, at: datetime, reason: str = "") -> None:
    """ "Not for me", or the facility does not choose this application; the reason is optional and free of patient data."""
    _answer(offer, "decline", by, at, reason)


def withdraw(offer: Offer, by: Person, at: datetime) -> None:
    """The sender withdraws an offer or application before it is answered."""
    _answer(offer, "withdraw", by, at, "")


_ANSWERED = {
    (OfferKind.APPLICATION, "decline"): N_("The application was declined."),
    (OfferKind.APPLICATION, "withdraw"): N_("The application was withdrawn."),
    (OfferKind.OFFER, "decline"): N_("The offer was declined."),
    (OfferKind.OFFER, "withdraw"): N_("The offer was withdrawn."),
}


def _answer(offer: Offer, act: str, by: Person, at: datetime, reason: str) -> None:
    note = clean_text(reason, LONGEST_NOTE, "note", multiline=True)
    check_no_patient_data(note, "note")
    with as_system():
        offer = session.scalars(
            select(Offer)
            .where(Offer.id == offer.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).one()
        check_waits(offer, at)
        offer.state, offer.answered_at = OFFER_LIFE.after(offer.state, act), at
        offer.note = note or offer.note
        record(act, offer, Phrase(_ANSWERED[offer.kind, act]), by=by)
        session.flush()


def turn_down(shift: Shift, coordinator: Coordinator, by: Person, at: datetime) -> Offer:
    """ "Not for me" to a shift open to everyone: it is not shown to the coordinator again, nor offered to them in a wave."""
    with as_system():
        waiting = session.scalars(
            select(Offer)
            .where(
                Offer.shift_id == shift.id,
                Offer.coordinator_id == coordinator.id,
                Offer.state.in_([*WAITING_STATES, OfferState.DECLINED]),
            )
            .order_by(Offer.id.desc())
            .limit(1)
        ).one_or_none()
        if waiting is not None and waiting.state is OfferState.DECLINED:
            return waiting
        if waiting is not None:
            _answer(waiting, "decline", by, at, "")
            return waiting
        turned_down = Offer(
            shift_id=shift.id, facility_id=shift.facility_id, coordinator_id=coordinator.id, state=OfferState.DECLINED,
            sent_at=at, sent_by_id=by.id, expires_at=at, answered_at=at,
        )  # fmt: skip
        record("decline", turned_down, Phrase("The coordinator turned an open shift down."), by=by)
        session.flush()
    return turned_down
