"""Past weeks simulated under other strategies and weights. Weeks are counted on the agency's clock."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

import numpy as np

from marketplace.kernel import line_amount, week_start, zone_named
from marketplace.matching.acceptance import ANSWERS, YES
from marketplace.matching.facts import Weights
from marketplace.matching.index import Index
from marketplace.matching.simulating import Period, SimulationResult, Strategy, gini, simulate
from marketplace.matching.solver.instance import Instance
from marketplace.plans.replay.past_weeks import PastWeeks

MINUTE = timedelta(minutes=1)
LEAD = timedelta(days=14)
"""A shift that was posted earlier than this before its start counts as known from here on: for planning it is the same."""


def live_again(
    weeks: PastWeeks, ways: Iterable[Strategy], weights: Mapping[str, Weights], seed: int = 0
) -> list[SimulationResult]:
    """The past as it was, then every strategy under each set of weights. Scores are by the weights the agency has now."""
    now = stretch_of(weeks, weeks.context.weights)
    might = [weeks.people[row].id for row in np.unique(now.instance.pair_coordinator)]
    hours = np.array([weeks.worked.get(coordinator, 0) for coordinator in might], np.int64)
    found = [replace(weeks.happened, gini_hours=gini(hours))]
    for name, chosen in weights.items():
        stretch = now if chosen == weeks.context.weights else stretch_of(weeks, chosen)
        for way in ways:
            outcome = simulate(stretch, way, seed, scored_in=now)
            found.append(replace(outcome, way=f"{outcome.way}, {name}" if name else outcome.way))
    return found


def stretch_of(weeks: PastWeeks, weights: Weights) -> Period:
    """The arrays: everybody judged by the rules on each shift, scored with the weights."""
    index = Index.build(weeks.people, replace(weeks.context, weights=weights), None)
    pairs = index.all_pairs(weeks.shifts)
    slots = np.asarray(pairs.shifts, np.int64)
    persons = index.ids[np.asarray(pairs.coordinators)]
    row = {person.id: n for n, person in enumerate(weeks.people)}
    edges = np.searchsorted(slots, np.arange(len(weeks.shifts) + 1))
    scores = [
        index.scores(shift, pairs.coordinators[edges[n] : edges[n + 1]])[0] for n, shift in enumerate(weeks.shifts)
    ]
    monday = week_start(weeks.first)
    days = [shift.span.start.astimezone(zone_named(weeks.zone)).date() for shift in weeks.shifts]
    slot_week = np.array([(week_start(day) - monday).days // 7 for day in days], np.int64)
    count = int(slot_week.max()) + 1
    instance = Instance(
        slot_start=np.array([(shift.span.start - weeks.start) // MINUTE for shift in weeks.shifts], np.int64),
        slot_end=np.array([-((weeks.start - shift.span.end) // MINUTE) for shift in weeks.shifts], np.int64),
        slot_priority=np.ones(len(weeks.shifts), np.int64),
        slot_headcount=np.array([shift.headcount for shift in weeks.shifts], np.int64),
        slot_week=slot_week,
        coordinator_rest=np.array([person.rest_minutes for person in weeks.people], np.int64),
        coordinator_minutes=np.array([[person.max_week_minutes] * count for person in weeks.people], np.int64).reshape(
            len(weeks.people), count
        ),
        pair_slot=slots,
        pair_coordinator=np.array([row[int(key)] for key in persons], np.int64),
        pair_score=np.concatenate(scores) if scores else np.empty(0, np.int64),
    )
    known = np.array(
        [(max(weeks.posted[shift.id], shift.span.start - LEAD) - weeks.start) // MINUTE for shift in weeks.shifts],
        np.int64,
    )
    pay = np.array([line_amount(shift.span.minutes, shift.pay_rate_cents) for shift in weeks.shifts], np.int64)
    accepts = np.array([weeks.willing.get(int(key), YES / ANSWERS) for key in persons], np.float64)
    return Period(instance, known, pay, accepts)
