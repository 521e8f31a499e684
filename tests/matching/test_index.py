"""The index gives the rules' own answers on every pair: nights on which clocks change, rest, weeks, licences, and after changes."""

import random
from collections import Counter
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from marketplace.kernel.spans import Span
from marketplace.matching.facts import BookingFacts, Context, CoordinatorFacts, Policy, ShiftFacts, Weights, Window
from marketplace.matching.index import Index
from marketplace.matching.index.bits import pack, turned
from marketplace.matching.ranking import rank
from marketplace.matching.rules import RULES, eligible, explain, objections
from marketplace.matching.scores import PARTS, score
from tests.matching.cast import ANA, BILLING, CONTEXT, HARBOR, RIVERSIDE, TRAINING, ana, billing, booking, context, span, triage
from tests.matching.strategies import near, pairs
from tests.matching.test_every_rule import ONLY_THIS_RULE_REFUSES

DRAWN, PEOPLE, SHIFTS = 7, 30, 20
"""So many pairs are drawn; their facts are dealt out anew to people and shifts, and everyone is asked about each shift."""

Market = tuple[list[CoordinatorFacts], list[ShiftFacts], Context]
slow = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failing market is told as it is: it is small already
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def moved(spans: Any, by: timedelta) -> Any:
    """Bookings or days off at another time."""
    return tuple(
        replace(one, span=Span(one.span.start + by, one.span.end + by))
        if isinstance(one, BookingFacts)
        else Span(one.start + by, one.end + by)
        for one in spans
    )


def dealt(chance: random.Random, cards: list[Any], usual: Any, **fixed: Any) -> Any:
    """Each fact from one of the cards, or, more often, the usual one that fits."""
    facts = {field.name: getattr(chance.choice(cards), field.name) for field in fields(usual) if chance.random() < 0.3}
    return replace(usual, **{**facts, **fixed})


@st.composite
def markets(draw: st.DrawFn) -> Market:
    """People and shifts about the same time, so that nearly every rule refuses somebody and somebody may."""
    drawn = [draw(pairs()) for _ in range(DRAWN)]
    base = drawn[0][1].span
    chance = random.Random(draw(st.integers(0, 2**32)))
    cards = [
        replace(
            person,
            bookings=moved(person.bookings, base.start - shift.span.start),
            time_off=moved(person.time_off, base.start - shift.span.start),
        )
        for person, shift, _ in drawn
    ]
    terms = [shift for _, shift, _ in drawn]
    people = [dealt(chance, cards, ANA, id=100 + n) for n in range(PEOPLE)]
    shifts = [
        dealt(chance, terms, BILLING, id=500 + n, span=chance.choice([base, terms[n % DRAWN].span, about(chance, base)]))
        for n in range(SHIFTS)
    ]
    return people, shifts, drawn[0][2]


def about(chance: random.Random, base: Span) -> Span:
    """A time near another one, most often on the quarter hour."""
    step = chance.choice([1, 15, 15])
    start = base.start + timedelta(minutes=step * (chance.randint(-1500, 1500) // step))
    return Span(start, start + timedelta(minutes=step * chance.randint(1, 800 // step)))


def told_by_the_rules(person: CoordinatorFacts, shift: ShiftFacts, asked: Context) -> int:
    """The rules that refuse, as the bits of `Index.reasons`."""
    return sum(1 << n for n, verdict in enumerate(explain(person, shift, asked)) if verdict.failed)


def disagreements(index: Index, people: list[CoordinatorFacts], shifts: list[ShiftFacts], asked: Context) -> list[str]:
    """Every pair for which the index says something else than the rules and the scores do."""
    found = []
    for shift in shifts:
        reasons, may = index.reasons(shift), set(index.eligible(shift).tolist())
        totals, parts = index.scores(shift, np.array([index.position(one.id) for one in people], np.intp))
        for row, person in enumerate(people):
            position = index.position(person.id)
            truth = told_by_the_rules(person, shift, asked)
            if int(reasons[position]) != truth or (position in may) != (truth == 0):
                odd = int(reasons[position]) ^ truth
                codes = [rule.code for n, rule in enumerate(RULES) if odd >> n & 1]
                found.append(f"{codes} may={position in may}: {person} {shift}")
            wanted = score(person, shift, asked)
            if (int(totals[row]), parts[row].tolist()) != (wanted.total, [part.points for part in wanted.parts]):
                found.append(f"{parts[row].tolist()} instead of {[part.points for part in wanted.parts]}: {person} {shift}")
        assert len(may) == len([1 for person in people if index.position(person.id) in may])
    pairs = index.all_pairs(shifts)
    one_by_one = [(n, where) for n, shift in enumerate(shifts) for where in index.eligible(shift).tolist()]
    if sorted(zip(pairs.shifts.tolist(), pairs.coordinators.tolist(), strict=True)) != sorted(one_by_one):
        found.append("all pairs together are others than shift by shift")
    return found


@slow
@given(markets())
def test_index_rules_and_scores_agree_on_every_pair(market: Market) -> None:
    people, shifts, asked = market
    assert disagreements(Index.build(people, asked), people, shifts, asked) == []
