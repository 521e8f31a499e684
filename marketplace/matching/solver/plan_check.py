"""Is a plan allowed? Every broken rule in words, worked out from the instance alone: it shares nothing with the solver."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from marketplace.matching.solver.instance import Instance, Integers


def check(instance: Instance, pairs: Integers) -> list[str]:
    """A sentence for each broken rule, none when the plan may stand.

    `pairs` are indices into the instance's pairs. Numbers in the sentences are those of slots, coordinators and weeks as
    the instance counts them.
    """
    picked = [int(pair) for pair in np.asarray(pairs).ravel()]
    strangers = sorted({pair for pair in picked if not 0 <= pair < instance.pairs})
    if strangers:
        return [f"Pair {pair} does not exist." for pair in strangers]
    broken = [f"Pair {pair} is picked {picked.count(pair)} times." for pair in _repeated(picked)]
    seats: dict[int, list[int]] = {}
    agendas: dict[int, list[int]] = {}
    for pair in picked:
        slot, coordinator = int(instance.pair_slot[pair]), int(instance.pair_coordinator[pair])
        seats.setdefault(slot, []).append(coordinator)
        agendas.setdefault(coordinator, []).append(slot)
    for slot, holders in sorted(seats.items()):
        headcount = int(instance.slot_headcount[slot])
        if len(holders) > headcount:
            broken.append(f"Slot {slot} has {len(holders)} coordinators for {headcount} seats.")
        broken += [f"Coordinator {who} stands on slot {slot} more than once." for who in _repeated(holders)]
    for coordinator, slots in sorted(agendas.items()):
        broken += _broken_agenda(instance, coordinator, slots)
    return broken


def _repeated(numbers: list[int]) -> list[int]:
    seen: set[int] = set()
    return sorted({number for number in numbers if number in seen or seen.add(number)})  # type: ignore[func-returns-value]


def _broken_agenda(instance: Instance, coordinator: int, slots: list[int]) -> list[str]:
    """Rest and weekly minutes of one coordinator.

    In order of start it is enough to compare neighbours: every slot lasts, so who rests between neighbours rests between all.
    """
    broken = []
    rest = int(instance.coordinator_rest[coordinator])
    in_order = sorted(set(slots), key=lambda slot: (int(instance.slot_start[slot]), int(instance.slot_end[slot])))
    for one, next_one in pairwise(in_order):
        if instance.slot_start[next_one] < instance.slot_end[one] + rest:
            broken.append(f"Coordinator {coordinator} has no {rest} minutes between slots {one} and {next_one}.")
    minutes: dict[int, int] = {}
    for slot in slots:
        week = int(instance.slot_week[slot])
        minutes[week] = minutes.get(week, 0) + int(instance.slot_end[slot] - instance.slot_start[slot])
    for week, used in sorted(minutes.items()):
        allowed = int(instance.coordinator_minutes[coordinator, week])
        if used > allowed:
            broken.append(f"Coordinator {coordinator} works {used} minutes in week {week}, {allowed} are left.")
    return broken
