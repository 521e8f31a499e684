"""How well somebody fits: a sum of named points, and an order that never depends on chance."""

import datetime
import random
import time
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from marketplace.kernel import Length, Phrase
from marketplace.matching.facts import Context, CoordinatorFacts, Level, Policy, ShiftFacts, Weights, Window
from marketplace.matching.ranking import rank
from marketplace.matching.rules.hard_rules import RULES, explain
from marketplace.matching.scoring import Score, ScorePart, Tone, reasons, score
from tests.matching.cast import (
    ANA,
    BILLING,
    CODER,
    CONTEXT,
    HARBOR,
    RIVERSIDE,
    TRAINING,
    WEIGHTS,
    ana,
    billing,
    booking,
    context,
    span,
    triage,
)
from tests.matching.strategies import pairs

Pair = tuple[CoordinatorFacts, ShiftFacts, Context]

BEST = ana(
    favourite_facilities=frozenset({RIVERSIDE}),
    favourite_of_facilities=frozenset({RIVERSIDE}),
    facility_minutes={RIVERSIDE: 4800},
    rating_hundredths=500,
    reliability=100,
    ehr={"Epic": Level.ADVANCED},
    years_experience=10,
    min_pay_cents=1820,
    service_lines=frozenset({"medical-billing"}),
)
WORST = ana(
    rating_hundredths=100,
    reliability=0,
    ehr={},
    years_experience=0,
    min_pay_cents=2600,
    zone="Asia/Manila",
    preferred_hours=(Window(0, 0, 60),),
    offers_recently=99,
    fills_recently=99,
    service_lines=frozenset("abcdefgh"),
    credentials=(),
)


def part(code: str, coordinator: CoordinatorFacts, shift: ShiftFacts = BILLING, asked: Context = CONTEXT) -> ScorePart:
    return next(part for part in score(coordinator, shift, asked).parts if part.code == code)


def test_the_best_imaginable_fit_has_999_points_and_the_worst_none() -> None:
    best, worst = (
        score(BEST, BILLING, CONTEXT),
        score(WORST, billing(preferred_credentials=frozenset({"CMM"})), CONTEXT),
    )
    assert (best.total, best.percent) == (999, 100)
    assert (worst.total, worst.percent) == (0, 0)


@settings(deadline=None)
@given(pairs())
def test_a_score_is_the_sum_of_its_parts_and_each_stays_in_its_bounds(pair: Pair) -> None:
    found = score(*pair)
    assert found.total == sum(part.points for part in found.parts)
    assert all(type(part.points) is int and 0 <= part.points <= part.of and part.phrase for part in found.parts)
    assert sum(part.of for part in found.parts) == 999
    assert [part.code for part in found.parts] == [field.name for field in fields(Weights)]


@pytest.mark.parametrize("change", [{"continuity": 216}, {"continuity": -1, "favourite": 324}])
def test_weights_that_do_not_add_up_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="add up to 999"):
        Weights(**change)


def test_weights_are_a_setting() -> None:
    asked = context(weights=replace(WEIGHTS, continuity=0, favourite=300))
    assert part("continuity", BEST, asked=asked).points == 0
    assert part("favourite", BEST, asked=asked).points == 300


@pytest.mark.parametrize(
    ("total", "percent"), [(0, 0), (4, 0), (5, 1), (499, 50), (500, 50), (994, 99), (995, 100), (999, 100)]
)
def test_the_match_is_rounded_half_up(total: int, percent: int) -> None:
    assert Score(total, ()).percent == percent


def test_hours_at_the_facility_count_up_to_the_policys_mark() -> None:
    assert [part("continuity", ana(facility_minutes={RIVERSIDE: m})).points for m in (0, 24, 2400, 4800, 9999)] == [
        0,
        1,
        100,
        200,
        200,
    ]
    assert part("continuity", ana(facility_minutes={HARBOR: 4800})).points == 0
    assert str(part("continuity", ana(facility_minutes={RIVERSIDE: 2520})).detail) == "42 h worked here"


def test_a_trained_backup_has_two_fifths_before_the_first_hour() -> None:
    trained = ana(trained_facilities=frozenset({RIVERSIDE}))
    assert part("continuity", trained)[1:4] == (80, 200, Phrase("Trained for this facility"))
    assert part("continuity", replace(trained, facility_minutes={RIVERSIDE: 4800})).points == 200


def test_a_facilitys_favorite_weighs_more_than_a_coordinators() -> None:
    here = frozenset({RIVERSIDE})
    assert part("favourite", ana(favourite_of_facilities=here)).points == 70
    assert part("favourite", ana(favourite_facilities=here)).points == 30
    assert part("favourite", ana(favourite_of_facilities=here, favourite_facilities=here)).points == 100


def test_newcomers_are_not_at_the_bottom() -> None:
    assert part("rating", ANA).points == 90
    assert part("rating", ana(rating_hundredths=250, reliability=40)).points < 90
    assert str(part("rating", ana(rating_hundredths=435, reliability=96)).phrase) == "Rated 4.35 of 5"


def test_a_lower_minimum_is_worth_points_within_the_band_and_no_rate_is_told() -> None:
    assert [part("cost", ana(min_pay_cents=cents)).points for cents in (2600, 2210, 1820, 100)] == [0, 60, 120, 120]
    for cents in (2600, 2210):
        found = part("cost", ana(min_pay_cents=cents))
        assert "$" not in str(found.phrase) + str(found.detail)


