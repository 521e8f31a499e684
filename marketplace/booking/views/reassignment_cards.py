"""A question to move as the coordinator decides on it: the shift they hold beside the one they are asked to work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.assignments.models import Reassignment
from marketplace.assignments.queries import reassignments_asked
from marketplace.assignments.rules import ReassignmentState
from marketplace.booking import reassignments
from marketplace.db import as_system
from marketplace.eligibility.candidates import Feed, Fit
from marketplace.kernel import line_amount
from marketplace.matching.scoring import Reason, Tone, reasons
from marketplace.needs.models import Shift
from marketplace.web.filters import day, times


@dataclass(frozen=True)
class ReassignmentCard:
    """The question, its two shifts, and how the coordinator fits the other one."""

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
        """Cents an hour of the booking, whatever the shift pays by now."""
        return self.move.assignment.pay_rate_cents

    @property
    def held_pay_cents(self) -> int:
        return line_amount(self.held.span.minutes, self.held_rate_cents)

    @property
    def pay_cents(self) -> int:
        return line_amount(self.shift.span.minutes, self.shift.pay_rate_cents)

    @property
    def more_cents(self) -> int:
        """The cents the other shift pays more; negative for less."""
        return self.pay_cents - self.held_pay_cents

    @property
    def caveats(self) -> list[Reason]:
        """The objections, and the notes to know."""
        return [one for one in reasons(None, self.fit.verdicts) if one.kind is not Tone.OK]

    @property
    def agreed(self) -> bool:
        return self.move.state is ReassignmentState.AGREED

    @property
    def waits_for_another(self) -> bool:
        """Whether somebody who is asked to move too still has the seat."""
        return self.move.after_id is not None

    @property
    def where(self) -> str:
        """The difference between the two shifts, for the button: the day, else the facility, else the time."""
        wanted, held = self.shift, self.held
        if day(wanted.span.start, wanted.time_zone) != day(held.span.start, held.time_zone):
            return str(day(wanted.span.start, wanted.time_zone))
        if wanted.facility_id != held.facility_id:
            return wanted.facility.name
        return str(times(wanted.span, wanted.time_zone))

    @property
    def shown(self) -> reassignments.ReassignmentPreview:
        return reassignments.preview(self.shift)


def reassignment_cards(
    coordinator_id: int | None, at: datetime, *, assignment_id: int | None = None, shift_id: int | None = None
) -> list[ReassignmentCard]:
    """The questions a coordinator is asked now, with `assignment_id` or `shift_id` only about that one.

    One statement where there are none. Nobody else (None) is asked.
    """
    if coordinator_id is None:
        return []
    with as_system():
        moves = [
            move
            for move in reassignments_asked(coordinator_id, at)
            if assignment_id in (None, move.assignment_id) and shift_id in (None, move.shift_id)
        ]
        if not moves:
            return []
        return cards_of(moves, Feed(coordinator_id, [move.shift for move in moves], at).fits(), at)


def cards_of(moves: Sequence[Reassignment], fits: Sequence[Fit], at: datetime) -> list[ReassignmentCard]:
    """Each question with how the coordinator would fit without the shift they would leave."""
    return [
        ReassignmentCard(move, one.without(move.assignment.shift_id), at) for move, one in zip(moves, fits, strict=True)
    ]
