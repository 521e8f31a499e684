"""The agency reads every rule and every part of the score, asks about anybody, and sees what today's rules would say."""

from marketplace.assignments.models import Assignment
from marketplace.coordinators.models import CoordinatorState
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.eligibility.rule_texts import PART_WORDS, RULE_WORDS
from marketplace.matching.facts import Weights
from marketplace.matching.rules.hard_rules import RULES
from marketplace.matching.scoring import PARTS
from marketplace.needs.models import FillMode
from tests.booking.test_pages import booked


def test_every_rule_and_every_part_stands_on_the_page_in_its_order(client):
    page = client.sign_in("ada").get("/rules")
    assert page.heading == "Rules"
    places = [page.html.index(f'id="rule-{rule.code}"') for rule in RULES]
    assert places == sorted(places)
    parts = [part for part in PARTS if getattr(Weights(), part.__name__)]
    assert len(parts) == len(PARTS) - 1
    places = [page.html.index(f'id="part-{part.__name__}"') for part in parts]
    assert places == sorted(places)
    for rule in RULES:
        page.sees(rule.title, f"Version {rule.version}")
    for part in parts:
        page.sees(f"at most {getattr(Weights(), part.__name__)}")


def test_the_pages_words_are_the_rules_own():
    assert {code: (str(words.title), str(words.description)) for code, words in RULE_WORDS.items()} == {
        rule.code: (rule.title, rule.description) for rule in RULES
    }
    assert set(PART_WORDS) == {part.__name__ for part in PARTS}


def test_the_rules_are_the_agencys_page(visitors):
    for who in ("tom", "maya"):
        assert visitors(who).get("/rules").status in (403, 404)


def test_the_agency_asks_about_anybody_also_who_is_paused(world, visitors):
    maya = world.maya
    maya.state = CoordinatorState.PAUSED
    session.commit()
    shift = world.shift()
    session.commit()
    page = visitors("ada").get(f"/shifts/{shift.id}")
    page.sees("Ask about anybody")
    page.get(f"/shifts/{shift.id}/coordinators?q=maya")
    page.sees("Maya Torres")
    page.get(f"/shifts/{shift.id}/coordinators/{maya.id}")
    page.sees("Maya Torres and this shift", "1 rule stands in the way.", "The account is not active.", "of 999 points")
    assert visitors("tom").get(f"/shifts/{shift.id}/coordinators/{maya.id}").status in (403, 404)


def test_the_agency_sees_what_today_s_rules_would_say_of_a_booking(world, visitors):
    made = booked(world, world.shift(mode=FillMode.FIRST_COME))
    page = visitors("ada").get(f"/assignments/{made.id}")
    page.sees("Worked out again just now from the kept facts: the same answers.")
    assert 'id="replayed"' not in page.html
    bind_actor(SYSTEM)
    kept = session.get_one(Assignment, made.id)
    kept.verdicts = [
        {**one, "outcome": "warn", "phrase": {"text": "It was just enough."}} if one["rule"] == "pay" else one
        for one in kept.verdicts
    ]
    session.commit()
    page.get(f"/assignments/{made.id}")
    page.sees(
        "some answers differ", "1 rule answers otherwise today", "It was just enough.", "The pay reaches the minimum"
    )
    assert 'id="replayed"' not in visitors("tom").get(f"/assignments/{made.id}").html
