"""A seat is open again: who is free for it, and who could move to it because somebody else is free for their own shift.

Nobody is moved silently. A free coordinator gets an offer; one who would have to move is asked first, and nothing changes until
they have said yes (`booking/reassignments.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from marketplace.db import as_system
from marketplace.eligibility.assessment import shift_facts
from marketplace.eligibility.index import current_index
from marketplace.matching.ranking import Candidate
from marketplace.needs.models import Shift
from marketplace.plans.refill.asked_before import AskedBefore
from marketplace.plans.refill.could_move import CouldMove, could_move
from marketplace.plans.refill.move_chains import MoveChain, chains_for

FREE_SHOWN = 5
MOST_TRIED = 40
"""Busy people looked at for the seat."""


@dataclass(frozen=True)
class RefillOptions:
    """The ways to fill a seat again: by a free person, or by moving one or two."""

    asked: int
    """How many have an offer already and have not answered."""
    free: list[Candidate]
    chains: list[MoveChain]


NO_WAYS = RefillOptions(0, [], [])


def refill_options(shift: Shift, at: datetime) -> RefillOptions:
    """The best who are free and were not asked before, and the best chains of moves.

    `shift` must be loaded with `load_options()`. Reads past the actor's rows: only names, points and reasons leave.
    """
    with as_system():
        asked = AskedBefore.about([shift.id], at)
        out = asked.waiting[shift.id] | asked.never[shift.id]
        with current_index(at, [shift.facility_id]) as them:
            about = shift_facts(shift, them.papers)
            context = them.asked_about([about], at).context
            ranking = them.ranking(about, at)
            free = list(islice((one for one in ranking.eligible if one.facts.id not in out), FREE_SHOWN))
            could: list[CouldMove] = []
            # Nobody is asked to leave a shift for one that runs already: their answer would come too late.
            if shift.starts_at > at:
                staying = out | asked.staying[shift.id]
                could = list(could_move(ranking, about, context, staying, MOST_TRIED))
        return RefillOptions(len(asked.waiting[shift.id]), free, chains_for(shift.id, could, at) if could else [])
