"""The people asked about a shift before: a seat that falls open is not offered again to somebody who said no."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Text, cast, literal, select, union_all

from marketplace.assignments.models import Assignment, Offer, Reassignment
from marketplace.assignments.rules import WAITING_STATES, AssignmentState, OfferState, ReassignmentState
from marketplace.db import session
from marketplace.plans.models import PlanConstraint
from marketplace.plans.rules import ConstraintKind

_HAD_IT, _MOVES_AWAY, _WILL_NOT_MOVE, _VETOED = "had it", "moves away", "will not move", "vetoed"


@dataclass(frozen=True)
class AskedBefore:
    """Coordinators by shift, as ids."""

    waiting: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """They are asked and have not answered."""
    never: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """They declined it, gave it back, did not come, have a seat of it, moved away from it or are vetoed for it."""
    staying: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """They were asked to move to it and would not."""

    @classmethod
    def about(cls, shift_ids: Collection[int], at: datetime) -> "AskedBefore":
        """One statement."""
        offered = select(Offer.shift_id, Offer.coordinator_id, cast(Offer.state, Text), Offer.expires_at).where(
            Offer.shift_id.in_(shift_ids), Offer.state.in_([*WAITING_STATES, OfferState.DECLINED])
        )
        # A booking that was undone inside its undo window does not count.
        had = select(Assignment.shift_id, Assignment.coordinator_id, literal(_HAD_IT), Assignment.booked_at).where(
            Assignment.shift_id.in_(shift_ids), Assignment.state != AssignmentState.RELEASED
        )
        away = (
            select(Assignment.shift_id, Reassignment.coordinator_id, literal(_MOVES_AWAY), Reassignment.asked_at)
            .join(Assignment, Assignment.id == Reassignment.assignment_id)
            .where(Assignment.shift_id.in_(shift_ids), Reassignment.state == ReassignmentState.ACCEPTED)
        )
        stays = select(
            Reassignment.shift_id, Reassignment.coordinator_id, literal(_WILL_NOT_MOVE), Reassignment.asked_at
        ).where(Reassignment.shift_id.in_(shift_ids), Reassignment.state == ReassignmentState.DECLINED)
        vetoed = select(
            PlanConstraint.shift_id, PlanConstraint.coordinator_id, literal(_VETOED), PlanConstraint.at
        ).where(
            PlanConstraint.shift_id.in_(shift_ids),
            PlanConstraint.kind == ConstraintKind.VETO,
            PlanConstraint.ended_at.is_(None),
        )
        found = cls()
        for shift, who, what, moment in session.execute(union_all(offered, had, away, stays, vetoed)):
            if what == _WILL_NOT_MOVE:
                found.staying[shift].add(who)
            elif what in (_HAD_IT, _MOVES_AWAY, _VETOED, OfferState.DECLINED.value):
                found.never[shift].add(who)
            elif moment > at:
                found.waiting[shift].add(who)
        return found
