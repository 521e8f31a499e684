"""Markets to plan for, made from a seed: believable ones of any size, small odd ones, and one-day rosters of many tasks."""

from __future__ import annotations

import numpy as np

from marketplace.matching.solver.instance import Instance

SIZES = {
    "200x50": (200, 50),
    "1kx200": (1_000, 200),
    "5kx1k": (5_000, 1_000),
    "20kx4k": (20_000, 4_000),
    "100kx20k": (100_000, 20_000),
}
DAY, WEEK = 24 * 60, 7 * 24 * 60
ZONES = np.array([300, 360, 420, 480])  # minutes behind UTC: Eastern to Pacific


def market(slots: int, coordinators: int, seed: int, load: float = 1.0) -> Instance:
    """Two weeks of clinics: service lines, systems, states, time zones, availability, rest of 15 minutes to 10 hours, hours.

    The larger the market, the more specialised its people, and the smaller the share of the states they may work in: from
    one of thirteen who may take a shift among 50 people to one of 240 among 20,000. `load` above 1 means fewer hours for
    the same shifts.
    """
    random = np.random.default_rng(seed)
    lines, systems = 12, max(1, min(12, coordinators // 100))
    popularity = 1 / np.arange(1, lines + 1) ** 0.8
    popularity /= popularity.sum()
    line = random.choice(lines, slots, p=popularity)
    system = np.where(random.random(slots) < 0.6, random.integers(0, systems, slots), -1)
    zone = random.choice(len(ZONES), slots, p=[0.5, 0.3, 0.07, 0.13])
    weekday = np.tile([1.3, 1.05, 1.0, 1.0, 0.9, 0.3, 0.2], 2)
    day = random.choice(14, slots, p=weekday / weekday.sum())
    hour = random.choice(
        [6, 7, 8, 9, 10, 12, 13, 16, 17, 19], slots, p=[0.03, 0.12, 0.35, 0.13, 0.05, 0.08, 0.08, 0.07, 0.05, 0.04]
    )
    start = day * DAY + hour * 60 + random.choice([0, 0, 0, 15, 30], slots) + ZONES[zone]
    duration = 60 * random.choice([2, 3, 4, 6, 8, 10, 12], slots, p=[0.1, 0.08, 0.28, 0.12, 0.34, 0.04, 0.04])
    priority = random.choice([1, 2, 4, 8], slots, p=[0.5, 0.3, 0.15, 0.05])
    headcount = random.choice([1, 2, 3, 4], slots, p=[0.85, 0.1, 0.03, 0.02])

    breadth = 2 + int(400 / coordinators)
    skills = random.random((coordinators, lines)) < np.minimum(0.9, breadth * popularity * 1.2)
    skills[np.arange(coordinators), random.choice(lines, coordinators, p=popularity)] = True
    knows = random.random((coordinators, systems)) < max(0.25, 1.5 / systems)
    home = random.choice(len(ZONES), coordinators, p=[0.5, 0.3, 0.07, 0.13])
    days = random.random((coordinators, 7)) < np.array([0.85, 0.85, 0.85, 0.85, 0.8, 0.35, 0.3])
    opens = 60 * random.choice([6, 7, 8, 12, 16], coordinators, p=[0.25, 0.3, 0.25, 0.1, 0.1]) + ZONES[home]
    closes = opens + 60 * random.choice([6, 9, 10, 12, 16], coordinators, p=[0.15, 0.25, 0.3, 0.25, 0.05])
    minutes = 60 * random.choice([16, 24, 32, 40, 48], coordinators, p=[0.1, 0.2, 0.2, 0.4, 0.1])
    minutes = (np.round(minutes / load / 60) * 60).astype(int)
    taken = 60 * random.choice([0, 0, 0, 2, 4, 6], (coordinators, 3))
    rating = random.integers(0, 400, coordinators)

    states = 3 + int(coordinators**0.5 / 3)
    state = random.integers(0, states, slots)
    licensed = random.random((coordinators, states)) < min(3.4, 0.3 + 0.15 * coordinators**0.5) / states

    first_minute, last_minute = start % DAY, start % DAY + duration
    pair_slot, pair_coordinator = [], []
    for each in range(slots):
        able = (
            skills[:, line[each]]
            & licensed[:, state[each]]
            & days[:, day[each] % 7]
            & (opens <= first_minute[each])
            & (closes >= last_minute[each])
        )
        if system[each] >= 0:
            able &= knows[:, system[each]]
        who = np.flatnonzero(able)
        pair_slot.append(np.full(len(who), each))
        pair_coordinator.append(who)
    slot, who = np.concatenate(pair_slot), np.concatenate(pair_coordinator)
    score = rating[who] + 150 * (home[who] == zone[slot]) + random.integers(0, 450, len(slot))
    return Instance(
        start, start + duration, priority, headcount, np.minimum(start // WEEK, 2),
        random.choice([15, 30, 60, 480, 600], coordinators, p=[0.15, 0.25, 0.1, 0.25, 0.25]),
        np.maximum(0, minutes[:, None] - taken),
        slot, who, score,
    )  # fmt: skip


def small(seed: int, *, grid: int | None = None, fixed_cost: bool | None = None) -> Instance:
    """A market of a few slots and people, odd in every way that is allowed; solved exactly in a moment."""
    random = np.random.default_rng(seed)
    slots, coordinators, weeks = int(random.integers(1, 16)), int(random.integers(1, 7)), int(random.integers(1, 4))
    grid = grid or int(random.choice([1, 7, 15, 60]))
    start = random.integers(0, weeks * WEEK // grid if random.random() < 0.3 else DAY // grid, slots) * grid
    duration = np.maximum(1, random.integers(60, 600, slots) // grid) * grid
    pairs = np.argwhere(random.random((slots, coordinators)) < random.choice([0.2, 0.5, 1.0]))
    with_fixed_cost = random.random() < 0.25 if fixed_cost is None else fixed_cost
    return Instance(
        start,
        start + duration,
        random.choice([0, 1, 2, 4, 8], slots, p=[0.1, 0.4, 0.3, 0.1, 0.1]),
        random.choice([0, 1, 2, 5], slots, p=[0.05, 0.75, 0.15, 0.05]),
        np.minimum(start // WEEK, weeks - 1),
        random.choice([0, 15, 60, 600], coordinators),
        random.choice([0, 300, 601, 900, 2400], (coordinators, weeks)),
        pairs[:, 0],
        pairs[:, 1],
        random.integers(0, 1000, len(pairs)),
        random.integers(0, 15_000, coordinators) if with_fixed_cost else None,
    )


def tasks_of_a_day(tasks: int, workers: int, seed: int, skilled: float = 0.33) -> Instance:
    """Every task of a day must be done, by as few people as possible: the shift minimisation personnel task scheduling problem.

    Made as in its literature (Krishnamoorthy, Ernst and Baatar): a task is worth more than a worker costs, people do not
    rest, and hours are not limited. Some roster for `workers` people exists, and everybody may also do other tasks.
    """
    random = np.random.default_rng(seed)
    needed = max(1, int(0.85 * workers))
    cuts = np.sort(random.choice(np.arange(1, DAY), (needed, max(1, tasks // needed - 1))), axis=1)
    begin = np.concatenate([np.zeros((needed, 1), int), cuts], axis=1).ravel()
    end = np.concatenate([cuts, np.full((needed, 1), DAY)], axis=1).ravel()
    doer = np.repeat(np.arange(needed), cuts.shape[1] + 1)
    real = end > begin
    begin, end, doer = begin[real], end[real], doer[real]
    able = random.random((len(begin), workers)) < skilled
    able[np.arange(len(begin)), doer] = True
    pairs = np.argwhere(able)
    ones = np.ones(len(begin), int)
    return Instance(
        begin, end, ones, ones, 0 * ones, np.zeros(workers, int), np.full((workers, 1), 10**6), pairs[:, 0], pairs[:, 1],
        np.zeros(len(pairs), int), np.full(workers, 1_000),
    )  # fmt: skip
