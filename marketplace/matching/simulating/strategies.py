"""Strategies of giving out seats: offers in waves, plans made again and again, or everything known beforehand.

Every strategy meets the same people: the answer to a shift and its delay are drawn once for each pair from the seed, so that two
strategies differ by what they do and not by luck.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from marketplace.matching.simulating.measures import SimulationResult, measured
from marketplace.matching.simulating.period import Book, Period
from marketplace.matching.solver.instance import Instance, Integers
from marketplace.matching.solver.plan import Plan, solve

HOUR = 60
SLOWEST_REPLY = 60
"""Minutes within which a yes arrives."""


class Strategy(Protocol):
    """One strategy of giving out seats."""

    @property
    def name(self) -> str: ...

    def give_out(self, stretch: Period, replies: Replies, book: Book) -> dict[str, int]:
        """Fill the book; what else is counted on the way."""


class Replies:
    """The answer of each coordinator if asked, and after how many minutes; the same for every strategy."""

    def __init__(self, stretch: Period, seed: int) -> None:
        random = np.random.default_rng(seed)
        self.yes = random.random(stretch.instance.pairs) < stretch.accepts
        self.minutes = random.integers(1, SLOWEST_REPLY + 1, stretch.instance.pairs)
        self.asked = self.declined = 0

    def ask(self, pair: int) -> bool:
        """Their answer, counted."""
        self.asked += 1
        if not self.yes[pair]:
            self.declined += 1
        return bool(self.yes[pair])


def simulate(stretch: Period, way: Strategy, seed: int = 0, *, scored_in: Period | None = None) -> SimulationResult:
    """The stretch lived through in one way. The same seed gives the same people.

    `scored_in` is the same stretch with other scores: seats are given out by those of `stretch`, and the figures told in its.
    """
    replies, book = Replies(stretch, seed), Book(stretch.instance)
    counts = way.give_out(stretch, replies, book)
    return measured(way.name, scored_in or stretch, book, asked=replies.asked, declined=replies.declined, **counts)


def _by_slot(instance: Instance) -> dict[int, list[int]]:
    """The pairs of each slot, best score first."""
    order = np.lexsort((instance.pair_coordinator, -instance.pair_score, instance.pair_slot))
    found: dict[int, list[int]] = defaultdict(list)
    for pair in order.tolist():
        found[int(instance.pair_slot[pair])].append(pair)
    return found


@dataclass(frozen=True)
class Waves:
    """The strategy of waves: the best few are asked when a shift is posted, then the next few; the first yes has it."""

    size: int = 1
    minutes: int = SLOWEST_REPLY
    """From one wave to the next."""

    @property
    def name(self) -> str:
        return f"waves of {self.size} every {self.minutes} min"

    def give_out(self, stretch: Period, replies: Replies, book: Book) -> dict[str, int]:
        data, best = stretch.instance, _by_slot(stretch.instance)
        asked: dict[int, int] = defaultdict(int)  # how far down the list of each slot
        events = [(int(at), 0, slot) for slot, at in enumerate(stretch.known_at) if at < data.slot_start[slot]]
        heapq.heapify(events)
        while events:
            at, answered, number = heapq.heappop(events)
            if answered:
                if book.free(number):
                    book.take(number)
                continue
            self._ask(number, at, stretch, replies, book, best[number], asked, events)
        return {}

    def _ask(
        self, slot: int, at: int, stretch: Period, replies: Replies, book: Book, best: list[int],
        asked: dict[int, int], events: list[tuple[int, int, int]],
    ) -> None:  # fmt: skip
        """One wave for one slot: yeses come in later, in the order in which people answer."""
        start, sent = int(stretch.instance.slot_start[slot]), 0
        while sent < self.size and asked[slot] < len(best) and book.seats[slot] > 0:
            pair = best[asked[slot]]
            asked[slot] += 1
            if book.free(pair):
                sent += 1
                reply = at + int(replies.minutes[pair])
                if replies.ask(pair) and reply < start:
                    heapq.heappush(events, (reply, 1, pair))
        if sent and at + self.minutes < start:
            heapq.heappush(events, (at + self.minutes, 0, slot))


@dataclass(frozen=True)
class PlannedStrategy:
    """A plan for all open shifts every few hours; what begins within the freeze is offered and fixed, the rest stays open.

    A shift that is posted too late for a plan is offered at once to the best who is free, and so is a seat that was declined.
    """

    every_hours: int = 6
    freeze_hours: int = 24

    @property
    def name(self) -> str:
        return f"plan every {self.every_hours} h, fixed {self.freeze_hours} h ahead"

    def give_out(self, stretch: Period, replies: Replies, book: Book) -> dict[str, int]:
        data, best = stretch.instance, _by_slot(stretch.instance)
        if not data.slots:
            return {}
        declined = np.zeros(data.pairs, np.bool_)
        prices = np.zeros(data.slots)
        meant: dict[int, frozenset[int]] = {}  # slot → for whom its seats were meant in the last plan
        shown = moved = 0
        step = self.every_hours * HOUR
        at, end = int(stretch.known_at.min()), int(data.slot_start.max())
        while at <= end:
            plan_pairs = self._plan(stretch, book, declined, prices, at)
            now_meant: dict[int, set[int]] = defaultdict(set)
            fixed_until = at + step + self.freeze_hours * HOUR
            for pair in plan_pairs:
                slot, who = int(data.pair_slot[pair]), int(data.pair_coordinator[pair])
                if data.slot_start[slot] > fixed_until:
                    now_meant[slot].add(who)
                elif replies.ask(pair):
                    book.take(pair)
                else:
                    declined[pair] = True
            due = (stretch.known_at <= at) & (data.slot_start > at) & (data.slot_start <= fixed_until)
            for left in np.flatnonzero(due).tolist():
                self._offer_at_once(left, replies, book, best, declined)
            for slot in now_meant.keys() & meant.keys():
                shown += len(meant[slot])
                moved += len(meant[slot] - now_meant[slot])
            meant = {slot: frozenset(people) for slot, people in now_meant.items()}
            late = (stretch.known_at > at) & (stretch.known_at <= at + step) & (data.slot_start <= at + step)
            for sudden in np.flatnonzero(late & (data.slot_start > stretch.known_at)).tolist():
                self._offer_at_once(sudden, replies, book, best, declined)
            at += step
        return {"shown": shown, "moved": moved}

    @staticmethod
    def _offer_at_once(
        slot: int, replies: Replies, book: Book, best: dict[int, list[int]], declined: np.ndarray
    ) -> None:
        """One after the other, best first, until the seats are taken or nobody is left."""
        for pair in best[slot]:
            if book.seats[slot] <= 0:
                return
            if not declined[pair] and book.free(pair):
                if replies.ask(pair):
                    book.take(pair)
                else:
                    declined[pair] = True

    @staticmethod
    def _plan(stretch: Period, book: Book, declined: np.ndarray, prices: np.ndarray, at: int) -> list[int]:
        """The pairs of the best plan for what is known and open; `prices` go from one plan to the next."""
        data = stretch.instance
        open_slots = (stretch.known_at <= at) & (data.slot_start > at) & (book.seats > 0)
        maybe = np.flatnonzero(open_slots[data.pair_slot] & ~declined)
        pairs = np.array([pair for pair in maybe.tolist() if book.free(pair)], np.int64)
        if not len(pairs):
            return []
        slots = np.unique(data.pair_slot[pairs])
        part = part_of(data, slots, pairs, book)
        warm = None
        if prices[slots].any():
            none = np.empty(0, np.int64)
            warm = Plan(none, 0, 0, 0, prices[slots], 0.0, 0)
        plan = solve(part, warm=warm)
        prices[slots] = plan.prices
        order = np.argsort(data.slot_start[data.pair_slot[pairs[plan.pairs]]], kind="stable")
        return [int(pair) for pair in pairs[plan.pairs][order]]


@dataclass(frozen=True)
class PerfectForesight:
    """Everything known beforehand and everybody's answer too: what no way can exceed, but for the gap of the plan."""

    name: str = "all known beforehand"

    def give_out(self, stretch: Period, replies: Replies, book: Book) -> dict[str, int]:
        data = stretch.instance
        pairs = np.flatnonzero(replies.yes)
        if len(pairs):
            slots = np.unique(data.pair_slot[pairs])
            plan = solve(part_of(data, slots, pairs, book))
            for pair in pairs[plan.pairs].tolist():
                replies.ask(pair)
                book.take(pair)
        return {}


def part_of(instance: Instance, slots: Integers, pairs: Integers, book: Book) -> Instance:
    """The question for some slots and pairs, with the seats and hours that are left."""
    return Instance(
        slot_start=instance.slot_start[slots],
        slot_end=instance.slot_end[slots],
        slot_priority=instance.slot_priority[slots],
        slot_headcount=book.seats[slots],
        slot_week=instance.slot_week[slots],
        coordinator_rest=instance.coordinator_rest,
        coordinator_minutes=book.minutes_left,
        pair_slot=np.searchsorted(slots, instance.pair_slot[pairs]),
        pair_coordinator=instance.pair_coordinator[pairs],
        pair_score=instance.pair_score[pairs],
    )
