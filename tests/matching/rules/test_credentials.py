"""Papers must hold for the whole shift: credentials, licenses by patient state, training, contracts and BAAs."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.matching.facts import (
    RN_LICENCE,
    CompactMembership,
    CoordinatorFacts,
    CredentialFacts,
    VerificationState,
)
from marketplace.matching.rules.credential_terms import CredentialTerm, cover
from marketplace.matching.verdicts import Outcome
from tests.matching.cast import (
    ANA,
    BAA,
    BILLING,
    CODER,
    CONTEXT,
    CONTRACT,
    ILLINOIS,
    TEXAS,
    TRAINING,
    ana,
    billing,
    context,
    refusals,
    span,
    triage,
    verdict_of,
)

# Three days, so that a paper can run out in the middle.
LONG = span("2026-12-01 09:00", "2026-12-03 17:00")
HAWAII = "Pacific/Honolulu"


def with_licence(**changes: Any) -> CoordinatorFacts:
    return ana(credentials=(TRAINING, CODER, replace(ILLINOIS, number="RN-IL-4431", **changes)), max_week_minutes=9000)


def test_a_licence_that_runs_out_during_the_shift_is_not_enough() -> None:
    nurse = with_licence(expires_on=date(2026, 12, 1))
    assert refusals(nurse, triage("IL", span=LONG)) == {
        "patient_state_licence": "License RN-IL-4431 (IL) is valid until Dec 1, 2026, the shift ends Dec 3, 2026."
    }


def test_a_licence_that_ran_out_before_is_compared_with_the_start() -> None:
    nurse = with_licence(expires_on=date(2026, 11, 30))
    assert (
        "is valid until Nov 30, 2026, the shift starts Dec 1, 2026."
        in refusals(nurse, triage("IL", span=LONG)).popitem()[1]
    )


def test_a_licence_that_begins_during_the_shift_is_not_enough() -> None:
    nurse = with_licence(issued_on=date(2026, 12, 2))
    assert (
        "is valid from Dec 2, 2026, the shift starts Dec 1, 2026."
        in refusals(nurse, triage("IL", span=LONG)).popitem()[1]
    )


def test_the_last_valid_day_counts_whole_and_gets_a_note() -> None:
    nurse = with_licence(expires_on=date(2026, 12, 3))
    verdict = verdict_of("patient_state_licence", nurse, triage("IL", span=LONG))
    assert verdict.outcome is Outcome.WARN
    assert str(verdict.phrase).endswith("is valid until Dec 3, 2026, on the last day of the shift.")


def test_a_shift_ending_at_midnight_does_not_need_the_next_day() -> None:
    coder = replace(CODER, expires_on=date(2026, 12, 1))
    evening = billing(span=span("2026-12-01 16:00", "2026-12-02 00:00"))
    assert refusals(ana(credentials=(TRAINING, coder)), evening) == {}
    one_minute_more = billing(span=span("2026-12-01 16:00", "2026-12-02 00:01"))
    assert list(refusals(ana(credentials=(TRAINING, coder)), one_minute_more)) == ["required_credentials"]


def test_the_days_are_those_of_the_facility() -> None:
    # 20:00 to 23:00 in Honolulu is the next morning in New York.
    late = billing(zone=HAWAII, span=span("2026-12-01 20:00", "2026-12-01 23:00", HAWAII))
    assert refusals(ana(credentials=(TRAINING, replace(CODER, expires_on=date(2026, 12, 1)))), late) == {}


def test_a_renewal_that_follows_on_leaves_no_gap_and_one_a_day_later_does() -> None:
    old = replace(CODER, number="OLD", expires_on=date(2026, 12, 1))
    new = replace(CODER, number="NEW", issued_on=date(2026, 12, 2))
    late = replace(CODER, number="LATE", issued_on=date(2026, 12, 3))
    shift = billing(span=LONG)
    assert refusals(ana(credentials=(TRAINING, old, new), max_week_minutes=9000), shift) == {}
    assert refusals(ana(credentials=(TRAINING, old, late), max_week_minutes=9000), shift) == {
        "required_credentials": "CPCC OLD is valid until Dec 1, 2026, the shift ends Dec 3, 2026."
    }


@pytest.mark.parametrize(
    ("verification", "words"),
    [
        (VerificationState.SUBMITTED, "CPCC CPC-1 is awaiting verification."),
        (VerificationState.REJECTED, "CPCC CPC-1 was rejected."),
        (VerificationState.REVOKED, "CPCC CPC-1 was revoked."),
    ],
)
def test_only_a_verified_credential_counts(verification: VerificationState, words: str) -> None:
    assert refusals(ana(credentials=(TRAINING, replace(CODER, verification=verification))), BILLING) == {
        "required_credentials": words
    }


def test_one_waiting_in_the_queue_is_named_before_a_rejected_one() -> None:
    rejected = replace(CODER, number="CPC-A", verification=VerificationState.REJECTED)
    waiting = replace(CODER, number="CPC-B", verification=VerificationState.SUBMITTED)
    said = refusals(ana(credentials=(TRAINING, rejected, waiting)), BILLING)
    assert said == {"required_credentials": "CPCC CPC-B is awaiting verification."}


def test_two_unverified_halves_do_not_make_a_whole() -> None:
    halves = (
        replace(CODER, number="A", expires_on=date(2026, 12, 1), verification=VerificationState.SUBMITTED),
        replace(CODER, number="B", issued_on=date(2026, 12, 2), verification=VerificationState.SUBMITTED),
    )
    said = refusals(ana(credentials=(TRAINING, *halves), max_week_minutes=9000), billing(span=LONG))
    assert said == {"required_credentials": "CPCC A is awaiting verification."}


def test_every_missing_credential_is_named() -> None:
    shift = billing(required_credentials=frozenset({"CPCC", "CMM", "CMAA"}))
    assert refusals(ANA, shift) == {"required_credentials": "No CMAA is on file. No CMM is on file."}


def test_a_paper_ending_soon_after_the_shift_is_a_note_not_an_objection() -> None:
    for last, outcome in ((date(2026, 12, 30), Outcome.WARN), (date(2026, 12, 31), Outcome.PASS), (None, Outcome.PASS)):
        coordinator = ana(credentials=(TRAINING, replace(CODER, expires_on=last)))
        assert verdict_of("required_credentials", coordinator, BILLING).outcome is outcome


def test_training_and_licence_are_not_objected_to_twice() -> None:
    shift = triage("IL", required_credentials=frozenset({RN_LICENCE, "hipaa-training"}))
    assert list(refusals(ana(credentials=()), shift)) == ["patient_state_licence", "hipaa_training"]
    not_clinical = billing(required_credentials=frozenset({RN_LICENCE}))
    assert list(refusals(ana(credentials=(TRAINING,)), not_clinical)) == ["required_credentials"]


def test_every_patient_state_needs_its_licence() -> None:
    assert refusals(ANA, triage("IL", "TX", "FL", "CO")) == {}
    assert refusals(ana(credentials=(TRAINING, CODER, ILLINOIS)), triage("CA", "IL", "NY")) == {
        "patient_state_licence": "No license covers patients in CA. No license covers patients in NY."
    }


def test_clinical_work_without_a_patient_state_cannot_be_checked_so_it_is_refused() -> None:
    said = refusals(ANA, triage())
    assert said == {
        "patient_state_licence": "The shift names no patient state, so no license can be checked against it."
    }


def test_a_multistate_licence_covers_compact_states_only() -> None:
    texan = ana(credentials=(TRAINING, CODER, TEXAS))
    assert refusals(texan, triage("FL")) == {}
    assert refusals(texan, triage("IL")) == {
        "patient_state_licence": "License RN-TX-1 (TX) does not cover patients in IL: IL is not in the compact on Dec 1, 2026."
    }


def test_a_single_state_licence_stays_at_home() -> None:
    assert list(refusals(ana(credentials=(TRAINING, CODER, replace(TEXAS, multistate=False))), triage("FL"))) == [
        "patient_state_licence"
    ]


@pytest.mark.parametrize(("home", "words"), [("CO", "CO"), (None, "not stated")])
def test_a_multistate_licence_counts_only_from_the_state_of_residence(home: str | None, words: str) -> None:
    moved = ana(credentials=(TRAINING, CODER, TEXAS), home_state=home)
    assert refusals(moved, triage("TX")) == {}
    assert refusals(moved, triage("FL")) == {
        "patient_state_licence": f"License RN-TX-1 (TX) does not cover patients in FL: the home state is {words}."
    }


def test_compact_membership_is_dated_on_both_sides() -> None:
    texan = ana(credentials=(TRAINING, CODER, TEXAS), max_week_minutes=9000)
    shift = triage("FL", span=LONG)
    home = CompactMembership("TX", date(2018, 1, 19))
    for joined, left, allowed in (
        (date(2026, 12, 1), None, True),
        (date(2026, 12, 2), None, False),
        (date(2018, 1, 19), date(2026, 12, 4), True),
        (date(2018, 1, 19), date(2026, 12, 3), False),
    ):
        there = CompactMembership("FL", joined, left)
        assert (refusals(texan, shift, context(compact=(home, there))) == {}) is allowed
        at_home, florida = replace(there, state="TX"), CompactMembership("FL", date(2018, 1, 19))
        assert (refusals(texan, shift, context(compact=(at_home, florida))) == {}) is allowed


def test_an_expired_compact_licence_says_its_date() -> None:
    texan = ana(credentials=(TRAINING, CODER, replace(TEXAS, expires_on=date(2026, 10, 1))))
    assert refusals(texan, triage("FL")) == {
        "patient_state_licence": "Compact license RN-TX-1 (TX) is valid until Oct 1, 2026, the shift starts Dec 1, 2026."
    }


def test_a_compact_licence_that_ran_out_before_the_state_joined_says_its_own_date() -> None:
    texan = ana(credentials=(TRAINING, CODER, replace(TEXAS, expires_on=date(2026, 10, 1))))
    compact = (CompactMembership("TX", date(2018, 1, 19)), CompactMembership("FL", date(2026, 11, 1)))
    assert refusals(texan, triage("FL"), context(compact=compact)) == {
        "patient_state_licence": "License RN-TX-1 (TX) is valid until Oct 1, 2026, the shift starts Dec 1, 2026."
    }


def test_covered_states_are_named() -> None:
    assert str(verdict_of("patient_state_licence", ANA, triage("FL", "IL")).phrase).startswith(
        "Covers patients in FL, IL. "
    )


def test_agreements_must_be_in_force_on_every_day() -> None:
    ending = replace(CONTRACT, ends_on=date(2026, 12, 2))
    shift = billing(span=LONG, agreements=(ending, BAA))
    assert refusals(ana(max_week_minutes=9000), shift) == {
        "facility_contract": "Contract 7 is valid until Dec 2, 2026, the shift ends Dec 3, 2026."
    }
    amended = replace(CONTRACT, reference="MSA-7 v2", starts_on=date(2026, 12, 3))
    assert refusals(ana(max_week_minutes=9000), billing(span=LONG, agreements=(ending, amended, BAA))) == {}


def test_a_baa_signed_for_later_does_not_count_yet() -> None:
    said = refusals(ana(agreements=(replace(BAA, starts_on=date(2026, 12, 2)),)), BILLING)
    assert said == {"coordinator_baa": "BAA 7 is valid from Dec 2, 2026, the shift starts Dec 1, 2026."}


def test_of_two_papers_still_to_begin_the_earlier_is_named() -> None:
    later = (replace(BAA, starts_on=date(2027, 1, 1)), replace(BAA, reference="8", starts_on=date(2026, 12, 5)))
    said = refusals(ana(agreements=later), BILLING)
    assert said == {"coordinator_baa": "BAA 8 is valid from Dec 5, 2026, the shift starts Dec 1, 2026."}


def test_missing_papers_say_so() -> None:
    assert refusals(ana(agreements=()), billing(agreements=())) == {
        "coordinator_baa": "The coordinator has no BAA with the agency.",
        "facility_contract": "The facility has no contract with the agency.",
        "facility_baa": "The facility has no BAA with the agency.",
    }


day_numbers = st.integers(0, 8)
terms = st.builds(
    lambda first, length, number: CredentialTerm(
        date(2026, 12, 1) + timedelta(days=first),
        None if length is None else date(2026, 12, 1) + timedelta(days=first + length),
        f"N-{number}",
    ),
    day_numbers,
    st.one_of(st.none(), day_numbers),
    st.integers(1, 3),
)


@given(st.lists(terms, max_size=4), day_numbers, st.integers(1, 4))
def test_papers_cover_a_shift_exactly_when_some_paper_holds_on_each_day(
    held: list[CredentialTerm], first: int, length: int
) -> None:
    days = [date(2026, 12, 1) + timedelta(days=first + n) for n in range(length)]
    found = cover(days, held)
    assert (found is None) == (not held)
    if found is not None:
        each_day = all(any(t.first <= day and (t.last is None or t.last >= day) for t in held) for day in days)
        assert found.complete == each_day


@given(st.sets(st.sampled_from(["TX", "FL", "CO", "IL", "NY"])), st.sets(st.sampled_from(["TX", "FL", "CO", "IL"])))
def test_a_licence_is_needed_in_each_patient_state(patients: set[str], licensed: set[str]) -> None:
    papers = tuple(
        CredentialFacts(RN_LICENCE, f"RN-{state}", date(2026, 1, 1), None, VerificationState.VERIFIED, state)
        for state in licensed
    )
    allowed = refusals(ana(credentials=(TRAINING, CODER, *papers)), triage(*patients)) == {}
    assert allowed == (bool(patients) and patients <= licensed)
    with_compact = refusals(ana(credentials=(TRAINING, CODER, *papers, TEXAS)), triage(*patients)) == {}
    assert with_compact == (bool(patients) and patients <= licensed | {"TX", "FL", "CO"})


def test_asking_at_another_moment_does_not_change_what_the_papers_say() -> None:
    soon = context(as_of=datetime(2026, 1, 1, tzinfo=UTC))
    assert verdict_of("hipaa_training", ANA, BILLING, soon) == verdict_of("hipaa_training", ANA, BILLING, CONTEXT)
