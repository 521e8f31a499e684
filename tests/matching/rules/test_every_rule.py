"""Every hard rule is needed, all of them speak, and a slow reference agrees with each."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from marketplace.kernel import ENGLISH, worded
from marketplace.matching.facts import Context, CoordinatorFacts, Level, ShiftFacts, Window
from marketplace.matching.rules.hard_rules import (
    RULES,
    changed_rules,
    eligible,
    explain,
    facts_record,
    read_facts,
    replay,
    used_facts,
)
from marketplace.matching.scoring import score
from marketplace.matching.verdicts import Outcome, Verdict, objections
from tests.matching.cast import (
    ANA,
    BAA,
    BILLING,
    CODER,
    CONTEXT,
    CONTRACT,
    HARBOR,
    ILLINOIS,
    RIVERSIDE,
    TEXAS,
    TRAINING,
    ana,
    billing,
    booking,
    context,
    refusals,
    span,
    triage,
)
from tests.matching.reference import refusing
from tests.matching.strategies import pairs

Pair = tuple[CoordinatorFacts, ShiftFacts, Context]

ONLY_THIS_RULE_REFUSES: dict[str, Pair] = {
    "active_account": (ana(active=False), BILLING, CONTEXT),
    "exclusion_screening": (ana(exclusion_hold="LEIE: similar name"), BILLING, CONTEXT),
    "service_line": (ANA, billing(service_line="telehealth"), CONTEXT),
    "patient_state_licence": (ANA, triage("NY"), CONTEXT),
    "required_credentials": (ana(credentials=(TRAINING,)), BILLING, CONTEXT),
    "hipaa_training": (ana(credentials=(CODER,)), BILLING, CONTEXT),
    "coordinator_baa": (ana(agreements=()), BILLING, CONTEXT),
    "facility_contract": (ANA, billing(agreements=(BAA,)), CONTEXT),
    "facility_baa": (ANA, billing(agreements=(CONTRACT,)), CONTEXT),
    "offshore": (ana(country="PH"), billing(payer_mix=frozenset({"texas-medicaid"})), CONTEXT),
    "not_past": (ANA, BILLING, context(as_of=BILLING.span.end)),
    "overlap": (ana(bookings=(booking("2026-12-01 16:00", "2026-12-01 18:00"),)), BILLING, CONTEXT),
    "rest": (ana(bookings=(booking("2026-12-01 18:00", "2026-12-01 20:00"),)), BILLING, CONTEXT),
    "time_off": (ana(time_off=(span("2026-12-01 12:00", "2026-12-02 12:00"),)), BILLING, CONTEXT),
    "availability": (ana(availability=(Window(1, 540, 960),)), BILLING, CONTEXT),
    "weekly_hours": (ana(max_week_minutes=479), BILLING, CONTEXT),
    "languages": (ANA, billing(languages={"vi": Level.WORKING}), CONTEXT),
    "ehr": (ANA, billing(ehr={"Epic": Level.ADVANCED}), CONTEXT),
    "education": (ANA, billing(min_education="bachelor"), CONTEXT),
    "experience": (ANA, billing(min_years=5), CONTEXT),
    "pay": (ANA, billing(pay_rate_cents=1999), CONTEXT),
    "coordinator_block": (ana(blocked_facilities=frozenset({RIVERSIDE})), BILLING, CONTEXT),
    "do_not_return": (ana(blocked_by_facilities=frozenset({RIVERSIDE})), BILLING, CONTEXT),
}


def test_ana_may_take_the_shift_she_fits() -> None:
    assert refusals(ANA, BILLING) == {}
    assert refusals(ANA, triage("IL", "FL")) == {}


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_every_rule_is_needed(code: str) -> None:
    coordinator, shift, asked = ONLY_THIS_RULE_REFUSES[code]
    verdicts = explain(coordinator, shift, asked)
    assert [verdict.rule for verdict in objections(verdicts)] == [code]
    assert not eligible(coordinator, shift, asked)


def test_all_objections_are_told_never_only_the_first() -> None:
    coordinator = ana(active=False, min_pay_cents=9000, credentials=(), blocked_facilities=frozenset({RIVERSIDE}))
    assert list(refusals(coordinator, BILLING)) == [
        "active_account", "required_credentials", "hipaa_training", "pay", "coordinator_block",
    ]  # fmt: skip


def test_every_rule_gives_exactly_one_verdict_signed_with_its_version() -> None:
    signed = [(verdict.rule, verdict.version) for verdict in explain(ANA, BILLING, CONTEXT)]
    assert signed == [(rule.code, rule.version) for rule in RULES]
    assert len({rule.code for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_described_for_people(rule: Any) -> None:
    assert rule.title
    assert rule.description.endswith(".")
    assert rule.version >= 1


@pytest.mark.parametrize("pair", ONLY_THIS_RULE_REFUSES.values(), ids=ONLY_THIS_RULE_REFUSES)
def test_an_objection_is_a_sentence_without_the_name_or_any_rate_of_the_other_side(pair: Pair) -> None:
    (objection,) = objections(explain(*pair))
    assert not str(objection.phrase)[0].islower()
    assert str(objection.phrase).endswith(".")
    for private in ("Ana", "$20", "$26", "LEIE", "facility 2", "900"):
        assert private not in str(objection.phrase)


def test_a_block_of_another_facility_does_not_matter() -> None:
    elsewhere = frozenset({HARBOR})
    assert refusals(ana(blocked_facilities=elsewhere, blocked_by_facilities=elsewhere), BILLING) == {}


def test_work_from_abroad_is_fine_with_commercial_payers_only() -> None:
    manila = ana(country="PH")
    assert refusals(manila, billing(payer_mix=frozenset({"commercial"}))) == {}
    for payer in ("medicare-advantage", "medicaid", "texas-medicaid", "Texas-Medicaid"):
        said = refusals(manila, billing(payer_mix=frozenset({"commercial", payer})))
        assert said == {
            "offshore": f"The payer mix includes {payer}: work must be done inside the US, not in Philippines."
        }
    assert list(refusals(manila, billing(offshore_allowed=False))) == ["offshore"]
    assert refusals(ana(country="PR"), billing(payer_mix=frozenset({"medicaid"}), offshore_allowed=False)) == {}


def test_pay_equal_to_the_minimum_is_enough() -> None:
    assert refusals(ana(min_pay_cents=2600), BILLING) == {}
    assert refusals(ana(min_pay_cents=2850), BILLING) == {
        "pay": "The pay is $2.50/h below the minimum set by the coordinator."
    }


def test_an_education_level_nobody_knows_is_never_taken_for_enough() -> None:
    assert "education" in refusals(ana(education="certificate"), BILLING)
    assert "education" in refusals(ANA, billing(min_education="certificate"))
    assert refusals(ana(education="doctorate"), BILLING) == {}


def test_a_shift_that_has_started_is_only_noted_and_one_that_is_over_is_refused() -> None:
    started = explain(ANA, BILLING, context(as_of=BILLING.span.start))
    assert [str(v.phrase) for v in started if v.outcome is Outcome.WARN] == ["The shift has already started."]
    assert objections(started) == []
    assert refusals(ANA, BILLING, context(as_of=BILLING.span.end)) == {"not_past": "The shift is over."}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs())
def test_the_slow_reference_the_verdicts_and_the_quick_answer_agree(pair: Pair) -> None:
    verdicts = explain(*pair)
    refused = {verdict.rule for verdict in objections(verdicts)}
    assert refused == refusing(*pair)
    assert eligible(*pair) == (not refused)


@settings(max_examples=150, deadline=None)
@given(pairs())
def test_verdicts_and_score_can_be_worked_out_again_from_the_record_alone(pair: Pair) -> None:
    record = json.loads(json.dumps(facts_record(*pair)))
    assert replay(record) == explain(*pair)
    assert score(*read_facts(record)) == score(*pair)
    assert read_facts(record) == used_facts(*pair)
    assert changed_rules(record) == []


@settings(max_examples=50, deadline=None)
@given(pairs())
def test_a_kept_verdict_reads_back_as_it_was_written(pair: Pair) -> None:
    for verdict in explain(*pair):
        assert Verdict.from_record(json.loads(json.dumps(verdict.as_record()))) == verdict


def test_a_record_holds_no_name_and_nothing_that_was_not_looked_at() -> None:
    far = booking("2027-06-01 09:00", "2027-06-01 17:00")
    busy = ana(bookings=(far,), facility_minutes={RIVERSIDE: 60, HARBOR: 613}, credentials=(*ANA.credentials, TEXAS))
    text = json.dumps(facts_record(busy, BILLING, CONTEXT))
    assert "Ana" not in text
    assert "2027-06-01" not in text
    assert "613" not in text
    assert '"FL"' not in text  # another compact state
    assert ILLINOIS.number in text


def test_a_record_from_before_a_fact_was_known_takes_its_default_and_names_the_changed_rules() -> None:
    record = facts_record(ANA, BILLING, CONTEXT)
    del record["coordinator"]["rest_minutes"], record["rules"]["rest"]
    record["rules"]["pay"] = 0
    assert replay(record) == explain(ANA, BILLING, CONTEXT)
    assert changed_rules(record) == ["pay", "rest"]
    with pytest.raises(ValueError, match="only formats 1 and 2"):
        replay({**record, "format": 3})


def test_the_facts_of_a_month_ago_still_judge_the_same_after_the_world_moved_on() -> None:
    record = facts_record(ANA, BILLING, CONTEXT)
    then = explain(ANA, BILLING, CONTEXT)
    moved_on = replace(ANA, credentials=(), zone="Asia/Manila")
    assert explain(moved_on, BILLING, context(as_of=CONTEXT.as_of + timedelta(days=400))) != then
    assert replay(record) == then


def test_a_datum_and_its_date_say_what_the_verdict_rests_on() -> None:
    verdict = explain(ANA, BILLING, CONTEXT)[[rule.code for rule in RULES].index("hipaa_training")]
    assert (worded(verdict.datum, ENGLISH), verdict.datum_date) == ("HIPAA training HIP-1", date(2027, 12, 31))
