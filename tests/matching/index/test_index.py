"""The index gives the rules' own answers on every pair, on nights when clocks change as on others, and after every change."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel import Span
from marketplace.matching.facts import (
    BookingFacts,
    CompactMembership,
    Context,
    CoordinatorFacts,
    Policy,
    ShiftFacts,
    Weights,
    Window,
)
from marketplace.matching.index import Index, Opening, Prices
from marketplace.matching.index.bits import pack, turned
from marketplace.matching.index.clock import bounds
from marketplace.matching.index_ranking import rank_everyone
from marketplace.matching.ranking import rank
from marketplace.matching.rules.hard_rules import RULES, explain
from marketplace.matching.scoring import score
from tests.matching.cast import (
    ANA,
    BILLING,
    CONTEXT,
    HARBOR,
    RIVERSIDE,
    TRAINING,
    ana,
    billing,
    booking,
    context,
    span,
    triage,
)
from tests.matching.markets import Market
from tests.matching.reference import refusing
from tests.matching.rules.test_every_rule import ONLY_THIS_RULE_REFUSES
from tests.matching.strategies import pairs

SEEDS = range(14)
"""Markets of 30 people and 30 shifts: 12,600 pairs, two markets for each of the days of `strategies.AROUND`."""


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
                found.append(
                    f"{parts[row].tolist()} instead of {[part.points for part in wanted.parts]}: {person} {shift}"
                )
        assert len(may) == len([1 for person in people if index.position(person.id) in may])
    pairs = index.all_pairs(shifts)
    one_by_one = [(n, where) for n, shift in enumerate(shifts) for where in index.eligible(shift).tolist()]
    if sorted(zip(pairs.shifts.tolist(), pairs.coordinators.tolist(), strict=True)) != sorted(one_by_one):
        found.append("all pairs together are others than shift by shift")
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_index_rules_and_scores_agree_on_every_pair(seed: int) -> None:
    market = Market(seed)
    index = Index.build(market.people, market.context)
    assert disagreements(index, market.people, market.shifts, market.context) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs())
def test_the_slow_reference_agrees_with_the_index_too(pair: tuple[CoordinatorFacts, ShiftFacts, Context]) -> None:
    person, shift, asked = pair
    index = Index.build([ANA, replace(person, id=7)], asked)
    reasons = int(index.reasons(shift)[index.position(7)])
    assert {rule.code for n, rule in enumerate(RULES) if reasons >> n & 1} == refusing(*pair)


@pytest.mark.parametrize("seed", range(20, 27))
def test_after_any_changes_the_index_is_as_if_built_anew(seed: int) -> None:
    market = Market(seed)
    chance, shifts = market.chance, market.shifts
    index, now = Index.build(market.people, market.context), {person.id: person for person in market.people}
    for shift in shifts:
        index.reasons(shift)  # rows are at hand, so they must be changed
    for n in range(60):
        key = chance.choice(sorted(now))
        match chance.randint(0, 4):
            case 0:
                now[key] = market.person(key)
                index.update(now[key])
            case 1:
                shift = chance.choice(shifts)
                booked = BookingFacts(shift.span, 9000 + n, shift.facility_id)
                now[key] = replace(now[key], bookings=(*now[key].bookings, booked))
                index.book(key, shift.span, booked.shift_id, booked.facility_id)
            case 2 if now[key].bookings:
                gone = now[key].bookings[0]
                now[key] = replace(now[key], bookings=now[key].bookings[1:])
                index.release(key, gone.shift_id)
            case 3 if len(now) > 5:
                index.remove(key)
                del now[key]
            case _:
                now[1000 + n] = market.person(1000 + n)
                index.update(now[1000 + n])
    assert len(index) == len(now)
    assert disagreements(index, list(now.values()), shifts, market.context) == []


# ---- the guards: each is needed -----------------------------------------------------------------------------------

AFTERWARDS = booking("2026-12-01 18:00", "2026-12-01 20:00")
"""An hour after BILLING ends: too little rest."""


def test_an_index_that_is_not_told_of_a_booking_disagrees_with_the_rules_and_one_that_is_agrees() -> None:
    index = Index.build([ANA], CONTEXT)
    busy = ana(bookings=(AFTERWARDS,))
    assert disagreements(index, [busy], [BILLING], CONTEXT) != []
    index.book(ANA.id, AFTERWARDS.span, AFTERWARDS.shift_id, AFTERWARDS.facility_id)
    assert disagreements(index, [busy], [BILLING], CONTEXT) == []
    assert index.facts(index.position(ANA.id)) == busy
    index.release(ANA.id, AFTERWARDS.shift_id)
    assert disagreements(index, [ANA], [BILLING], CONTEXT) == []


@pytest.mark.parametrize("code", ONLY_THIS_RULE_REFUSES)
def test_each_rule_refuses_by_itself_in_the_index_as_in_the_rules(code: str) -> None:
    coordinator, shift, asked = ONLY_THIS_RULE_REFUSES[code]
    index = Index.build([replace(ANA, id=1), replace(coordinator, id=2)], asked)
    reasons = index.reasons(shift)
    assert [rule.code for n, rule in enumerate(RULES) if reasons[index.position(2)] >> n & 1] == [code]
    assert index.position(2) not in index.eligible(shift)
    assert index.refusals(shift)[code] >= 1


def test_every_rule_gets_both_answers_among_the_markets() -> None:
    """A comparison in which a rule never refuses, or always does, compares nothing."""
    refused: Counter[str] = Counter()
    may = pairs_in_all = 0
    for market in map(Market, SEEDS):
        index = Index.build(market.people, market.context)
        for shift in market.shifts:
            refused += index.refusals(shift)
            may += len(index.eligible(shift))
            pairs_in_all += len(index)
    assert pairs_in_all >= 10_000
    assert may > 200
    assert set(refused) == {rule.code for rule in RULES}
    assert min(refused.values()) > 100
    assert max(refused.values()) < pairs_in_all * 0.9


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", "2026-03-08"), ("America/New_York", "2026-11-01"), ("Australia/Lord_Howe", "2026-04-05"),
        ("America/Havana", "2026-03-08"), ("America/Santiago", "2026-09-06"), ("Europe/Dublin", "2026-10-25"),
    ],
)  # fmt: skip
def test_nights_on_which_clocks_change_quarter_by_quarter(zone: str, day: str) -> None:
    nights = ana(
        zone=zone,
        availability=(*(Window(n, 1320, 360) for n in range(7)), Window(6, 95, 200)),
        preferred_hours=(Window(5, 1300, 130),),
    )
    begins = span(f"{day} 00:00", f"{day} 00:01", "UTC").start - timedelta(hours=14)
    shifts = [
        billing(id=n, span=Span(begins + timedelta(minutes=start), begins + timedelta(minutes=start + length)))
        for n, (start, length) in enumerate((start, length) for start in range(0, 2400, 45) for length in (15, 50, 240))
    ]
    assert disagreements(Index.build([nights], CONTEXT), [nights], shifts, CONTEXT) == []


def test_a_week_that_ends_in_the_middle_of_a_shift_counts_by_the_coordinators_own_monday() -> None:
    there = [
        ana(id=n, zone=zone, max_week_minutes=300) for n, zone in enumerate(("America/New_York", "Asia/Manila", "UTC"))
    ]
    over_midnight = billing(span=span("2026-12-06 20:00", "2026-12-07 04:00"))
    assert disagreements(Index.build(there, CONTEXT), there, [over_midnight], CONTEXT) == []
    assert len(Index.build(there, CONTEXT).eligible(over_midnight)) == 1


def test_the_compact_covers_a_state_from_the_day_it_joined() -> None:
    nurse = ana(credentials=(TRAINING, *(one for one in ANA.credentials if one.state == "TX"), *ANA.credentials))
    index = Index.build([nurse], CONTEXT)
    joining = replace(CONTEXT, compact=(*CONTEXT.compact, CompactMembership("NY", BILLING.span.start.date())))
    assert len(index.eligible(triage("NY"))) == 0
    index.renew(joining)
    assert len(index.eligible(triage("NY"))) == 1
    assert disagreements(index, [nurse], [triage("NY"), triage("NY", "FL"), triage()], joining) == []
    index.renew(CONTEXT)
    assert len(index.eligible(triage("NY"))) == 0


def test_another_policy_needs_an_index_of_its_own() -> None:
    index, other = Index.build([ANA], CONTEXT), context(policy=Policy(typical_fills=9))
    with pytest.raises(ValueError, match="build the index again"):
        index.renew(other)
    people = [ANA, ana(id=11, fills_recently=7, facility_minutes={RIVERSIDE: 900}, country="PH")]
    assert disagreements(Index.build(people, other), people, [BILLING], other) == []


@st.composite
def other_weights(draw: st.DrawFn) -> Weights:
    """Any that add up to 999, also with parts that count nothing."""
    edges = sorted(draw(st.lists(st.integers(0, 999), min_size=8, max_size=8)))
    return Weights(*(end - start for start, end in pairwise([0, *edges, 999])))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 6), st.lists(other_weights(), min_size=1, max_size=3))
def test_with_other_weights_from_now_on_the_index_still_agrees_with_the_scores(seed: int, sets: list[Weights]) -> None:
    market = Market(seed, people=8, shifts=4)
    index = Index.build(market.people, market.context)
    for weights in sets:
        asked = replace(market.context, weights=weights)
        index.renew(asked)
        assert disagreements(index, market.people, market.shifts, asked) == []
        for shift in market.shifts:
            slow, fast = rank(shift, market.people, asked), rank_everyone(index, shift)
            assert [one.facts.id for one in fast.eligible] == [one.facts.id for one in slow.eligible]
            assert all(0 <= one.score.total <= 999 for one in fast.eligible)


def test_there_is_always_room_for_one_more() -> None:
    index = Index.build([], CONTEXT)
    crowd = [ana(id=n, min_pay_cents=2500 + n) for n in range(300)]
    for person in crowd:
        index.update(person)
    assert sorted(index.ids[index.eligible(BILLING)].tolist()) == list(range(101))
    index.remove(7)
    index.remove(7)
    assert 7 not in index
    assert 7 not in index.ids[index.eligible(BILLING)]
    assert disagreements(index, [*crowd[:7], *crowd[8:]], [BILLING], CONTEXT) == []


# ---- order --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30, 37))
def test_everyone_is_ranked_as_the_rules_rank_them(seed: int) -> None:
    market = Market(seed, shifts=10)
    index = Index.build(market.people, market.context)
    for shift in market.shifts:
        slow_way, fast_way = rank(shift, market.people, market.context), rank_everyone(index, shift)
        assert [one.facts for one in fast_way.eligible] == [one.facts for one in slow_way.eligible]
        assert [one.facts for one in fast_way.ineligible] == [one.facts for one in slow_way.ineligible]
        assert fast_way.counts == slow_way.counts
        assert fast_way.nearest(4) == slow_way.nearest(4)
        best = index.rank(shift, top=3)
        assert best.ids.tolist() == [one.facts.id for one in slow_way.eligible[:3]]
        assert best.totals.tolist() == [one.score.total for one in slow_way.eligible[:3]]
        assert best.eligible == len(slow_way.eligible)
        assert not best.costs.any()


def test_rows_turned_over_are_the_same_bits() -> None:
    rng = np.random.default_rng(3)
    mask = rng.random((23, 192)) < 0.3
    mask[4] = False
    assert turned(pack(mask)).tolist() == [sum(1 << k for k in range(23) if mask[k, n]) for n in range(192)]


# ---- the value of hours elsewhere --------------------------------------------------------------------------------


def best_schedule(
    person: CoordinatorFacts, worth: dict[int, int], shifts: list[ShiftFacts], beside: Span | None
) -> int:
    """All sets of shifts, one by one: the highest value of those that leave rest between them."""
    rest, best = timedelta(minutes=person.rest_minutes), 0
    for choice in range(1 << len(shifts)):
        chosen = [shift for n, shift in enumerate(shifts) if choice >> n & 1]
        spans = sorted([shift.span for shift in chosen] + ([beside] if beside else []))
        if all(one.end + rest <= other.start for one, other in pairwise(spans)):
            best = max(best, sum(worth[shift.id] for shift in chosen))
    return best


def at_prices(index: Index, shifts: list[ShiftFacts], prices: dict[int, int]) -> Prices:
    """What a plan with these prices tells of everybody: each shift somebody may take, with what is left at its price."""
    told: dict[int, list[Opening]] = defaultdict(list)
    for shift in shifts:
        who = index.eligible(shift)
        for key, points in zip(index.ids[who].tolist(), index.scores(shift, who)[0].tolist(), strict=True):
            left = 10_000 + points - prices.get(shift.id, 0)
            if left > 0:
                told[key].append(Opening(*bounds(shift.span), shift.id, left))
    return Prices(told)


@pytest.mark.parametrize("seed", range(25))
def test_the_opportunity_cost_is_what_the_best_schedule_loses(seed: int) -> None:
    chance = random.Random(seed)
    morning = BILLING.span.start - timedelta(hours=20)
    person = ana(rest_minutes=chance.choice([0, 60, 480]), max_week_minutes=9999)
    shifts = [
        billing(id=n, span=Span(start, start + timedelta(hours=chance.randint(2, 10))))
        for n, start in enumerate(morning + timedelta(hours=chance.randint(0, 60)) for _ in range(8))
    ]
    prices = {shift.id: chance.randint(0, 11_000) for shift in shifts}
    index = Index.build([person], CONTEXT)
    told = at_prices(index, shifts, prices)
    worth = {one.id: max(0, 10_000 + score(person, one, CONTEXT).total - prices[one.id]) for one in shifts}
    for shift in [*shifts[:4], BILLING]:
        others = [one for one in shifts if one.id != shift.id]
        lost = best_schedule(person, worth, others, None) - best_schedule(person, worth, others, shift.span)
        ranked = index.rank(shift, prices=told)
        assert ranked.costs.tolist() == [min(999, lost * 999 // 10_000)]
        instead = told.instead(person, shift)
        assert (instead is not None) == (lost > 0)
        if instead is not None:
            rest = timedelta(minutes=person.rest_minutes)
            span = next(one.span for one in others if one.id == instead.shift_id)
            assert shift.span.start < span.end + rest
            assert span.start < shift.span.end + rest
        assert ranked.totals.tolist() == [score(person, shift, CONTEXT).total]


def test_somebody_whose_hours_are_wanted_elsewhere_comes_later_and_the_score_stays_as_it_is() -> None:
    wanted = ana(id=1, service_lines=frozenset({"medical-billing", "triage"}))
    free = ana(id=2, min_pay_cents=2500)
    elsewhere = triage("IL", id=700, span=span("2026-12-01 10:00", "2026-12-01 14:00"))
    free = replace(free, service_lines=frozenset({"medical-billing"}), fills_recently=8)
    index = Index.build([wanted, free], CONTEXT)
    assert index.rank(BILLING).ids.tolist() == [1, 2]
    prices = at_prices(index, [elsewhere, BILLING], {elsewhere.id: 0, BILLING.id: 9_000})
    ranked = index.rank(BILLING, prices=prices)
    assert ranked.ids.tolist() == [2, 1]
    assert ranked.costs[0] == 0 < ranked.costs[1]
    assert ranked.totals.tolist() == [score(one, BILLING, CONTEXT).total for one in (free, wanted)]
    last = rank_everyone(index, BILLING, prices).eligible[1]
    assert (last.opportunity_cost, last.instead) == (ranked.costs[1], elsewhere.id)
    prices.close([elsewhere.id])  # somebody else has it now
    assert index.rank(BILLING, prices=prices).ids.tolist() == [1, 2]
    prices.close([])
    assert index.rank(BILLING, prices=prices).ids.tolist() == [2, 1]
    index.book(1, elsewhere.span, elsewhere.id, HARBOR)  # what is booked since the plan no longer counts
    assert index.rank(BILLING, prices=prices).ids.tolist() == [2]
    index.release(1, elsewhere.id)
    assert index.rank(BILLING, prices=at_prices(index, [elsewhere], {elsewhere.id: 99_999})).costs.tolist() == [0, 0]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 60), other_weights(), st.lists(st.integers(0, 12_000), min_size=8, max_size=8))
def test_with_weights_and_prices_the_index_orders_as_adding_up_one_by_one_would(
    seed: int, weights: Weights, amounts: list[int]
) -> None:
    market = Market(seed, people=6, shifts=8)
    index = Index.build(market.people, market.context)
    asked = replace(market.context, weights=weights)
    index.renew(asked)
    told = at_prices(index, market.shifts, {one.id: price for one, price in zip(market.shifts, amounts, strict=True)})
    for shift in market.shifts[:3]:
        fast = rank_everyone(index, shift, told)
        worths = {}
        for person in market.people:
            may = [one for one in market.shifts if one.id != shift.id and index.may(person.id, one)]
            worth = {
                one.id: max(0, 10_000 + score(person, one, asked).total - amounts[market.shifts.index(one)])
                for one in may
            }
            lost = best_schedule(person, worth, may, None) - best_schedule(person, worth, may, shift.span)
            worths[person.id] = min(999, lost * 999 // 10_000)
        slow = sorted(
            rank(shift, market.people, asked).eligible,
            key=lambda one: (worths[one.facts.id] - one.score.total, one.facts.id),
        )
        assert [one.facts.id for one in fast.eligible] == [one.facts.id for one in slow]
        assert [one.opportunity_cost for one in fast.eligible] == [worths[one.facts.id] for one in slow]
        assert [one.score for one in fast.eligible] == [one.score for one in slow]


def test_who_was_asked_before_is_not_worked_out_again_until_something_changes() -> None:
    person = ana(id=1)
    index = Index.build([person, ana(id=2)], CONTEXT)
    other = billing(id=700, span=Span(BILLING.span.end, BILLING.span.end + timedelta(hours=2)))
    told = at_prices(index, [BILLING, other], {})
    who = index.eligible(BILLING)
    first = told.costs(index.people_at(who), BILLING)
    assert told.costs(index.people_at(who), BILLING) is first
    index.update(replace(person, bookings=(BookingFacts(other.span, 700, HARBOR),)))
    again = told.costs(index.people_at(who), BILLING)
    assert again is not first
    assert again.tolist()[0] == 0 < again.tolist()[1]
