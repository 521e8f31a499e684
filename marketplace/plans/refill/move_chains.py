"""Chains of moves to an open seat: somebody else is free for the shift each mover would leave."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from marketplace.eligibility.assessment import facts_of_shifts
from marketplace.eligibility.index import current_index
from marketplace.matching.constants import MOVING_COSTS
from marketplace.matching.facts import ShiftFacts
from marketplace.matching.ranking import Ranking
from marketplace.matching.scoring import score
from marketplace.needs.models import Shift
from marketplace.plans.refill.could_move import CouldMove, could_move
from marketplace.plans.refill.leavable_shifts import LeavableShifts

if TYPE_CHECKING:  # numpy comes with the index
    from marketplace.eligibility.in_memory.shared_index import SharedIndex

CHAINS_SHOWN = 3
STUCK_TRIED, TRIED_BEHIND = 6, 12
"""For how many busy people's shifts a second move is looked for; among how many people."""


@dataclass(frozen=True)
class Move:
    """One person moves from their shift to the open one, or to the one that the person before them in the chain leaves."""

    coordinator_id: int
    name: str
    points: int
    """Of 999: how well they fit where they would go."""
    instead_of: Shift


@dataclass(frozen=True)
class MoveChain:
    """The people who move, from the open seat on, and the one who is free for the last shift that is left."""

    moves: tuple[Move, ...]
    free_id: int
    free_name: str
    gain: int
    """Points of fit it gains in all, less what moving people costs."""

    @property
    def asked_first(self) -> Move:
        """The last one. The person before them is asked when they have agreed, so that no seat is left for nobody."""
        return self.moves[-1]


def chains_for(open_id: int, could: Sequence[CouldMove], at: datetime) -> list[MoveChain]:
    """The best chains of one or two moves to the open shift, at most CHAINS_SHOWN, the best gain first.

    Where nobody is free for the shift that somebody would leave, a second coordinator is looked for who could move there.
    """
    left = LeavableShifts.of(could, at)
    found: list[MoveChain] = []
    stuck: list[tuple[CouldMove, int, list[CouldMove]]] = []
    with current_index(at, {shift.facility_id for shift in left.shifts.values()}) as them:
        told = {one.id: one for one in facts_of_shifts(left.shifts.values(), them.papers)}
        context = them.asked_about(list(told.values()), at).context
        ranking_of = _once_each(them, told, at)
        for one in sorted(could, key=lambda each: (-each.points, each.person.id)):
            key = one.booking.shift_id
            if not left.may_be_left(one) or _moves_in(found, one.person.id):
                continue
            gives_up = score(one.person, told[key], context).total
            after = left.free_for(key, ranking_of(key), {one.person.id})
            if after is not None:
                gain = one.points - gives_up + after.score.total - MOVING_COSTS
                found.append(MoveChain((_move(one, left),), after.facts.id, after.facts.name, gain))
            elif len(stuck) < STUCK_TRIED:
                out = {one.person.id, *left.asked.never[key], *left.asked.staying[key]}
                behind = list(could_move(ranking_of(key), told[key], context, out, TRIED_BEHIND))
                stuck.append((one, one.points - gives_up, behind))
            if len(found) == CHAINS_SHOWN:
                break
    if len(found) < CHAINS_SHOWN and stuck:
        found += _longer(open_id, stuck, left, at, [move.coordinator_id for chain in found for move in chain.moves])
    return sorted(found, key=lambda chain: -chain.gain)[:CHAINS_SHOWN]


def _longer(
    open_id: int,
    stuck: Sequence[tuple[CouldMove, int, Sequence[CouldMove]]],
    left: LeavableShifts,
    at: datetime,
    used: Collection[int],
) -> list[MoveChain]:
    """Chains of two: one moves to the open seat, another to the first one's shift, and a third is free for the second's."""
    found: list[MoveChain] = []
    behind = LeavableShifts.of((second for _one, _gain, others in stuck for second in others), at)
    with current_index(at, {shift.facility_id for shift in behind.shifts.values()}) as them:
        told = {one.id: one for one in facts_of_shifts(behind.shifts.values(), them.papers)}
        context = them.asked_about(list(told.values()), at).context
        ranking_of = _once_each(them, told, at)
        for one, so_far, others in stuck:
            if one.person.id in used or _moves_in(found, one.person.id):
                continue
            best: MoveChain | None = None
            for second in others:
                key = second.booking.shift_id
                elsewhere = key not in (open_id, one.booking.shift_id)
                if not elsewhere or not behind.may_be_left(second) or _moves_in(found, second.person.id):
                    continue
                after = behind.free_for(key, ranking_of(key), {one.person.id, second.person.id})
                if after is None:
                    continue
                gives_up = score(second.person, told[key], context).total
                gain = so_far + second.points - gives_up + after.score.total - 2 * MOVING_COSTS
                if best is None or gain > best.gain:
                    moves = (_move(one, left), _move(second, behind))
                    best = MoveChain(moves, after.facts.id, after.facts.name, gain)
            if best is not None:
                found.append(best)
    return found


def _once_each(index: "SharedIndex", told: dict[int, ShiftFacts], at: datetime) -> Callable[[int], Ranking]:
    """The ranking for a shift id, worked out once, when it is asked for."""

    @cache
    def ranking_of(key: int) -> Ranking:
        return index.ranking(told[key], at)

    return ranking_of


def _move(one: CouldMove, left: LeavableShifts) -> Move:
    return Move(one.person.id, one.person.name, one.points, left.shifts[one.booking.shift_id])


def _moves_in(chains: Iterable[MoveChain], coordinator_id: int) -> bool:
    return any(move.coordinator_id == coordinator_id for chain in chains for move in chain.moves)
