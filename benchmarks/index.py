"""The eligibility index against its bars: one need among 20,000 coordinators, all reasons, one booking, all pairs."""

import os
import platform
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.market import HORIZON, Market
from marketplace.matching.facts import ShiftFacts
from marketplace.matching.index import Index, Opening, Prices
from marketplace.matching.index.clock import bounds
from marketplace.matching.rules.hard_rules import eligible
from marketplace.matching.scoring import score

RESULTS = Path(__file__).with_name("index.txt")
ROUNDS = 5


def processor_seconds(work: Callable[[], object]) -> float:
    """Of this thread alone: neighbours on the machine do not count, though they slow its caches."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def of_each(work: Callable[[Any], object], things: Iterable[Any]) -> list[float]:
    """Milliseconds for each thing, the best of some rounds, in order."""
    return sorted(1000 * min(processor_seconds(partial(work, one)) for _ in range(ROUNDS)) for one in things)


def spread(taken: list[float]) -> str:
    """The middle and the end of what was measured."""
    return f"p50 {statistics.median(taken):6.3f}  p99 {taken[int(len(taken) * 0.99)]:6.3f} ms"


def line(what: str, taken: list[float], bar: float) -> str:
    """One line, marked where the 99th of a hundred is over its bar."""
    over = "  over" if taken[int(len(taken) * 0.99)] > bar else ""
    return f"  {what:44} {spread(taken)} (bar p99 {bar} ms){over}"


def measure() -> list[str]:
    """The lines of `index.txt`."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [f"{machine}; processor time of one thread, each need the best of {ROUNDS}", ""]
    return [*lines, *_one_need(), "", *_all_pairs()]


def _one_need() -> list[str]:
    market = Market(300, 20_000)
    built: list[Index] = []
    seconds = processor_seconds(lambda: built.append(Index.build(market.people, market.context, HORIZON)))
    (index,) = built
    needs = market.shifts
    found = [len(index.eligible(need)) for need in needs]
    prices = at_no_price(index, market)
    lines = [
        f"20,000 coordinators, {len(needs)} needs, {statistics.mean(found):.0f} may take one on average, {max(found)} at most",
        f"  {'built from facts, sixteen days looked ahead':44} {seconds:.1f} s",
        line("ranked, the best twenty with their parts", of_each(index.rank, needs), 1.5),
        line("ranked less what their hours are worth", of_each(partial(index.rank, prices=prices), needs), 1.5),
        f"  {'the same, when a seat was just taken':44} {spread(_after_a_booking(index, needs, prices))}",
        f"  {'the same, for the first time after a plan':44} {spread(_first_times(index, needs, at_no_price(index, market)))}",
        line("every reason of everybody", of_each(index.reasons, needs), 1.0),
        line("how many each rule refuses", of_each(index.refusals, needs), 1.0),
        line("who may", of_each(index.eligible, needs), 1.5),
        *_changes(index, market),
    ]
    _check(index, market)
    return lines


def _first_times(index: Index, needs: Iterable[ShiftFacts], prices: Prices) -> list[float]:
    """Milliseconds of each need where nothing was asked at these prices before."""
    return sorted(1000 * processor_seconds(partial(index.rank, need, prices=prices)) for need in needs)


def _after_a_booking(index: Index, needs: Sequence[ShiftFacts], prices: Prices) -> list[float]:
    """Milliseconds where each time another shift has just been filled."""
    taken = []
    for number, need in enumerate(needs):

        def rank(gone: int = needs[number - 1].id, asked: ShiftFacts = need) -> None:
            prices.close([gone])
            index.rank(asked, prices=prices)

        taken.append(1000 * processor_seconds(rank))
    return sorted(taken)


def at_no_price(index: Index, market: Market) -> Prices:
    """As a plan tells it where every seat costs nothing: everybody could do everything they may."""
    told: dict[int, list[Opening]] = defaultdict(list)
    pairs = index.all_pairs(market.shifts)
    until = np.searchsorted(pairs.shifts, np.arange(len(market.shifts) + 1)).tolist()
    for number, shift in enumerate(market.shifts):
        who = pairs.coordinators[until[number] : until[number + 1]]
        when = bounds(shift.span)
        for key, points in zip(index.ids[who].tolist(), index.scores(shift, who)[0].tolist(), strict=True):
            told[key].append(Opening(*when, shift.id, 10_000 + points))
    return Prices(told)


def _changes(index: Index, market: Market) -> list[str]:
    need = market.shifts[0]
    booking: list[float] = []
    releasing: list[float] = []
    updating: list[float] = []
    for person in market.people[:500]:
        acts = (
            partial(index.book, person.id, need.span, need.id, need.facility_id),
            partial(index.release, person.id, need.id),
            partial(index.update, person),
        )
        for taken, work in zip((booking, releasing, updating), acts, strict=True):
            taken.append(1000 * processor_seconds(work))
    return [
        f"  {what:44} {spread(sorted(taken))}"
        for what, taken in (
            ("a booking", booking),
            ("a booking given back", releasing),
            ("one coordinator told anew", updating),
        )
    ]


def _all_pairs() -> list[str]:
    market = Market(5_000, 1_000)
    index = Index.build(market.people, market.context, HORIZON)
    seconds = min(processor_seconds(lambda: index.all_pairs(market.shifts)) for _ in range(ROUNDS))
    pairs = len(index.all_pairs(market.shifts).shifts)
    over = "  over" if seconds > 0.2 else ""
    made: list[Prices] = []
    pricing = processor_seconds(lambda: made.append(at_no_price(index, market)))
    needs = market.shifts[:300]
    priced = of_each(lambda need: index.rank(need, prices=made[0]), needs)
    by_rules = min(
        processor_seconds(lambda: [eligible(one, needs[0], market.context) for one in market.people]) for _ in range(2)
    )
    return [
        f"5,000 shifts × 1,000 coordinators: {pairs:,} pairs may",
        f"  {'all pairs':44} {seconds:.3f} s (bar 0.2 s){over}",
        f"  {'the same by the rules, one by one':44} {by_rules * len(market.shifts):.0f} s",
        f"  {'what everybody could do, as a plan tells it':44} {pricing:.1f} s",
        f"  {'ranked with what their hours are worth':44} {spread(priced)}",
    ]


def _check(index: Index, market: Market) -> None:
    """What is fast and wrong is worth nothing: a sample once more by rules and score."""
    for need in market.shifts[:5]:
        may = set(index.ids[index.eligible(need)].tolist())
        people = market.people[:400]
        assert [one.id in may for one in people] == [eligible(one, need, market.context) for one in people]
        best = index.rank(need)
        for key, total in zip(best.ids.tolist(), best.totals.tolist(), strict=True):
            assert total == score(index.facts(index.position(key)), need, market.context).total


def main() -> None:
    """Measure, write and print."""
    text = "\n".join(measure()) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