def test_work_outside_the_local_day_is_a_caveat() -> None:
    found = part("time_zone", ana(zone="Asia/Manila"))
    assert found == (
        "time_zone",
        0,
        110,
        Phrase("Starts at %(clock)s in %(place)s", clock=datetime.time(22), place="Manila"),
        Phrase("%(length)s of %(shift_length)s outside the local day", length=Length(480), shift_length=Length(480)),
        Tone.NOTE,
    )
    assert part("time_zone", ana(zone="America/Los_Angeles")).points == 110 * 7 // 8  # from 06:00 there


def test_skills_are_preferred_credentials_and_experience() -> None:
    assert part("skills", ANA).points == 60 + 60 * 2 // 8
    wanted = billing(preferred_credentials=frozenset({"CPCC", "CMM"}))
    found = part("skills", ANA, wanted)
    assert found.points == 30 + 60 * 2 // 8
    assert (found.tone, str(found.detail)) == (Tone.NOTE, "without the preferred CMM")
    ending = ana(credentials=(TRAINING, replace(CODER, expires_on=BILLING.span.start.date() - timedelta(days=1))))
    assert str(part("skills", ending, wanted).detail) == "without the preferred CMM, CPCC"


def test_preferred_hours_count_by_the_minute() -> None:
    morning = tuple(Window(weekday, 480, 780) for weekday in range(7))
    found = part("preferred_hours", ana(preferred_hours=morning))
    assert (found.points, found.tone, str(found.detail)) == (35, Tone.NOTE, "4 h of 8 h outside")


def test_those_who_had_less_than_the_others_come_forward() -> None:
    typical = part("fairness", ana(offers_recently=8, fills_recently=4))
    assert (typical.points, typical.of) == (40, 80)
    assert str(typical.phrase) == "Had a fair share of shifts"
    assert part("fairness", ana(offers_recently=16, fills_recently=8)).points == 0
    assert part("fairness", ANA).points == 80
    nobody_yet = context(policy=Policy(typical_offers=0, typical_fills=0))
    assert part("fairness", ana(offers_recently=5), asked=nobody_yet).points == 80


def test_those_who_can_do_many_things_are_kept_free() -> None:
    points = [part("versatility", ana(service_lines=frozenset(map(str, range(n))))).points for n in range(1, 8)]
    assert points == [49, 39, 29, 19, 9, 0, 0]


def test_the_card_says_caveats_first_and_then_at_most_three_good_reasons() -> None:
    nurse = replace(BEST, preferred_hours=(Window(1, 540, 600),), service_lines=frozenset({"triage"}))
    shift = triage("IL")
    card = reasons(score(nurse, shift, CONTEXT), explain(nurse, shift, CONTEXT))
    assert [reason.kind for reason in card] == ["note", "ok", "ok", "ok"]
    assert str(card[0].text) == "Not all within the preferred hours"
    assert str(card[1].text).startswith("Covers patients in IL.")
    assert card[2] == (Tone.OK, Phrase("Knows this facility"), Phrase("%(length)s worked here", length=Length(4800)))


def test_what_is_missing_comes_before_what_is_only_to_know() -> None:
    nurse = ana(min_pay_cents=9900, credentials=(TRAINING, replace(CODER, expires_on=BILLING.span.end.date())))
    card = reasons(score(nurse, BILLING, CONTEXT), explain(nurse, BILLING, CONTEXT))
    assert [reason.kind for reason in card][:2] == ["miss", "note"]


def test_the_best_come_first_and_equals_by_id_whatever_the_order_they_arrive_in() -> None:
    people = [
        replace(ANA, id=3),
        replace(ANA, id=1),
        replace(BEST, id=2),
        ana(id=5, active=False, credentials=()),
        ana(id=4, active=False),
    ]
    rankings = []
    for seed in range(5):
        shuffled = people[:]
        random.Random(seed).shuffle(shuffled)
        rankings.append(rank(BILLING, shuffled, CONTEXT))
    assert [candidate.facts.id for candidate in rankings[0].eligible] == [2, 1, 3]
    assert [refused.facts.id for refused in rankings[0].ineligible] == [4, 5]
    assert all(ranking == rankings[0] for ranking in rankings)


def test_a_ranking_tells_how_many_each_rule_refused_and_why() -> None:
    ranking = rank(BILLING, [ana(id=1, active=False), ana(id=2, active=False, min_pay_cents=9900), ana(id=3)], CONTEXT)
    assert ranking.counts == {"active_account": 2, "pay": 1}
    assert [reason.kind for reason in ranking.ineligible[1].reasons()] == ["miss", "miss"]
    assert len(ranking.ineligible[0].verdicts) == len(RULES)
    assert [reason.kind for reason in ranking.eligible[0].reasons()].count(Tone.OK) <= 3


def test_ranking_three_hundred_people_is_quick_enough_for_a_page() -> None:
    booked = tuple(booking(f"2026-11-{day} 09:00", f"2026-11-{day} 17:00") for day in range(10, 30))
    weekdays = tuple(Window(weekday, 480, 1200) for weekday in range(5))
    crowd = [
        ana(
            id=n,
            bookings=booked,
            availability=weekdays,
            min_pay_cents=1800 + n,
            zone=("America/Chicago", "Asia/Manila")[n % 2],
        )
        for n in range(300)
    ]
    shift = billing(span=span("2026-12-01 10:00", "2026-12-01 18:00"))
    taken = []
    for _ in range(3):
        started = time.process_time()
        rank(shift, crowd, CONTEXT)
        taken.append(time.process_time() - started)
    # About 0.04 s on one shared core; the bound leaves room for a busy machine and for coverage measuring.
    assert min(taken) < 0.25
