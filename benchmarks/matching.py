"""How good plans are, and what they cost: all sizes with proven gaps, against other solvers, and re-planning.

`python -m benchmarks.matching` writes `benchmarks/matching.txt`; `--quick` leaves out the largest market and the long
comparisons. CPU seconds are of one thread, after compiling, from the instance in memory to the plan.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import online
from marketplace.matching.solver.instance import Instance, plan_value
from marketplace.matching.solver.plan import Plan, solve
from marketplace.matching.solver.plan_check import check
from tests.matching.exact import solve_exactly
from tests.matching.instances import SIZES, market, small

RESULTS = Path(__file__).with_name("matching.txt")
SEEDS = {
    "200x50": range(1, 11),
    "1kx200": range(1, 11),
    "5kx1k": range(1, 6),
    "20kx4k": range(1, 3),
    "100kx20k": range(1, 2),
}


def main(words: list[str] | None = None) -> None:
    """Everything once, or what is quick; each line is written as soon as it is known."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--quick", action="store_true", help="no largest market, no comparison of more than a minute"
    )
    quick = arguments.parse_args(words).quick
    text = ""
    for lines in _parts(quick):
        text += "\n".join(lines) + "\n\n"
        RESULTS.write_text(text.rstrip() + "\n", encoding="utf-8")
        print("\n".join(lines), end="\n\n", flush=True)


