"""The notices and letters about offers, bookings, cancellations, no-shows and questions to move."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Role
from marketplace.accounts.queries import members_of
from marketplace.assignments.models import Assignment, CancelledBy, Offer, OfferKind, Reassignment
from marketplace.assignments.rules import ReassignmentState
from marketplace.coordinators.models import Coordinator
from marketplace.db import jobs_app, session
from marketplace.kernel import N_, Length, Phrase, When, dollars, now
from marketplace.messaging.writing import Mail, notify, write_letter
from marketplace.needs.models import Shift

_LOOK = Phrase("Look at the shift")


@jobs_app.task(name="assignments.tell_offered", queue="mail", retry=3)
def notify_offered(offer_id: int) -> None:
    """A coordinator is offered a shift, or a facility has an application to look at."""
    offer = session.scalars(
        select(Offer).where(Offer.id == offer_id).options(*_about(Offer), joinedload(Offer.facility))
    ).one_or_none()
    if offer is None or not offer.waits(now()):
        return
    if offer.kind is OfferKind.APPLICATION:
        applies = Phrase("%(name)s applies for %(shift)s.", name=offer.coordinator.name, shift=offer.shift.phrase)
        for person in _schedulers(offer.facility_id):
            notify(person, applies, kind="application", link=f"/shifts/{offer.shift_id}")
        return
    zone, facility, pay = offer.coordinator.time_zone, offer.facility.name, dollars(offer.shift.pay_rate_cents)
    sentence = Phrase(
        "%(facility)s offers you %(shift)s, %(pay)s an hour.", facility=facility, shift=offer.shift.phrase, pay=pay
    )
    letter = Mail(
        Phrase("A shift for you at %(facility)s", facility=facility),
        [sentence, _in_own_time(offer.shift, zone), _waits_until(When(offer.expires_at, zone))],
        _LOOK,
    )
    person = offer.coordinator.person
    notify(person, sentence, kind="offer", link="/offers")
    write_letter(person.email, letter, kind="offer", link=f"/shifts/{offer.shift_id}", locale=person.locale)


def notify_offer_withdrawn(person: Person, shift: Shift) -> None:
    """The facility has put its need on hold or closed it; one line, however many shifts."""
    sentence = Phrase("The facility has stopped looking: %(shift)s.", shift=shift.phrase)
    notify(person, sentence, kind="offer_withdrawn", link="/offers")


@jobs_app.task(name="assignments.tell_booked", queue="mail", retry=3)
def notify_booked(assignment_id: int) -> None:
    """Both sides hear of a booking, unless it was undone in the meantime."""
    found = _assignment(assignment_id)
    if found is None or not found.is_live:
        return
    person, shift, link = found.coordinator.person, found.shift.phrase, f"/assignments/{found.id}"
    for reader in _schedulers(found.facility_id):
        if reader.id != found.booked_by_id:
            works = Phrase("%(name)s works %(shift)s.", name=person.name, shift=shift)
            notify(reader, works, kind="booked", link=link)
    moved = session.scalars(_moves().where(Reassignment.became_id == found.id)).one_or_none()
    if moved is None:
        sentence = Phrase("You work %(shift)s.", shift=shift)
    else:
        sentence = Phrase("You work %(shift)s instead of %(held)s.", shift=shift, held=moved.assignment.shift.phrase)
    letter = Mail(
        Phrase("You have this shift at %(facility)s", facility=found.facility.name),
        [sentence, _in_own_time(found, found.coordinator.time_zone)],
        _LOOK,
    )
    notify(person, sentence, kind="booked", link=link, letter=letter)


@jobs_app.task(name="assignments.tell_undone", queue="mail", retry=3)
def notify_undone(assignment_id: int, by_id: int) -> None:
    """The other side of a booking hears that it was taken back."""
    found = _assignment(assignment_id)
    if found is None:
        return
    sentence = Phrase(
        "The booking of %(name)s for %(shift)s was undone.", name=found.coordinator.name, shift=found.shift.phrase
    )
    for reader in [*_schedulers(found.facility_id), found.coordinator.person]:
        if reader.id != by_id:
            notify(reader, sentence, kind="undone", link=f"/shifts/{found.shift_id}")


@jobs_app.task(name="assignments.tell_cancelled", queue="mail", retry=3)
def notify_cancelled(assignment_id: int, by_id: int | None = None) -> None:
    """The side that did not cancel hears of it by letter, with what it is paid or that somebody else is being found."""
    found = _assignment(assignment_id)
    if found is None:
        return
    name, shift, more = found.coordinator.name, found.shift.phrase, []
    if found.cancelled_by is CancelledBy.COORDINATOR:
        readers, link = _schedulers(found.facility_id), f"/shifts/{found.shift_id}"
        sentence = Phrase("%(name)s cannot work %(shift)s and has canceled.", name=name, shift=shift)
        more = [Phrase("The shift is open again. The next best coordinators can be asked on its page.")]
    else:
        readers, link = [found.coordinator.person], f"/assignments/{found.id}"
        sentence = Phrase("%(shift)s was canceled.", shift=shift)
        if found.fee_minutes:
            more = [Phrase("You are paid %(hours)s for it.", hours=Length(found.fee_minutes))]
    for reader in readers:
        if reader.id != by_id:
            notify(reader, sentence, kind="cancelled", link=link, letter=Mail(sentence, [sentence, *more], _LOOK))


@jobs_app.task(name="assignments.tell_no_show", queue="mail", retry=3)
def notify_no_show(assignment_id: int) -> None:
    """The coordinator hears at once that they were marked as not having come, and whom to write to."""
    found = _assignment(assignment_id)
    if found is None:
        return
    sentence = Phrase("You were marked as not having come to %(shift)s.", shift=found.shift.phrase)
    then = Phrase("If there was a reason, tell the agency: it decides whether this stands.")
    letter = Mail(Phrase("Marked as a no-show"), [sentence, then], _LOOK)
    notify(found.coordinator.person, sentence, kind="no-show", link=f"/assignments/{found.id}", letter=letter)


@jobs_app.task(name="assignments.tell_asked_to_move", queue="mail", retry=3)
def notify_asked_to_move(move_id: int) -> None:
    """A coordinator is asked whether another shift would suit instead; theirs stays theirs until they say yes."""
    move = session.scalars(_moves().where(Reassignment.id == move_id)).one_or_none()
    if move is None or not move.waits(now()):
        return
    held = move.assignment.shift
    sentence = Phrase("Would you work %(shift)s instead of %(held)s?", shift=move.shift.phrase, held=held.phrase)
    letter = Mail(
        Phrase("A question about your shift at %(facility)s", facility=held.facility.name),
        [
            sentence,
            Phrase("Nothing changes unless you say yes: your shift stays yours."),
            _waits_until(When(move.expires_at, move.coordinator.time_zone)),
        ],
        Phrase("Look and answer"),
    )
    person = move.coordinator.person
    notify(person, sentence, kind="move", link=f"/assignments/{move.assignment_id}", letter=letter)


@jobs_app.task(name="assignments.tell_move_answered", queue="mail", retry=3)
def notify_move_answered(move_id: int) -> None:
    """Tell the person who asked the answer, and a facility whose seat was left that somebody else is being found."""
    move = session.scalars(_moves().where(Reassignment.id == move_id)).one_or_none()
    if move is None:
        return
    name, shift, held = move.coordinator.person.name, move.shift.phrase, move.assignment.shift.phrase
    asker = session.get(Person, move.asked_by_id) if move.asked_by_id else None
    template = _ANSWERS.get(move.state)
    if asker is not None and template is not None:
        link = f"/matching/shifts/{(move.after or move).shift_id}/refill"
        notify(asker, Phrase(template, name=name, shift=shift, held=held), kind="move", link=link)
    if move.state is ReassignmentState.ACCEPTED:
        left = Phrase(
            "%(name)s no longer works %(shift)s: the agency has reassigned somebody, and sees to it that the seat is filled.",
            name=name,
            shift=held,
        )
        for reader in _schedulers(move.assignment.facility_id):
            notify(reader, left, kind="released", link=f"/shifts/{move.assignment.shift_id}")


_ANSWERS = {
    ReassignmentState.ACCEPTED: N_("%(name)s was reassigned and works %(shift)s instead of %(held)s."),
    ReassignmentState.AGREED: N_("%(name)s would work %(shift)s instead of %(held)s. Now the next one is asked."),
    ReassignmentState.DECLINED: N_("%(name)s keeps %(held)s and declined the reassignment to %(shift)s."),
    ReassignmentState.EXPIRED: N_("%(name)s has not answered whether %(shift)s would suit instead of %(held)s."),
}


@jobs_app.task(name="assignments.tell_move_withdrawn", queue="mail", retry=3)
def notify_move_withdrawn(move_id: int) -> None:
    """A coordinator need not answer any more; whatever they have answered, they keep their shift."""
    move = session.scalars(_moves().where(Reassignment.id == move_id)).one_or_none()
    if move is None or not move.assignment.is_live:
        return
    sentence = Phrase(
        "The question about a reassignment is over: you keep %(held)s.", held=move.assignment.shift.phrase
    )
    notify(move.coordinator.person, sentence, kind="move", link=f"/assignments/{move.assignment_id}")


def _in_own_time(what: Shift | Assignment, zone: str) -> Phrase:
    return Phrase("Your time: %(time)s.", time=When(what.starts_at, zone, what.ends_at))


def _waits_until(time: When) -> Phrase:
    return Phrase("It waits for you until %(time)s.", time=time)


def _about(entity: type[Offer] | type[Assignment] | type[Reassignment]) -> Iterable[Any]:
    return (
        joinedload(entity.shift).joinedload(Shift.line),
        joinedload(entity.shift).joinedload(Shift.facility),
        joinedload(entity.coordinator).joinedload(Coordinator.person),
    )


def _moves() -> Select[Reassignment]:
    """Questions to move with both shifts, and the one they hang on."""
    return select(Reassignment).options(
        *_about(Reassignment),
        joinedload(Reassignment.assignment).joinedload(Assignment.shift).joinedload(Shift.line),
        joinedload(Reassignment.assignment).joinedload(Assignment.shift).joinedload(Shift.facility),
        joinedload(Reassignment.after),
    )


def _assignment(assignment_id: int) -> Assignment | None:
    return session.scalars(
        select(Assignment)
        .where(Assignment.id == assignment_id)
        .options(*_about(Assignment), joinedload(Assignment.facility))
    ).one_or_none()


def _schedulers(facility_id: int) -> list[Person]:
    """The people of the facility who decide about shifts."""
    return members_of(facility_id, [Role.FACILITY_OWNER, Role.FACILITY_SCHEDULER])
