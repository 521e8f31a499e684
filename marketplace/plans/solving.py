"""The solver, in a process of its own: the worker stays alive beside it, and to cancel is to end it.

Only that process imports numba. It gets arrays and gives arrays; it knows nothing of the database.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from marketplace.kernel.errors import Invalid
from marketplace.kernel.phrases import Phrase
from marketplace.matching.constants import STAY_POINTS
from marketplace.matching.planning.instance import Instance, Integers

PATIENCE_SECONDS = 300
"""How much longer than its time limit the solver may take: it is compiled when it first runs."""


POLITE = 15
"""By how much compiling beforehand stands back behind whatever else the machine has to do."""


class Cancelled(Exception):
    """Somebody wants this plan no more."""


class Unsolved(Exception):
    """The solver gave no answer; the phrase tells the board why."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase


@dataclass(frozen=True)
class Start:
    """Where an earlier plan ended: the price of a seat of each slot, and its pairs that still exist."""

    prices: Sequence[float]
    pairs: Sequence[int]


@dataclass(frozen=True, eq=False)
class Answer:
    """Numbers of pairs, their value and the bound in points, a price a slot.

    `at_least` says for each pair how far below `value` every plan with it is; 0 where nothing can be proven, -1 for a pair
    that breaks a rule by itself. Empty when nobody asked the solver.
    """

    pairs: list[int]
    value: int
    bound: int
    prices: list[float]
    at_least: Integers = field(default_factory=lambda: np.empty(0, np.int64))


Solver = Callable[..., Answer]


def solve(
    instance: Instance,
    *,
    stay: Integers,
    seed: int,
    time_limit: int,
    start: Start | None,
    tell: Callable[[int], bool],
) -> Answer:
    """The best plan in `time_limit` seconds. `tell` is given the percentage about once a second and says whether to go on.

    Raises Cancelled when it says no, Unsolved with a sentence when no answer comes.
    """
    if not instance.pairs:
        return Answer([], 0, 0, [0.0] * instance.slots)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_solve_there, args=(theirs, instance, stay, seed, time_limit, start), daemon=True)
    process.start()
    theirs.close()
    deadline = time.monotonic() + time_limit + PATIENCE_SECONDS
    percent = 0
    try:
        while time.monotonic() < deadline:
            if ours.poll(1.0):
                kind, said = _heard(ours)
                if kind == "answer":
                    assert isinstance(said, Answer)
                    return said
                if kind == "failed":
                    raise Unsolved(said)
                percent = max(percent, said)
                if ours.poll(0):
                    continue
            if not tell(percent):
                raise Cancelled
        raise Unsolved(
            Phrase("The solver took too long and was stopped. Make the horizon shorter or the time limit longer.")
        )
    finally:
        process.kill()
        process.join()
        ours.close()


def _heard(ours: "Connection[Any, Any]") -> tuple[str, Any]:
    try:
        kind, said = ours.recv()
    except (EOFError, OSError):
        raise Unsolved(Phrase("The solver stopped without an answer; the log of the worker says why.")) from None
    return kind, said


def _solve_there(
    pipe: "Connection[Any, Any]", instance: Instance, stay: Integers, seed: int, time_limit: int, start: Start | None
) -> None:
    """What runs in the other process."""
    try:
        answer = solve_here(
            instance,
            stay=stay,
            seed=seed,
            time_limit=time_limit,
            start=start,
            tell=lambda done: pipe.send(("percent", done)),
        )
        pipe.send(("answer", answer))
    except Invalid as refusal:
        pipe.send(("failed", refusal.phrase))


def compile_ahead() -> None:
    """Have the solver compiled before the first plan is asked for: in a process of its own, which ends with this one."""
    multiprocessing.get_context("spawn").Process(target=_compile_there, daemon=True).start()


def _compile_there() -> None:
    with suppress(KeyboardInterrupt):
        os.nice(POLITE)
        solve_here(_few_shifts(), stay=np.empty(0, np.int64), seed=0, time_limit=60, start=None, tell=lambda _: None)


def _few_shifts() -> Instance:
    """A question so small that its answer takes no time, with hours that run out: everything the solver is made of runs."""
    shifts, people = np.arange(24), np.arange(6)
    start = 24 * 60 * (shifts // 2) + 240 * (shifts % 2)
    slot, who = (each.ravel() for each in np.meshgrid(shifts, people, indexing="ij"))
    return Instance(
        slot_start=start, slot_end=start + 235 + shifts, slot_priority=1 + shifts % 2, slot_headcount=1 + shifts % 3,
        slot_week=shifts // 14, coordinator_rest=60 * (people % 3), coordinator_minutes=np.full((6, 2), 1_000),
        pair_slot=slot, pair_coordinator=who, pair_score=(37 * slot + 11 * who) % 999,
    )  # fmt: skip


def solve_here(
    instance: Instance,
    *,
    stay: Integers,
    seed: int,
    time_limit: int,
    start: Start | None,
    tell: Callable[[int], object],
) -> Answer:
    """The same in this process, which has numba from then on."""
    from marketplace.matching.planning.alternatives import losses
    from marketplace.matching.planning.plan import Plan
    from marketplace.matching.planning.plan import solve as solved

    # Who was asked already is worth more as a score, not as one who stays: so what other choices cost stays provable.
    score = instance.pair_score.copy()
    score[stay] += STAY_POINTS
    instance = replace(instance, pair_score=score)
    warm = None
    if start is not None:
        pairs = np.array(sorted(start.pairs), np.int64)
        warm = Plan(pairs, 0, 0, 0, np.array(start.prices, float), 0.0, 0)
    last = -1

    def progress(done: float, _value: int, _bound: int) -> None:
        nonlocal last
        if int(100 * done) > last:
            last = int(100 * done)
            tell(last)

    # Effort goes by size; the limit only cuts it short, so that a small market is not searched for a whole minute.
    until = time.monotonic() + time_limit
    plan = solved(instance, seed=seed, warm=warm, progress=progress, cancelled=lambda: time.monotonic() > until)
    lost = losses(instance, plan)
    at_least = np.where(np.isfinite(lost), np.floor(lost), -1).astype(np.int64)
    return Answer(plan.pairs.tolist(), plan.value, plan.bound, [round(float(one), 3) for one in plan.prices], at_least)