def _parts(quick: bool) -> Iterator[list[str]]:
    solve(small(1))  # compiles
    yield [f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"]
    yield from _sizes(quick)
    yield _bounds()
    yield _greedy()
    yield _replanning()
    yield online.measure()
    yield _against_highs("1kx200", 60.0)
    if not quick:
        yield _against_highs("5kx1k", 200.0)
        yield _against_highs("5kx1k", 200.0, seed=2)
        yield _against_highs("5kx1k", 200.0, load=1.5)
        yield _against_linear_program("20kx4k")
        yield _against_cp_sat("5kx1k", 150.0)


def _instance(size: str, seed: int, load: float = 1.0) -> Instance:
    return market(*SIZES[size], seed=seed, load=load)


def _timed(instance: Instance) -> tuple[Plan, float]:
    began = time.process_time()
    plan = solve(instance)
    took = time.process_time() - began
    assert plan.value <= plan.bound
    return plan, took


def _sizes(quick: bool) -> Iterator[list[str]]:
    head = "size        load seed     pairs  filled of seats       value       bound    gap %   cpu s  peak MB"
    pairs, seconds = [], []
    for size, seeds in SEEDS.items():
        if quick and size in {"20kx4k", "100kx20k"}:
            continue
        lines = [head]
        for load, seed in [(1.0, seed) for seed in seeds] + ([(0.7, 1), (1.5, 1), (2.0, 1)] if len(seeds) > 1 else []):
            instance = _instance(size, seed, load)
            plan, took = _timed(instance)
            if instance.pairs < 2_000_000:
                assert check(instance, plan.pairs) == []
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            lines.append(
                f"{size:10} {load:5} {seed:4} {instance.pairs:9} {len(plan.pairs):7} {instance.seats:8}"
                f" {plan.value:11} {plan.bound:11} {100 * plan.gap:8.4f} {took:7.2f} {peak:8}"
            )
            if SIZES[size][0] >= 1_000 and load == 1.0:
                pairs.append(instance.pairs)
                seconds.append(took)
        yield lines
    exponent = np.polyfit(np.log(pairs), np.log(seconds), 1)[0]
    yield [f"cpu seconds grow with pairs to the power of {exponent:.2f}, from 1kx200 on"]


def _bounds(count: int = 500) -> list[str]:
    below, excess = 0, []
    for seed in range(count):
        instance = small(seed)
        optimum = round(solve_exactly(instance)["value"])
        bound = solve(instance).bound
        below += bound < optimum
        excess.append((bound - optimum) / max(1, optimum))
    return [
        f"{count} small markets solved exactly: bound below the optimum {below} times, mean excess {100 * np.mean(excess):.3f} %"
    ]


def greedy(instance: Instance) -> np.ndarray:
    """The slots with the fewest eligible people a seat first, by priority; each takes who scores best and is free."""
    eligible = np.bincount(instance.pair_slot, minlength=instance.slots)
    scarce = eligible / np.maximum(1, instance.slot_headcount)
    order = np.lexsort((scarce, -instance.slot_priority))
    by_slot = np.lexsort((-instance.pair_score, instance.pair_slot))
    first = np.searchsorted(instance.pair_slot[by_slot], np.arange(instance.slots + 1))
    left = instance.coordinator_minutes.copy()
    agendas: list[list[int]] = [[] for _ in range(instance.coordinators)]
    picked = []
    for slot in order:
        seats = instance.slot_headcount[slot]
        begin, end, week = instance.slot_start[slot], instance.slot_end[slot], instance.slot_week[slot]
        for pair in by_slot[first[slot] : first[slot + 1]]:
            if seats == 0:
                break
            who = instance.pair_coordinator[pair]
            rest = instance.coordinator_rest[who]
            free = all(
                instance.slot_end[other] + rest <= begin or end + rest <= instance.slot_start[other]
                for other in agendas[who]
            )
            if free and left[who, week] >= end - begin:
                agendas[who].append(slot)
                left[who, week] -= end - begin
                picked.append(pair)
                seats -= 1
    return np.array(picked, np.int64)


def _greedy() -> list[str]:
    lines = ["against greedy (scarcest first): share of the bound that is missed, and shifts filled"]
    for size in ("200x50", "1kx200", "5kx1k"):
        instance = _instance(size, 1)
        plan, simple = solve(instance), greedy(instance)
        assert check(instance, simple) == []
        missed = 1 - plan_value(instance, simple) / plan.bound
        more = len(plan.pairs) / len(simple) - 1
        lines.append(
            f"  {size:8} greedy misses {100 * missed:.2f} %, plan {100 * plan.gap:.4f} %; {100 * more:+.1f} % more shifts filled"
        )
    return lines


def _replanning() -> list[str]:
    lines = [
        "2 % of coordinators drop out, the others are to stay (bars: 3 % of kept pairs changed, 0.1 % of value lost)"
    ]
    for size in ("1kx200", "5kx1k"):
        instance = _instance(size, 1)
        before = solve(instance)
        out = np.random.default_rng(2).choice(instance.coordinators, instance.coordinators // 50, replace=False)
        gone = np.flatnonzero(np.isin(instance.pair_coordinator, out))
        kept = np.setdiff1d(before.pairs, gone)
        best = solve(instance, vetoes=gone)
        began = time.process_time()
        after = solve(instance, warm=before, vetoes=gone, stay=kept)
        took = time.process_time() - began
        changed = len(np.setdiff1d(kept, after.pairs)) / len(kept)
        lost = 1 - after.value / best.value
        lines.append(f"  {size:8} changed {100 * changed:.2f} %, value lost {100 * lost:.4f} %, {took:.2f} cpu s")
    return lines


def _against_highs(size: str, seconds: float, seed: int = 1, load: float = 1.0) -> list[str]:
    instance = _instance(size, seed, load)
    plan, took = _timed(instance)
    began = time.process_time()
    other = solve_exactly(instance, seconds=seconds)
    their = time.process_time() - began
    line = (
        f"against HiGHS MIP, {size}, seed {seed}, load {load}, at most {seconds:.0f} s: {other['status']},"
        f" value {other['value']:.0f}, bound {other['bound']:.0f}, {their:.1f} cpu s;"
        f" plan {plan.value}, bound {plan.bound}, {took:.2f} cpu s: {their / took:.0f} times less"
    )
    return [line]


def _against_linear_program(size: str) -> list[str]:
    instance = _instance(size, 1)
    plan, took = _timed(instance)
    began = time.process_time()
    other = solve_exactly(instance, whole=False, seconds=900.0)
    their = time.process_time() - began
    line = (
        f"against HiGHS LP, {size}: {other['status']}, bound {other['bound']:.0f}, {their:.1f} cpu s;"
        f" plan's bound {plan.bound}, {took:.2f} cpu s with the plan: {their / took:.0f} times less"
    )
    return [line]


def _least_time_to(instance: Instance, worth: float) -> tuple[float, float]:
    """The shortest time limit under which a plan is worth as much, and the CPU seconds it takes with it."""
    for limit in (0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 1.6, 3.2):
        began = time.process_time()
        plan = solve(instance, time_limit=limit)
        took = time.process_time() - began
        if plan.value >= worth:
            return limit, took
    raise AssertionError("no plan is worth as much within 3.2 s")


def _against_cp_sat(size: str, seconds: float) -> list[str]:
    """CP-SAT runs in a process of its own: it and HiGHS cannot live in one."""
    instance = _instance(size, 1)
    plan, took = _timed(instance)
    with tempfile.TemporaryDirectory(prefix="marketplace-bench-") as folder:
        path = Path(folder) / "instance.npz"
        instance.save(path)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.cp_sat", str(path), str(seconds)],
            check=True,
            capture_output=True,
            text=True,
        )
    status, worth, bound, their = done.stdout.split()
    limit, reached = _least_time_to(instance, float(worth))
    line = (
        f"against CP-SAT, 8 workers, {size}, {seconds:.0f} s: {status}, value {worth}, bound {bound}, {their} cpu s;"
        f" its value is reached with {limit} s allowed, {reached:.2f} cpu s: {float(their) / reached:.0f} times less;"
        f" whole plan {plan.value}, {took:.2f} cpu s: {float(their) / took:.0f} times less"
    )
    return [line]


if __name__ == "__main__":
    main()
