"""What a coordinator is asked: would she work another shift instead of hers? Both beside each other, one tap for yes or no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Reassignment
from marketplace.assignments.policy import check_may_answer
from marketplace.assignments.queries import reassignments_asked, reassignments_visible_to
from marketplace.assignments.rules import ReassignmentState
from marketplace.booking import reassignments
from marketplace.booking.forms import MoveAnswerForm
from marketplace.booking.reassignment_chains import check_waits
from marketplace.booking.views.blueprint import pages
from marketplace.db import as_system
from marketplace.eligibility.candidates import Feed, Fit
from marketplace.kernel import Invalid, line_amount, now
from marketplace.matching.scoring import Reason, Tone, reasons
from marketplace.needs.models import Shift
from marketplace.web import check_version, get_or_404
from marketplace.web.filters import day, times


@dataclass(frozen=True)
class MoveCard:
    """The question as she decides on it."""

    move: Reassignment
    fit: Fit
    at: datetime

    @property
    def held(self) -> Shift:
        return self.move.assignment.shift

    @property
    def shift(self) -> Shift:
        return self.move.shift

    @property
    def zone(self) -> str:
        return self.move.coordinator.time_zone

    @property
    def held_rate_cents(self) -> int:
        """What she was booked at, whatever the shift pays by now."""
        return self.move.assignment.pay_rate_cents

    @property
    def held_pay_cents(self) -> int:
        return line_amount(self.held.span.minutes, self.held_rate_cents)

    @property
    def pay_cents(self) -> int:
        return line_amount(self.shift.span.minutes, self.shift.pay_rate_cents)

    @property
    def more_cents(self) -> int:
        """How much more the other shift pays; negative for less."""
        return self.pay_cents - self.held_pay_cents

    @property
    def caveats(self) -> list[Reason]:
        """What stands in the way, and what she should know."""
        return [one for one in reasons(None, self.fit.verdicts) if one.kind is not Tone.OK]

    @property
    def agreed(self) -> bool:
        return self.move.state is ReassignmentState.AGREED

    @property
    def waits_for_another(self) -> bool:
        """Whether the seat is still somebody's who is asked to move too."""
        return self.move.after_id is not None

    @property
    def where(self) -> str:
        """What tells the two apart, for the button: the day, else the facility, else the time."""
        theirs, hers = self.shift, self.held
        if day(theirs.span.start, theirs.time_zone) != day(hers.span.start, hers.time_zone):
            return str(day(theirs.span.start, theirs.time_zone))
        if theirs.facility_id != hers.facility_id:
            return theirs.facility.name
        return str(times(theirs.span, theirs.time_zone))

    @property
    def shown(self) -> reassignments.ReassignmentPreview:
        return reassignments.preview(self.shift)


def reassignment_cards(
    person: Person, at: datetime, *, assignment_id: int | None = None, shift_id: int | None = None
) -> list[MoveCard]:
    """What she is asked now; only about one booking of hers, or one shift, when given. One statement where there is nothing."""
    if person.coordinator_id is None:
        return []
    with as_system():
        moves = [
            move
            for move in reassignments_asked(person.coordinator_id, at)
            if assignment_id in (None, move.assignment_id) and shift_id in (None, move.shift_id)
        ]
        if not moves:
            return []
        return cards_of(moves, Feed(person.coordinator_id, [move.shift for move in moves], at).fits(), at)


def cards_of(moves: Sequence[Reassignment], fits: Sequence[Fit], at: datetime) -> list[MoveCard]:
    """Each with how she would fit, were she without the shift she would leave."""
    return [MoveCard(move, one.without(move.assignment.shift_id), at) for move, one in zip(moves, fits, strict=True)]


@pages.post("/move-requests/<int:move_id>/acceptance", may=Permission.OFFER_ANSWER)
def accept_move(move_id: int) -> ResponseReturnValue:
    """ "Move me": she has the other shift, and hers is somebody else's to take."""
    person = current_person()
    move = get_or_404(reassignments_visible_to(person), move_id)
    check_may_answer(person, move.coordinator_id)
    check_waits(move, now())
    form = MoveAnswerForm()
    check_version(move, form.posted_version)
    if not form.validate() or form.saw is None:
        raise Invalid(_("This form is damaged. Open the page again and repeat."))
    move = reassignments.accept(move, person, now(), form.saw)
    if move.became_id is None:
        flash(_("Thank you. You keep your shift until the other one has said yes too; you will be told."))
        return redirect(url_for(".assignment", assignment_id=move.assignment_id), 303)
    flash(_("You have moved. The other shift is no longer yours."))
    return redirect(url_for(".assignment", assignment_id=move.became_id), 303)


@pages.post("/move-requests/<int:move_id>/refusal", may=Permission.OFFER_ANSWER)
def decline_move(move_id: int) -> ResponseReturnValue:
    """ "Keep my shift": nothing changes."""
    person = current_person()
    move = get_or_404(reassignments_visible_to(person), move_id)
    check_may_answer(person, move.coordinator_id)
    check_waits(move, now())
    check_version(move, MoveAnswerForm().posted_version)
    reassignments.decline(move, person, now())
    flash(_("You keep your shift. The agency is told."))
    return redirect(url_for(".assignment", assignment_id=move.assignment_id), 303)
