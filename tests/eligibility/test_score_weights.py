"""The agency weighs the score: looks first at what would change, sets it, and reads who set what and why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from marketplace.db import SYSTEM, bind_actor, session
from marketplace.eligibility import loading
from marketplace.eligibility.assessment import assess, context, context_for, shift_facts
from marketplace.eligibility.candidates import Feed, ranked
from marketplace.eligibility.models import OFFERED_PARTS, PARTS_OF_THE_SCORE, WeightSet
from marketplace.eligibility.score_weights import history, in_force, set_weights
from marketplace.eligibility.weight_forecast import forecast
from marketplace.facilities.models import Preference, PreferenceKind, PreferenceSide
from marketplace.kernel import ChangedMeanwhile, Invalid, NotAllowedNow
from marketplace.matching.facts import Weights
from marketplace.matching.ranking import rank
from tests.plans.planned import plan_made, proposals, question
from tests.world import NOW

OTHERS = Weights(
    continuity=100, favourite=0, rating=300, cost=0, time_zone=0, skills=300, preferred_hours=0, fairness=299,
    versatility=0,
)  # fmt: skip
FAVOURITE_ALONE = Weights(
    continuity=0, favourite=999, rating=0, cost=0, time_zone=0, skills=0, preferred_hours=0, fairness=0, versatility=0
)


FROM_BEFORE = Weights(
    continuity=200, favourite=100, rating=150, cost=120, time_zone=110, skills=120, preferred_hours=70, fairness=80,
    versatility=49,
)  # fmt: skip
"""As sets were when everybody got points for hours that nobody could state."""


def fields_of(weights):
    return {part: getattr(weights, part) for part in PARTS_OF_THE_SCORE}


def typed(weights):
    return {part: getattr(weights, part) for part in OFFERED_PARTS}


def liked(world, coordinator):
    """Harbor has marked this coordinator as a favorite."""
    session.add(
        Preference(
            facility_id=world.harbor.id,
            coordinator_id=coordinator.id,
            side=PreferenceSide.FACILITY,
            kind=PreferenceKind.FAVOURITE,
        )
    )
    session.flush()


# ---- in force ----------------------------------------------------------------------------------------------------


def test_until_somebody_sets_weights_those_of_the_house_hold(world):
    assert in_force().weights == context(NOW).weights == Weights()
    assert in_force().version == 0


def test_ranking_feed_plan_and_a_look_at_one_pair_all_use_what_is_in_force(world):
    shift = world.shift()
    before = {one.facts.id: one.score.total for one in ranked(shift, NOW).eligible}
    set_weights(OTHERS, "", 0, world.ada, NOW)
    after = {one.facts.id: one.score.total for one in ranked(shift, NOW).eligible}
    assert before.keys() == after.keys()
    assert before != after
    maya = world.maya.id
    assert assess([maya], shift, NOW)[0].score.total == after[maya]
    (fit,) = Feed(maya, [shift], NOW).fits()
    assert fit.score.total == after[maya]
    asked = question()
    assert asked.context.weights == OTHERS
    assert asked.fit(asked.shifts[0], maya).parts[0].of == OTHERS.continuity
    plan = plan_made(world)
    assert plan.weights == fields_of(OTHERS)
    assert sum(part["of"] for part in proposals(plan)[0].parts) == 999


def test_the_index_at_hand_ranks_with_new_weights_as_the_rules_do_one_by_one(world):
    shift = world.shift()
    for follows, weights in enumerate((None, OTHERS, Weights())):
        if weights is not None:
            set_weights(weights, "", in_force().version, world.ada, NOW)
        fast = ranked(shift, NOW)
        about = shift_facts(shift)
        slow = rank(about, loading.coordinator_facts(at=NOW, around=shift.span), context_for([about], NOW))
        assert [one.facts.id for one in fast.eligible] == [one.facts.id for one in slow.eligible], follows
        assert [one.score for one in fast.eligible] == [one.score for one in slow.eligible]


def test_asking_for_the_weights_costs_a_ranking_no_statement_of_its_own(world, statements):
    shift = world.shift()
    ranked(shift, NOW)
    del statements[:]
    ranked(shift, NOW)
    assert len([one for one in statements if "weight_set" in one]) == 1
    assert [one for one in statements if "weight_set" in one and "coordinator_change" not in one] == []


def test_the_board_says_that_its_plan_was_weighed_otherwise(world, visitors):
    world.shift()
    plan_made(world)
    set_weights(OTHERS, "", 0, world.ada, NOW + timedelta(minutes=5))
    session.commit()
    visitors("sam").get("/matching").sees("Something changed since this plan was made.", "other weights of the score")


# ---- setting -----------------------------------------------------------------------------------------------------


def test_every_set_is_kept_with_who_when_and_why(world):
    first = set_weights(OTHERS, "Skills first.", 0, world.ada, NOW)
    set_weights(Weights(), "", first.id, world.sam, NOW + timedelta(days=1))
    newest, oldest = history(10)
    assert (newest.set.set_by.name, oldest.set.set_by.name) == ("Sam Reyes", "Ada Okafor")
    assert oldest.set.note == "Skills first."
    assert {one.part for one in oldest.changes} == set(OFFERED_PARTS)
    assert [(one.before, one.after) for one in newest.changes] == [(one.after, one.before) for one in oldest.changes]
    assert history(1) == [newest]


def test_who_sets_on_the_strength_of_an_old_page_is_told(world):
    set_weights(OTHERS, "", 0, world.ada, NOW)
    with pytest.raises(ChangedMeanwhile, match="other weights while you had this open"):
        set_weights(replace(OTHERS, skills=299, rating=301), "", 0, world.sam, NOW)


def test_two_sets_never_follow_the_same_one_whatever_the_code_says(world):
    set_weights(OTHERS, "", 0, world.ada, NOW)
    session.add(WeightSet(follows_id=None, set_at=NOW, **fields_of(Weights())))
    with pytest.raises(IntegrityError, match="uq_weight_set_follows_id"):
        session.flush()


@pytest.mark.parametrize("nonsense", [{"rating": 162}, {"rating": -1, "cost": 291}])
def test_the_table_itself_refuses_weights_that_would_leave_the_score_out_of_bounds(world, nonsense):
    session.add(WeightSet(set_at=NOW, **{**fields_of(Weights()), **nonsense}))
    with pytest.raises(IntegrityError, match="ck_weight_set"):
        session.flush()


def test_what_was_weighed_with_is_never_changed(world):
    set_weights(OTHERS, "", 0, world.ada, NOW)
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE weight_set SET note = 'I never said so'"))


def test_the_same_weights_again_and_patient_data_in_the_reason_are_refused(world):
    with pytest.raises(NotAllowedNow, match="in force already"):
        set_weights(Weights(), "", 0, world.ada, NOW)
    with pytest.raises(Invalid):
        set_weights(OTHERS, "for MRN 12345678", 0, world.ada, NOW)


# ---- looking first -----------------------------------------------------------------------------------------------


def test_a_preview_names_the_shifts_whose_first_would_be_another_and_changes_nothing(world):
    shift = world.shift()
    second = world.jonas
    first = ranked(shift, NOW).eligible[0].facts.id
    liked(world, second)
    before = ranked(shift, NOW).eligible
    (told,) = forecast(replace(Weights(), favourite=0, fairness=194), NOW)
    assert told.changes
    assert (told.now.coordinator_id, told.then.coordinator_id) == (second.id, first)
    assert told.now.points == before[0].score.total
    assert [one.score for one in ranked(shift, NOW).eligible] == [one.score for one in before]
    assert session.scalars(select(WeightSet)).all() == []


def test_a_shift_that_nobody_may_take_or_that_is_full_changes_nothing(world):
    world.shift(languages=["ja"])
    (told,) = forecast(OTHERS, NOW)
    assert (told.now, told.then, told.changes) == (None, None, False)


# ---- the page ----------------------------------------------------------------------------------------------------


def test_ada_sees_what_changes_and_then_uses_it(world, client):
    world.shift()
    session.commit()
    page = client.sign_in("ada").get("/rules").follow("Set the weights")
    assert page.heading == "Matching weights"
    page.sees("Now 215; as delivered 215.", "As delivered", "in force")
    page.press("See what changes", **typed(OTHERS))
    page.sees("What would change", "Knows the facility 215 → 100", "Use these weights")
    bind_actor(SYSTEM)
    assert in_force().version == 0
    page.press("Use these weights", note="Skills first.")
    page.sees("In force from now on.", "Ada Okafor", "“Skills first.”", "Now 100; as delivered 215.")
    bind_actor(SYSTEM)
    assert in_force().weights == OTHERS
    page.get("/rules").sees("at most 299")
    page.get("/rules/weights").follow("Use these again As delivered")
    page.sees("Knows the facility 100 → 215")
    page.press("Use these weights")
    bind_actor(SYSTEM)
    assert in_force().weights == Weights()


def test_nonsense_gets_a_patient_sentence_and_a_way_on(world, visitors):
    page = visitors("sam").get("/rules/weights")
    page.press("See what changes", rating="many")
    assert page.status == 422
    page.sees("Write a whole number from 0 to 999.")
    page.press("See what changes", **{**typed(Weights()), "rating": 261})
    assert page.status == 422
    page.sees("These add up to 1099, which is 100 more than 999.")
    page.press("Make them add up to 999")
    assert page.status == 200
    page.sees("What would change", "Rating and reliability 161 → 237")
    page.press("Use these weights")
    bind_actor(SYSTEM)
    assert sum(fields_of(in_force().weights).values()) == 999
    page.press("See what changes", **typed(in_force().weights))
    page.sees("nothing would change")
    page.press("See what changes", **dict.fromkeys(OFFERED_PARTS, 0))
    page.sees("These add up to 0, which is 999 less than 999.")


def test_points_for_hours_that_nobody_states_are_offered_no_more_and_older_sets_stay_as_they_were(world, visitors):
    page = visitors("ada").get("/rules/weights")
    assert not [node for node in page.page.all("input") if node.attributes.get("name") == "preferred_hours"]
    assert "Preferred hours" not in page.get("/rules").text
    bind_actor(SYSTEM)
    session.add(WeightSet(set_at=NOW, **fields_of(FROM_BEFORE)))
    session.commit()
    page.get("/rules").sees("Preferred hours", "at most 70", "Everybody gets all of these points")
    page.get("/rules/weights").press("See what changes").sees(
        "Preferred hours 70 → 0", "Rating and reliability 150 → 161"
    )
    page.press("Use these weights", note="Only what tells people apart.")
    bind_actor(SYSTEM)
    assert (in_force().weights, history(2)[1].set.weights) == (Weights(), FROM_BEFORE)
    shift = world.shift()
    session.commit()
    page.get(f"/shifts/{shift.id}/coordinators/{world.maya.id}").sees("of 999 points")
    assert "Preferred hours" not in page.text


def test_two_presses_set_once_and_the_second_person_is_told(world, visitors):
    ada, sam = visitors("ada"), visitors("sam")
    for visitor in (ada, sam):
        visitor.get("/rules/weights").press("See what changes", **typed(OTHERS))
    ada.press("Use these weights")
    sam.post("/rules/weights", {**typed(FAVOURITE_ALONE), "version": "0"})
    assert sam.status in (400, 409)
    bind_actor(SYSTEM)
    assert [one.weights for one in session.scalars(select(WeightSet))] == [OTHERS]


@pytest.mark.parametrize("who", ["tom", "maya", "felix"])
def test_the_weights_are_for_those_who_plan(visitors, who):
    assert visitors(who).get("/rules/weights").status in (403, 404)


def test_neither_facility_nor_coordinator_reads_the_table(world):
    set_weights(OTHERS, "", 0, world.ada, NOW)
    session.execute(text("RESET ROLE"))
    for audience in ("facility", "coordinator", "visitor"):
        granted = text(f"SELECT has_table_privilege('marketplace_{audience}', 'weight_set', 'SELECT')")
        assert not session.scalar(granted)


def test_the_page_asks_the_database_a_handful_of_questions(world, visitors, statements):
    for n in range(5):
        world.shift(day=date(2026, 11, 30) + timedelta(days=n))
    session.commit()
    page = visitors("ada").get("/rules/weights")
    page.press("See what changes", **typed(OTHERS))
    del statements[:]
    page.press("See what changes", **typed(OTHERS))
    assert len(statements) <= 15
