"""What it costs not to know everything beforehand: ways of giving out seats on the same market, against the offline optimum.

Shifts are posted between a few hours and two weeks before they begin; everybody who is asked says yes, so that ways differ
only by what they decide, and when.
"""

import numpy as np

from marketplace.matching.simulating import Period, simulate
from marketplace.matching.simulating.strategies import PlannedStrategy, Waves
from marketplace.matching.solver.plan import solve
from tests.matching.instances import SIZES, market

HOUR = 60
LEADS = (6, 24, 72, 168, 336)
"""Hours before the start: a tenth of the shifts is posted in the first of these windows, half in the last two."""

SHARES = (0.1, 0.15, 0.25, 0.25)
WAYS = (Waves(), PlannedStrategy(6, 0), PlannedStrategy(6, 24), PlannedStrategy(6, 72))


def stretch(size: str, seed: int) -> Period:
    """A market with the minute in which each shift became known."""
    instance = market(*SIZES[size], seed=seed)
    random = np.random.default_rng(seed)
    window = random.choice(len(SHARES), instance.slots, p=np.array(SHARES) / sum(SHARES))
    least, most = np.array(LEADS[:-1])[window], np.array(LEADS[1:])[window]
    lead = (least + (most - least) * random.random(instance.slots)) * HOUR
    return Period(
        instance,
        known_at=(instance.slot_start - lead).astype(np.int64),
        pay_cents=np.zeros(instance.slots, np.int64),
        accepts=np.ones(instance.pairs),
    )


def measure(size: str = "200x50", seeds: range = range(1, 5)) -> list[str]:
    """A line a way: its value as a share of the offline plan's bound, for each seed."""
    head = (
        f"online against offline, {size}, shifts posted 6 h to 14 days ahead; value as a share of the offline bound, seeds"
        f" {seeds.start} to {seeds.stop - 1} (bar: 0.95 for plans fixed 24 h ahead)"
    )
    shares: dict[str, list[float]] = {way.name: [] for way in WAYS}
    for seed in seeds:
        lived = stretch(size, seed)
        bound = solve(lived.instance).bound
        for way in WAYS:
            shares[way.name].append(simulate(lived, way, seed).value / bound)
    return [head, *(f"  {name:34} {'  '.join(f'{share:.4f}' for share in found)}" for name, found in shares.items())]


if __name__ == "__main__":
    print("\n".join(measure()))
