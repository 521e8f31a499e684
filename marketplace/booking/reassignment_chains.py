"""Reassignments that depend on each other: loading, locking and ending them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment, Reassignment, lock_assignment, lock_coordinator, lock_shift
from marketplace.assignments.rules import (
    ANSWERABLE_BY_COORDINATOR,
    OPEN_REASSIGNMENTS,
    REASSIGNMENT_LIFE,
    ReassignmentState,
)
from marketplace.audit.recording import record
from marketplace.booking import notifications
from marketplace.coordinators.models import Coordinator
from marketplace.db import enqueue, session
from marketplace.eligibility.assessment import Assessment, assess
from marketplace.kernel import N_, NotAllowedNow, Phrase
from marketplace.needs.models import Shift


def fit(booking: Assignment, shift: Shift, at: datetime) -> Assessment:
    """Their fit for a shift, loaded with `load_options()`, without this booking: every verdict, and the score."""
    return assess([booking.coordinator_id], shift, at, without=booking.shift_id)[0]


@dataclass(frozen=True)
class Chain:
    """A chain of questions with its shifts and bookings, locked. The first would take the open seat."""

    links: list[Reassignment]
    shifts: dict[int, Shift]
    bookings: dict[int, Assignment]

    def link(self, key: int) -> Reassignment:
        return next(link for link in self.links if link.id == key)

    def left(self, link: Reassignment) -> Shift:
        """The shift that this coordinator would leave."""
        return self.shifts[self.bookings[link.assignment_id].shift_id]


WHY_OVER = {
    ReassignmentState.PLANNED: N_("This has not been asked yet."),
    ReassignmentState.ACCEPTED: N_("This was answered already: the reassignment is done."),
    ReassignmentState.DECLINED: N_("This was answered already: nobody was reassigned."),
    ReassignmentState.WITHDRAWN: N_("This question was withdrawn. Nothing has changed."),
    ReassignmentState.EXPIRED: N_("The time to answer this question is over. Nothing has changed."),
}


def check_waits(move: Reassignment, at: datetime) -> None:
    """Raises NotAllowedNow for a question that no longer awaits an answer."""
    if not move.waits(at):
        raise NotAllowedNow(WHY_OVER[move.state_at(at)])


def end_chain(
    links: Sequence[Reassignment], which: Reassignment, act: str, at: datetime, by: Person | None = None
) -> int:
    """End a question and its chain; unanswered questions are withdrawn. Returns the number of questions that ended."""
    ended = [link for link in links if link.state in OPEN_REASSIGNMENTS]
    for link in ended:
        what = act if link is which and REASSIGNMENT_LIFE.allows(link.state, act) else "withdraw"
        known = link.state in ANSWERABLE_BY_COORDINATOR
        link.state, link.answered_at = REASSIGNMENT_LIFE.after(link.state, what), at
        record_step(
            what,
            link,
            Phrase("The question to %(name)s is over: nobody was reassigned.", name=link.coordinator.name),
            by,
        )
        session.flush()
        if what == "withdraw":
            if known:
                enqueue(notifications.notify_move_withdrawn, move_id=link.id)
        else:
            enqueue(notifications.notify_move_answered, move_id=link.id)
    return len(ended)


def lock_everything(move: Reassignment) -> Chain:
    """Lock everything a yes changes, in the order of all bookings: shifts, coordinators, bookings, and last the questions."""
    links = session.scalars(
        select(Reassignment).where(_of_its_chain(move)).options(joinedload(Reassignment.assignment))
    ).all()
    places = {link.shift_id for link in links} | {link.assignment.shift_id for link in links}
    shifts = {key: lock_shift(key) for key in sorted(places)}
    for key in sorted({link.coordinator_id for link in links}):
        lock_coordinator(key)
    bookings = {key: lock_assignment(key) for key in sorted({link.assignment_id for link in links})}
    return Chain(lock_chain(move), shifts, bookings)


def _of_its_chain(move: Reassignment) -> ColumnElement[bool]:
    first = move.after_id or move.id
    return or_(Reassignment.id == first, Reassignment.after_id == first)


def lock_chain(move: Reassignment) -> list[Reassignment]:
    """The questions of the chain as they are now, locked, the first one first."""
    return sorted(lock_reassignments(_of_its_chain(move)), key=lambda link: (link.after_id is not None, link.id))


def lock_reassignments(which: ColumnElement[bool]) -> list[Reassignment]:
    return list(
        session.scalars(
            select(Reassignment)
            .where(which)
            .order_by(Reassignment.id)
            .options(
                joinedload(Reassignment.coordinator).joinedload(Coordinator.person),
                joinedload(Reassignment.free).joinedload(Coordinator.person),
            )
            .with_for_update(of=Reassignment, key_share=True)
            .execution_options(populate_existing=True)
        )
    )


def record_step(act: str, move: Reassignment, sentence: Phrase, by: Person | None = None) -> None:
    record(f"{act} move", move, sentence, by=by)
