"""Whose hours the last plan needs elsewhere comes later in the list; the agency reads for what, a facility only that."""

from dataclasses import replace
from datetime import time, timedelta
from itertools import count

import pytest
from sqlalchemy import text

from marketplace.booking.offers import send_to_best
from marketplace.db import session
from marketplace.eligibility import seat_values
from marketplace.eligibility.candidates import Feed, ranked
from marketplace.eligibility.weight_forecast import forecast
from marketplace.matching.facts import Weights
from marketplace.matching.index import Opening
from marketplace.matching.index.clock import bounds
from tests.world import NOW

PLANS = count(1_000_000)
"""No two plans have one number, not even where all that a test did is undone."""


def priced(shift, elsewhere, wanted, at=NOW):
    """As if a plan needed `wanted` for the other shift, and nobody else for anything."""
    seat_values.keep_prices(
        next(PLANS), at, {shift.id: 9_000, elsewhere.id: 0},
        {wanted: [Opening(*bounds(elsewhere.span), elsewhere.id, 5_000)]},
    )  # fmt: skip


def line_up(shift, at=NOW):
    return [one.facts.id for one in ranked(shift, at).eligible]


@pytest.fixture
def two(world):
    """A shift of Harbor, and one at Riverside at the same time."""
    return world.shift(), world.shift(world.riverside, line="medical-billing", start=time(10), end=time(14))


def test_without_a_plan_nobodys_hours_are_worth_more_elsewhere(world, two):
    assert {one.opportunity_cost for one in ranked(two[0], NOW).eligible} == {0}


def test_whose_hours_are_wanted_elsewhere_comes_later_and_the_score_stays(world, two):
    shift, elsewhere = two
    before = ranked(shift, NOW).eligible
    best = before[0].facts.id
    priced(shift, elsewhere, best)
    after = ranked(shift, NOW).eligible
    told = next(one for one in after if one.facts.id == best)
    assert told.opportunity_cost == 5_000 * 999 // 10_000
    assert told.instead == elsewhere.id
    assert told.score == before[0].score
    assert after[0].facts.id != best
    assert {one.opportunity_cost for one in after if one is not told} - {told.opportunity_cost} == {0}


def test_offers_to_the_next_best_go_out_in_that_order(world, two):
    shift, elsewhere = two
    first, second, *_ = line_up(shift)
    priced(shift, elsewhere, first)
    (offer,) = send_to_best(shift, 1, world.rosa, NOW)
    assert offer.coordinator_id == second
    assert offer.score["total"] == sum(part["points"] for part in offer.score["parts"])


def test_a_shift_newer_than_the_plan_and_a_plan_too_old_say_nothing(world, two):
    shift, elsewhere = two
    before = line_up(shift)
    priced(shift, elsewhere, before[0])
    newer = world.shift(start=time(10), end=time(12))
    assert {one.opportunity_cost for one in ranked(newer, NOW).eligible} == {0}
    assert line_up(shift) != before
    assert line_up(shift, NOW + seat_values.STALE_AFTER + timedelta(minutes=1)) == before


def test_a_seat_that_somebody_else_took_since_is_wanted_for_nobody(world, two):
    shift, elsewhere = two
    before = line_up(shift)
    priced(shift, elsewhere, before[0])
    assert line_up(shift) != before
    elsewhere.filled_at = NOW
    session.flush()
    assert line_up(shift) == before
    elsewhere.filled_at = None
    session.flush()
    assert line_up(shift) != before


def test_another_plan_brings_other_prices(world, two):
    shift, elsewhere = two
    first, second, *_ = line_up(shift)
    priced(shift, elsewhere, first)
    assert line_up(shift)[0] == second
    priced(shift, elsewhere, second)
    assert line_up(shift)[0] == first


def test_the_feed_of_a_coordinator_is_not_told_less_for_it(world, two):
    shift, elsewhere = two
    maya = world.maya.id
    (before,) = Feed(maya, [shift], NOW).fits()
    priced(shift, elsewhere, maya)
    (after,) = Feed(maya, [shift], NOW).fits()
    assert after.score == before.score


def test_prices_cost_a_ranking_no_statement_but_once_after_each_plan(world, two, statements):
    shift, elsewhere = two
    ranked(shift, NOW)
    for _plan in range(2):
        priced(shift, elsewhere, world.maya.id)
        del statements[:]
        ranked(shift, NOW)
        assert len([one for one in statements if "FROM hours_worth" in one]) == 1
        del statements[:]
        ranked(shift, NOW)
        about = [one for one in statements if "seat_price" in one or "hours_worth" in one]
        assert len(about) == 1
        assert "coordinator_change" in about[0]


def test_a_preview_of_weights_looks_at_the_list_as_it_is(world, two):
    shift, elsewhere = two
    first, second, *_ = line_up(shift)
    priced(shift, elsewhere, first)
    told = next(one for one in forecast(replace(Weights(), rating=162, cost=128), NOW) if one.shift.id == shift.id)
    assert told.now.coordinator_id == second


# ---- the page ----------------------------------------------------------------------------------------------------


def test_the_agency_reads_for_what_and_a_facility_only_that(world, two, visitors):
    shift, elsewhere = two
    priced(shift, elsewhere, line_up(shift)[0])
    session.commit()
    page = visitors("ada").get(f"/shifts/{shift.id}")
    page.sees("The hours are worth more elsewhere: −499", "needs them for", "Riverside", "not the match")
    page = visitors("rosa").get(f"/shifts/{shift.id}")
    page.sees("The hours are worth more elsewhere: −499", "not the match")
    assert "Riverside" not in page.text
    assert "needs them for" not in page.text


def test_neither_facility_nor_coordinator_reads_prices(world):
    session.execute(text("RESET ROLE"))
    for table in ("seat_price", "hours_worth"):
        for audience in ("facility", "coordinator", "visitor"):
            granted = text(f"SELECT has_table_privilege('marketplace_{audience}', '{table}', 'SELECT')")
            assert not session.scalar(granted)
