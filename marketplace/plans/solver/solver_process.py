"""Run the solver in its own process, so that the worker stays responsive and can cancel it by ending the process.

Only that process imports numba. It exchanges arrays with the worker and has no database connection.
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

from marketplace.kernel import Invalid, Phrase
from marketplace.matching.constants import INCUMBENT_BONUS
from marketplace.matching.solver.instance import Instance, Integers

PATIENCE_SECONDS = 300
"""Extra time beyond the time limit: the solver is compiled on its first run."""

COMPILE_NICENESS = 15
"""os.nice() increment for the warm-up compile: it must not slow the site."""


class Cancelled(Exception):
    """The plan was cancelled while the solver worked."""


class Unsolved(Exception):
    """The solver gave no result; the phrase gives the board the reason."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase


@dataclass(frozen=True)
class Start:
    """Warm start from an earlier plan: a price in points for each slot, and its pairs that still exist."""

    prices: Sequence[float]
    pairs: Sequence[int]


@dataclass(frozen=True, eq=False)
class SolverResult:
    """Indices of the chosen pairs, their value and the bound in points, and one price for each slot.

    `at_least`, shape (pairs,): how many points below `value` every plan with the pair is. 0 where nothing is proven, -1 for a
    pair that breaks a rule by itself. Empty when the instance has no pairs.
    """

    pairs: list[int]
    value: int
    bound: int
    prices: list[float]
    at_least: Integers = field(default_factory=lambda: np.empty(0, np.int64))


Solver = Callable[..., SolverResult]


def solve(
    instance: Instance,
    *,
    stay: Integers,
    seed: int,
    time_limit: int,
    start: Start | None,
    tell: Callable[[int], bool],
) -> SolverResult:
    """The best plan found in `time_limit` seconds. `tell` receives the percentage about once a second; False cancels.

    Raises Cancelled when `tell` returns False, and Unsolved with a sentence when no result comes.
    """
    if not instance.pairs:
        return SolverResult([], 0, 0, [0.0] * instance.slots)
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
                    assert isinstance(said, SolverResult)
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
    """Entry point of the solver process."""
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
    """Compile the solver before the first plan is requested, in a process that ends with this one."""
    multiprocessing.get_context("spawn").Process(target=_compile_there, daemon=True).start()


def _compile_there() -> None:
    with suppress(KeyboardInterrupt):
        os.nice(COMPILE_NICENESS)
        solve_here(_few_shifts(), stay=np.empty(0, np.int64), seed=0, time_limit=60, start=None, tell=lambda _: None)


def _few_shifts() -> Instance:
    """A tiny instance whose weekly hours run out, so that every function of the solver is compiled."""
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
) -> SolverResult:
    """As `solve`, in this process. Imports numba."""
    from marketplace.matching.solver.alternatives import losses
    from marketplace.matching.solver.plan import Plan
    from marketplace.matching.solver.plan import solve as solved

    # Open offers get the bonus in their score, not as `stay`: `losses` proves nothing for a plan with `stay`.
    score = instance.pair_score.copy()
    score[stay] += INCUMBENT_BONUS
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

    # The budget depends on the size; the limit only cuts it short, so a small market does not take a whole minute.
    until = time.monotonic() + time_limit
    plan = solved(instance, seed=seed, warm=warm, progress=progress, cancelled=lambda: time.monotonic() > until)
    lost = losses(instance, plan)
    at_least = np.where(np.isfinite(lost), np.floor(lost), -1).astype(np.int64)
    return SolverResult(
        plan.pairs.tolist(), plan.value, plan.bound, [round(float(one), 3) for one in plan.prices], at_least
    )
