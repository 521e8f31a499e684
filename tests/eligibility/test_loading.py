"""What matching is told about people and shifts is what stands in the tables, and is asked for in few statements."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from marketplace.accounts.models import Person
from marketplace.assignments.history import Past
from marketplace.assignments.models import Assignment, Offer
from marketplace.assignments.rules import AssignmentState
from marketplace.contracts.models import AgreementKind
from marketplace.coordinators.models import AvailabilityWindow, Coordinator, CoordinatorState, Education, TimeOff
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import Actor, Audience, bind_actor, current_actor, session
from marketplace.eligibility import loading
from marketplace.eligibility.assessment import facts_of_shifts, shift_facts
from marketplace.eligibility.candidates import Feed, matching_count, ranked
from marketplace.eligibility.loading import REQUIRED
from marketplace.facilities.models import Preference, PreferenceKind, PreferenceSide
from marketplace.kernel import Span
from marketplace.matching.facts import RequiredAgreement, VerificationState
from marketplace.matching.rules.hard_rules import RULES
from tests.world import NOW


def facts_of(coordinator, **more):
    (found,) = loading.coordinator_facts([coordinator.id], at=NOW, **more)
    return found


def test_a_coordinators_facts_are_what_coordinator_and_agency_have_written(world):
    maya = world.maya
    found = facts_of(maya)
    assert (found.name, found.zone, found.country) == ("Maya Torres", "America/Los_Angeles", "US")
    assert found.home_state == found.work_state == "CA"
    assert found.service_lines == {"prior-auth", "medical-billing", "medical-admin"}
    assert set(found.languages) == {"en", "es"}
    assert set(found.ehr) == {"Epic", "Cerner"}
    assert (found.min_pay_cents, found.max_week_minutes, found.rating_hundredths) == (2200, 2400, 490)
    assert {c.type for c in found.credentials} == {"hipaa-training", "background-check", "CPCC"}
    assert [a.kind for a in found.agreements] == [RequiredAgreement.BAA]
    assert {(w.weekday, w.start_minute, w.end_minute) for w in found.availability} == {(d, 300, 1080) for d in range(5)}
    assert found.reliability is None
    assert found.active


def test_a_window_past_midnight_runs_into_the_next_day(world):
    jonas = world.jonas
    session.execute(delete(AvailabilityWindow).where(AvailabilityWindow.coordinator_id == jonas.id))
    session.add(AvailabilityWindow(coordinator_id=jonas.id, weekday=4, start_minute=1320, end_minute=1320 + 480))
    session.flush()
    (window,) = facts_of(jonas).availability
    assert (window.weekday, window.start_minute, window.end_minute) == (4, 1320, 360)


def test_papers_that_were_superseded_or_rejected_do_not_count(world):
    maya = world.maya
    cpcc = session.scalars(
        select(Credential).where(Credential.coordinator_id == maya.id, Credential.type == "CPCC")
    ).one()
    cpcc.state = CredentialState.SUPERSEDED
    session.flush()
    assert "CPCC" not in {c.type for c in facts_of(maya).credentials}
    cpcc.state = CredentialState.REJECTED
    session.flush()
    (rejected,) = [c for c in facts_of(maya).credentials if c.type == "CPCC"]
    assert rejected.verification is VerificationState.REJECTED


def test_preferences_of_both_sides_are_told_apart_and_ended_ones_forgotten(world):
    maya, harbor, riverside = world.maya, world.harbor, world.riverside
    by = PreferenceSide
    kinds = PreferenceKind
    session.add_all(
        [
            Preference(facility_id=harbor.id, coordinator_id=maya.id, side=by.FACILITY, kind=kinds.FAVOURITE),
            Preference(facility_id=harbor.id, coordinator_id=maya.id, side=by.COORDINATOR, kind=kinds.BLOCK),
            Preference(facility_id=riverside.id, coordinator_id=maya.id, side=by.FACILITY, kind=kinds.BLOCK),
            Preference(
                facility_id=riverside.id, coordinator_id=maya.id, side=by.COORDINATOR, kind=kinds.BLOCK, ended_at=NOW
            ),
        ]
    )
    session.flush()
    found = facts_of(maya)
    assert found.favourite_of_facilities == {harbor.id}
    assert found.blocked_facilities == {harbor.id}
    assert found.blocked_by_facilities == {riverside.id}
    assert found.favourite_facilities == frozenset()


def assignment(shift, coordinator, state=AssignmentState.BOOKED, **more):
    one = Assignment(
        shift_id=shift.id, facility_id=shift.facility_id, coordinator_id=coordinator.id, state=state, seat=1,
        starts_at=shift.starts_at, ends_at=shift.ends_at, headcount=shift.headcount, booked_at=NOW - timedelta(days=3),
        bill_rate_cents=shift.bill_rate_cents, pay_rate_cents=shift.pay_rate_cents, **more,
    )  # fmt: skip
    session.add(one)
    session.flush()
    return one


def test_shifts_at_every_facility_and_time_off_take_time(world):
    maya = world.maya
    there = world.shift(world.riverside, day=date(2026, 11, 30))
    assignment(there, maya)
    away = Span(datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 3, tzinfo=UTC))
    session.add(TimeOff(coordinator_id=maya.id, starts_at=away.start, ends_at=away.end))
    session.flush()
    near = facts_of(maya, around=world.shift(day=date(2026, 12, 2)).span)
    assert [(b.span, b.shift_id, b.facility_id) for b in near.bookings] == [(there.span, there.id, world.riverside.id)]
    assert near.time_off == (away,)
    far = facts_of(maya, around=world.shift(day=date(2027, 1, 15)).span)
    assert far.bookings == () == far.time_off
    assert facts_of(maya).bookings == near.bookings


def test_a_shift_given_back_takes_no_time(world):
    shift = world.shift()
    assignment(shift, world.maya, AssignmentState.RELEASED)
    assert facts_of(world.maya).bookings == ()


def test_history_counts_hours_by_facility_fills_offers_and_reliability(world):
    maya, harbor = world.maya, world.harbor
    worked = world.shift(day=date(2026, 11, 16))
    assignment(worked, maya, AssignmentState.COMPLETED)
    lost = world.shift(day=date(2026, 11, 18))
    assignment(lost, maya, AssignmentState.CANCELLED, cancelled_by="coordinator", points=-55)
    by_facility = world.shift(day=date(2026, 11, 19))
    assignment(by_facility, maya, AssignmentState.CANCELLED, cancelled_by="facility")
    asked = world.shift(day=date(2026, 11, 30))
    session.add(
        Offer(
            shift_id=asked.id, facility_id=harbor.id, coordinator_id=maya.id, sent_at=NOW, expires_at=NOW + timedelta(1)
        )
    )
    session.flush()
    found = facts_of(maya)
    assert found.facility_minutes == {harbor.id: 480}
    assert (found.fills_recently, found.offers_recently) == (1, 1)
    assert found.reliability == 73  # (100 + 45) / 2, half up


@pytest.mark.parametrize(
    ("points", "shifts", "expected"),
    [(0, 0, None), (0, 1, 100), (-100, 1, 0), (-85, 1, 15), (-25, 10, 98), (-1, 2, 100), (-900, 2, 0)],
)
def test_reliability_is_the_average_over_shifts(points, shifts, expected):
    past = Past()
    past.points, past.counted = points, shifts
    assert past.reliability == expected


def test_a_shift_says_what_its_need_its_line_and_its_facility_say(world):
    need_terms = {"patient_states": ["IL", "WI"], "required_credentials": ["CPCC"], "ehr": "Epic", "min_years": 2}
    shift = world.shift(line="triage", min_education=Education.BACHELOR, **need_terms)
    found = shift_facts(shift)
    assert found.requires_licence
    assert found.clinical
    assert found.patient_states == {"IL", "WI"}
    assert found.required_credentials == {"CPCC"}
    assert set(found.ehr) == {"Epic"}
    assert (found.min_education, found.min_years) == ("bachelor", 2)
    assert found.payer_mix == {"commercial", "medicare-advantage"}
    assert {a.kind for a in found.agreements} == {RequiredAgreement.CONTRACT, RequiredAgreement.BAA}


@pytest.mark.parametrize(("required", "license"), [([], False), (["rn-license"], True)])
def test_remote_monitoring_needs_a_licence_only_where_the_need_asks_for_a_nurse(world, required, license):
    shift = world.shift(line="rpm", required_credentials=required, patient_states=["WI"])
    assert shift_facts(shift).requires_licence is license


def test_devon_may_take_triage_for_illinois_and_wisconsin_and_nobody_else_may(world):
    shift = world.shift(line="triage", patient_states=["IL", "WI"], ehr="Epic")
    ranking = ranked(shift, NOW)
    assert [one.facts.name for one in ranking.eligible] == ["Devon Blake"]
    assert {one.facts.name for one in ranking.ineligible} == {
        "Maya Torres",
        "Jonas Lind",
        "Aisha Rahman",
        "Sofía Álvarez",
    }
    assert all(one.objections() and len(one.verdicts) == len(RULES) for one in ranking.ineligible)


def test_paused_coordinators_are_not_ranked_but_are_told_why_when_asked_for(world):
    maya = world.maya
    maya.state = CoordinatorState.PAUSED
    session.flush()
    shift = world.shift()
    assert maya.id not in {one.facts.id for one in (*ranked(shift, NOW).eligible, *ranked(shift, NOW).ineligible)}
    assert not facts_of(maya).active


def test_a_series_counts_who_may_take_some_and_who_all_of_it(world):
    weekday, sunday = world.shift(day=date(2026, 11, 30)), world.shift(day=date(2026, 11, 29))
    drafts = facts_of_shifts([weekday])
    some = matching_count(drafts, NOW)
    assert some.some == some.all > 0
    assert matching_count(facts_of_shifts([weekday, sunday]), NOW) == (some.some, 0)
    assert matching_count([], NOW) == (0, 0)


def test_facts_are_read_past_the_actors_own_rows_and_the_actor_is_back_afterwards(world):
    shift = world.shift()
    maya = world.maya
    bind_actor(Actor(Audience.FACILITY, world.tom.id, facility_id=world.harbor.id))
    ranking = ranked(shift, NOW)
    assert maya.id in {one.facts.id for one in ranking.eligible}
    assert current_actor().audience is Audience.FACILITY


def many_coordinators(count):
    """`count` coordinators more, each with a week of windows and three papers."""
    people = session.scalars(
        insert(Person).returning(Person.id),
        [{"email": f"p{n}@people.example", "name": f"Person {n}"} for n in range(count)],
    ).all()
    ids = session.scalars(
        insert(Coordinator).returning(Coordinator.id),
        [
            {
                "person_id": person, "state": CoordinatorState.ACTIVE, "country": "US", "work_state": "NY",
                "time_zone": "America/New_York", "service_lines": ["prior-auth", "medical-billing"], "languages": ["en"],
                "ehr": ["Epic"], "education": Education.ASSOCIATE,
            }
            for person in people
        ],
    ).all()  # fmt: skip
    session.execute(
        insert(AvailabilityWindow),
        [
            {"coordinator_id": key, "weekday": day, "start_minute": 360, "end_minute": 1260}
            for key in ids
            for day in range(7)
        ],
    )
    session.execute(
        insert(Credential),
        [
            {
                "coordinator_id": key, "type": kind, "number": f"{kind}{key}", "state": CredentialState.VERIFIED,
                "issued_on": date(2026, 1, 1), "expires_on": date(2027, 6, 1),
            }
            for key in ids
            for kind in ("hipaa-training", "background-check", "CPCC")
        ],
    )  # fmt: skip
    return ids


def test_three_hundred_coordinators_are_read_in_few_statements_and_a_blink(world, statements):
    many_coordinators(300)
    shift = world.shift()
    loading.coordinator_facts(at=NOW, around=shift.span)
    statements.clear()
    found = loading.coordinator_facts(at=NOW, around=shift.span)
    assert len(found) >= 300
    assert len(statements) <= 7
    statements.clear()
    assert len(ranked(shift, NOW).ineligible) + len(ranked(shift, NOW).eligible) == len(found)
    assert len(statements) <= 14

    def worked():
        """Of this process alone: other work on the machine does not count. 35 ms on a quiet one."""
        begun = time.process_time()
        loading.coordinator_facts(at=NOW, around=shift.span)
        return time.process_time() - begun

    assert min(worked() for _ in range(3)) < 0.15


def test_one_coordinator_before_many_shifts_is_read_once(world, statements):
    need = world.need()
    shifts = [world.shift(day=date(2026, 11, 25) + timedelta(days=n)) for n in range(20)]
    assert need
    statements.clear()
    feed = Feed(world.maya.id, shifts, NOW)
    asked = len(statements)
    fits = feed.fits()
    assert [fit.shift for fit in fits] == shifts
    assert all(fit.may != any(verdict.failed for verdict in fit.verdicts) for fit in fits)
    assert {fit.may for fit in fits} == {True, False}  # weekends are not among Maya's hours
    assert len(statements) == asked <= 8
    session.execute(update(Coordinator).where(Coordinator.id == world.maya.id).values(min_pay_cents=9900))
    assert not any(fit.may for fit in Feed(world.maya.id, shifts, NOW).fits())


def test_every_kind_of_agreement_is_one_that_matching_requires():
    assert set(REQUIRED) == set(AgreementKind)
    assert set(REQUIRED.values()) == set(RequiredAgreement)
