"""What is told to people after an act on a shift, in each reader's language, and what happens to offers by itself."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Role
from marketplace.accounts.queries import members_of
from marketplace.assignments import indexing
from marketplace.assignments.models import Assignment, CancelledBy, MoveRequest, Offer, OfferKind
from marketplace.assignments.rules import WAITING_STATES, MoveState, OfferState
from marketplace.assignments.words import in_zone, shift_words, words_in
from marketplace.coordinators.models import Coordinator
from marketplace.db.jobs import jobs_app
from marketplace.db.session import session
from marketplace.kernel.clock import now
from marketplace.kernel.money import dollars
from marketplace.messaging.writing import notify, write_letter
from marketplace.needs.models import Shift


@jobs_app.task(name="assignments.tell_offered", queue="mail", retry=3)
def tell_offered(offer_id: int) -> None:
    """A coordinator is offered a shift, or a facility has an application to look at."""
    offer = session.scalars(
        select(Offer).where(Offer.id == offer_id).options(*_about(Offer), joinedload(Offer.facility))
    ).one_or_none()
    if offer is None or not offer.waits(now()):
        return
    if offer.kind is OfferKind.APPLICATION:
        for person in _schedulers(offer.facility_id):
            _ = words_in(person.locale)
            sentence = _(
                "%(name)s applies for %(shift)s.",
                name=offer.coordinator.name,
                shift=shift_words(_, offer.shift, person.locale),
            )
            notify(person.id, "application", sentence, f"/shifts/{offer.shift_id}")
        return
    person = offer.coordinator.person
    _ = words_in(person.locale)
    zone = offer.coordinator.time_zone
    pay = dollars(offer.shift.pay_rate_cents)
    sentence = _(
        "%(facility)s offers you %(shift)s, %(pay)s an hour.",
        facility=offer.facility.name, shift=shift_words(_, offer.shift, person.locale), pay=pay,
    )  # fmt: skip
    notify(person.id, "offer", sentence, "/offers")
    write_letter(
        person.email,
        "offer",
        _("A shift for you at %(facility)s", facility=offer.facility.name),
        "plain",
        link=f"/shifts/{offer.shift_id}",
        locale=person.locale,
        sentences=[
            sentence,
            _("Your time: %(time)s.", time=in_zone(offer.shift.span, zone, person.locale)),
            _("It waits for you until %(time)s.", time=in_zone(offer.expires_at, zone, person.locale)),
        ],
        button=_("Look at the shift"),
    )


@jobs_app.task(name="assignments.tell_booked", queue="mail", retry=3)
def tell_booked(assignment_id: int) -> None:
    """Both sides hear of a booking, unless it was undone in the meantime."""
    found = _assignment(assignment_id)
    if found is None or not found.is_live:
        return
    person = found.coordinator.person
    for reader in _schedulers(found.facility_id):
        if reader.id != found.booked_by_id:
            _ = words_in(reader.locale)
            what = _("%(name)s works %(shift)s.", name=person.name, shift=shift_words(_, found.shift, reader.locale))
            notify(reader.id, "booked", what, f"/assignments/{found.id}")
    _ = words_in(person.locale)
    here = shift_words(_, found.shift, person.locale)
    moved = session.scalars(_moves().where(MoveRequest.became_id == found.id)).one_or_none()
    if moved is None:
        what = _("You work %(shift)s.", shift=here)
    else:
        left = shift_words(_, moved.assignment.shift, person.locale)
        what = _("You work %(shift)s instead of %(held)s.", shift=here, held=left)
    notify(person.id, "booked", what, f"/assignments/{found.id}")
    write_letter(
        person.email,
        "booked",
        _("You have this shift at %(facility)s", facility=found.facility.name),
        "plain",
        link=f"/assignments/{found.id}",
        locale=person.locale,
        sentences=[
            what,
            _("Your time: %(time)s.", time=in_zone(found.span, found.coordinator.time_zone, person.locale)),
        ],
        button=_("Look at the shift"),
    )


@jobs_app.task(name="assignments.tell_undone", queue="mail", retry=3)
def tell_undone(assignment_id: int, by_id: int) -> None:
    """The other side of a booking hears that it was taken back."""
    found = _assignment(assignment_id)
    if found is None:
        return
    for reader in [*_schedulers(found.facility_id), found.coordinator.person]:
        if reader.id != by_id:
            _ = words_in(reader.locale)
            what = _(
                "The booking of %(name)s for %(shift)s was taken back.",
                name=found.coordinator.name, shift=shift_words(_, found.shift, reader.locale),
            )  # fmt: skip
            notify(reader.id, "undone", what, f"/shifts/{found.shift_id}")


@jobs_app.task(name="assignments.tell_cancelled", queue="mail", retry=3)
def tell_cancelled(assignment_id: int, by_id: int | None = None) -> None:
    """The side that did not cancel hears of it by letter, with what it is paid or that somebody else is being found."""
    found = _assignment(assignment_id)
    if found is None:
        return
    by_coordinator = found.cancelled_by is CancelledBy.COORDINATOR
    readers = _schedulers(found.facility_id) if by_coordinator else [found.coordinator.person]
    for reader in readers:
        if reader.id == by_id:
            continue
        _ = words_in(reader.locale)
        shift = shift_words(_, found.shift, reader.locale)
        if by_coordinator:
            what = _("%(name)s cannot work %(shift)s and has cancelled.", name=found.coordinator.name, shift=shift)
            more = [_("The shift is open again. The next best coordinators can be asked on its page.")]
            link = f"/shifts/{found.shift_id}"
        else:
            what = _("%(shift)s was cancelled.", shift=shift)
            fee = found.fee_minutes or 0
            more = [_("You are paid %(minutes)s minutes for it.", minutes=fee)] if fee else []
            link = f"/assignments/{found.id}"
        notify(reader.id, "cancelled", what, link)
        write_letter(
            reader.email, "cancelled", what, "plain", link=link, locale=reader.locale, sentences=[what, *more],
            button=_("Look at the shift"),
        )  # fmt: skip


@jobs_app.task(name="assignments.tell_no_show", queue="mail", retry=3)
def tell_no_show(assignment_id: int) -> None:
    """The coordinator hears at once that she was marked as not having come, and whom to write to."""
    found = _assignment(assignment_id)
    if found is None:
        return
    person = found.coordinator.person
    _ = words_in(person.locale)
    what = _("You were marked as not having come to %(shift)s.", shift=shift_words(_, found.shift, person.locale))
    notify(person.id, "no-show", what, f"/assignments/{found.id}")
    write_letter(
        person.email, "no-show", _("Marked as a no-show"), "plain", link=f"/assignments/{found.id}",
        locale=person.locale, sentences=[what, _("If there was a reason, tell the agency: it decides whether this stands.")],
        button=_("Look at the shift"),
    )  # fmt: skip


@jobs_app.task(name="assignments.tell_asked_to_move", queue="mail", retry=3)
def tell_asked_to_move(move_id: int) -> None:
    """She is asked whether another shift would suit instead of hers; hers stays hers until she says yes."""
    move = session.scalars(_moves().where(MoveRequest.id == move_id)).one_or_none()
    if move is None or not move.waits(now()):
        return
    person = move.coordinator.person
    _ = words_in(person.locale)
    held = move.assignment.shift
    what = _(
        "Would you work %(shift)s instead of %(held)s?",
        shift=shift_words(_, move.shift, person.locale), held=shift_words(_, held, person.locale),
    )  # fmt: skip
    notify(person.id, "move", what, f"/assignments/{move.assignment_id}")
    write_letter(
        person.email,
        "move",
        _("A question about your shift at %(facility)s", facility=held.facility.name),
        "plain",
        link=f"/assignments/{move.assignment_id}",
        locale=person.locale,
        sentences=[
            what,
            _("Nothing changes unless you say yes: your shift stays yours."),
            _(
                "It waits for you until %(time)s.",
                time=in_zone(move.expires_at, move.coordinator.time_zone, person.locale),
            ),
        ],
        button=_("Look and answer"),
    )


@jobs_app.task(name="assignments.tell_move_answered", queue="mail", retry=3)
def tell_move_answered(move_id: int) -> None:
    """Whoever asked hears the answer; a facility whose seat was left hears that somebody else is being found."""
    move = session.scalars(_moves().where(MoveRequest.id == move_id)).one_or_none()
    if move is None:
        return
    asker = session.get(Person, move.asked_by_id) if move.asked_by_id else None
    if asker is not None:
        _ = words_in(asker.locale)
        what = {
            "name": move.coordinator.person.name,
            "shift": shift_words(_, move.shift, asker.locale),
            "held": shift_words(_, move.assignment.shift, asker.locale),
        }
        sentence = {
            MoveState.ACCEPTED: _("%(name)s has moved and works %(shift)s instead of %(held)s.", **what),
            MoveState.AGREED: _(
                "%(name)s would work %(shift)s instead of %(held)s. Now the next one is asked.", **what
            ),
            MoveState.DECLINED: _("%(name)s keeps %(held)s and does not move to %(shift)s.", **what),
            MoveState.EXPIRED: _("%(name)s has not answered whether %(shift)s would suit instead of %(held)s.", **what),
        }.get(move.state)
        if sentence:
            notify(asker.id, "move", sentence, f"/matching/shifts/{(move.after or move).shift_id}/refill")
    if move.state is MoveState.ACCEPTED:
        for reader in _schedulers(move.assignment.facility_id):
            _ = words_in(reader.locale)
            left = _(
                "%(name)s no longer works %(shift)s: the agency has moved somebody, and sees to it that the seat is filled.",
                name=move.coordinator.person.name, shift=shift_words(_, move.assignment.shift, reader.locale),
            )  # fmt: skip
            notify(reader.id, "released", left, f"/shifts/{move.assignment.shift_id}")


@jobs_app.task(name="assignments.tell_move_withdrawn", queue="mail", retry=3)
def tell_move_withdrawn(move_id: int) -> None:
    """She need not answer any more, and whatever she has answered: she keeps her shift."""
    move = session.scalars(_moves().where(MoveRequest.id == move_id)).one_or_none()
    if move is None or not move.assignment.is_live:
        return
    person = move.coordinator.person
    _ = words_in(person.locale)
    held = shift_words(_, move.assignment.shift, person.locale)
    what = _("The question to move is over: you keep %(held)s.", held=held)
    notify(person.id, "move", what, f"/assignments/{move.assignment_id}")


@jobs_app.task(name="assignments.end_moves", queueing_lock="assignments.end_moves")
def end_moves(timestamp: int = 0) -> int:
    """Write down which questions to move were not answered in time or make no sense any more. Returns how many."""
    from marketplace.assignments.moving import end_those_over

    return end_those_over(now())


@jobs_app.task(name="assignments.expire_offers", queueing_lock="assignments.expire_offers")
def expire_offers(timestamp: int = 0) -> int:
    """Write down that the time of unanswered offers is over; pages say so from the instant itself. Returns how many."""
    done = session.execute(
        update(Offer)
        .where(Offer.state.in_(WAITING_STATES), Offer.expires_at <= now())
        .values(state=OfferState.EXPIRED, answered_at=Offer.expires_at, version=Offer.version + 1)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


@jobs_app.task(name="assignments.sweep_changes", queueing_lock="assignments.sweep_changes")
def sweep_changes(timestamp: int = 0) -> int:
    """Forget who changed days ago: every process has seen it by then. Returns how many lines."""
    return indexing.sweep_changes()


def _about(entity: type[Offer] | type[Assignment] | type[MoveRequest]) -> Iterable[Any]:
    return (
        joinedload(entity.shift).joinedload(Shift.line),
        joinedload(entity.shift).joinedload(Shift.facility),
        joinedload(entity.coordinator).joinedload(Coordinator.person),
    )


def _moves() -> Select[MoveRequest]:
    """Questions to move with both shifts, and the one they hang on."""
    return select(MoveRequest).options(
        *_about(MoveRequest),
        joinedload(MoveRequest.assignment).joinedload(Assignment.shift).joinedload(Shift.line),
        joinedload(MoveRequest.assignment).joinedload(Assignment.shift).joinedload(Shift.facility),
        joinedload(MoveRequest.after),
    )


def _assignment(assignment_id: int) -> Assignment | None:
    return session.scalars(
        select(Assignment)
        .where(Assignment.id == assignment_id)
        .options(*_about(Assignment), joinedload(Assignment.facility))
    ).one_or_none()


def _schedulers(facility_id: int) -> list[Person]:
    """Those at the facility who decide about shifts."""
    return members_of(facility_id, [Role.FACILITY_OWNER, Role.FACILITY_SCHEDULER])
