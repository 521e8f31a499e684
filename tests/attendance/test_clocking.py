"""The clock on the phone: one tap, never lost, never counted twice, never changed afterwards."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace.assignments.rules import AssignmentState
from marketplace.attendance.clocking import punch
from marketplace.attendance.corrections import Correction, correct
from marketplace.attendance.policy import check_may_clock
from marketplace.attendance.queries import punches_that_count
from marketplace.attendance.rules import moment_pressed
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.db import session
from marketplace.kernel import Invalid, NotAllowedNow, NotPermitted
from marketplace.needs.rules import ShiftState
from marketplace.timesheets.models import Punch, PunchSource, Timesheet
from marketplace.timesheets.rules import EntryState, TimesheetState
from tests.timesheets.hours import (
    IN,
    MONDAY,
    OUT,
    PAUSE,
    RESUME,
    booked,
    clocked,
    entry_of,
    handed_in,
    shift_now,
    worked_line,
)


def minutes(number):
    return timedelta(minutes=number)


def test_a_day_with_a_meal_becomes_a_line_of_hours(world):
    line = worked_line(world, world.maya, MONDAY, (IN, -2), (PAUSE, 240), (RESUME, 270), (OUT, 481))
    assert (line.paid_minutes, line.break_minutes, line.exceptions) == (453, 30, [])
    assert line.state is EntryState.PENDING
    assert line.submitted_at is None


def test_clocking_in_begins_ten_minutes_before_the_start(world):
    shift = booked(world, world.maya)
    with pytest.raises(NotAllowedNow, match="You can clock in from 8:50 am CST on"):
        punch(shift, IN, shift.starts_at - minutes(11))
    punch(shift, IN, shift.starts_at - minutes(10))
    assert shift.state is AssignmentState.CHECKED_IN


def test_nobody_clocks_in_to_a_shift_that_is_over(world):
    shift = booked(world, world.maya)
    with pytest.raises(NotAllowedNow, match="Enter your hours by hand"):
        punch(shift, IN, shift.ends_at)


def test_after_half_a_day_the_clock_takes_nothing_more(world):
    shift = booked(world, world.maya)
    punch(shift, IN, shift.starts_at)
    with pytest.raises(NotAllowedNow, match="by hand"):
        punch(shift, OUT, shift.ends_at + timedelta(hours=12, seconds=1))


@pytest.mark.parametrize(
    ("before", "press", "sentence"),
    [
        ((), OUT, "Clock in first."),
        ((), PAUSE, "Clock in first."),
        (((IN, 0),), IN, "You are clocked in already."),
        (((IN, 0),), RESUME, "You are not on a break."),
        (((IN, 0), (PAUSE, 5)), PAUSE, "Your break has begun already."),
        (((IN, 0), (OUT, 5)), OUT, "You are clocked out already."),
    ],
)
def test_a_button_that_makes_no_sense_is_refused_in_words(world, before, press, sentence):
    shift = booked(world, world.maya)
    for kind, at in before:
        punch(shift, kind, shift.starts_at + minutes(at))
    with pytest.raises(NotAllowedNow, match=sentence):
        punch(shift, press, shift.starts_at + minutes(10))


def test_a_cancelled_shift_has_no_clock(world):
    shift = booked(world, world.maya)
    shift.state = AssignmentState.CANCELLED
    with pytest.raises(NotAllowedNow, match="not yours any more"):
        punch(shift, IN, shift.starts_at)


@pytest.mark.parametrize(
    ("kind", "whose", "named"),
    [
        (AgreementKind.MASTER, "facility", "The facility has no contract"),
        (AgreementKind.BAA, "facility", "The facility has no BAA"),
        (AgreementKind.BAA, "coordinator", "You have no BAA"),
    ],
)
def test_no_shift_starts_without_contract_and_baa_chain(world, kind, whose, named):
    shift = booked(world, world.maya)
    owner = (
        Agreement.facility_id == shift.facility_id
        if whose == "facility"
        else Agreement.coordinator_id == shift.coordinator_id
    )
    paper = session.scalars(select(Agreement).where(Agreement.kind == kind, owner)).one()
    paper.state = AgreementState.TERMINATED
    session.flush()
    with pytest.raises(NotAllowedNow, match=named):
        punch(shift, IN, shift.starts_at)
    assert punches_that_count(shift.id) == []


def test_a_contract_that_ends_during_the_night_shift_does_not_cover_it(world):
    shift = booked(world, world.maya, start=time(22), end=time(6))
    contract = world.contract(world.harbor)
    contract.effective_until = MONDAY
    session.flush()
    with pytest.raises(NotAllowedNow, match="contract"):
        punch(shift, IN, shift.starts_at)


def test_the_shift_follows_everybody_on_it(world):
    shift = world.shift(day=MONDAY, headcount=2)
    maya, jonas = booked(world, world.maya, shift=shift), booked(world, world.jonas, shift=shift, seat=2)
    punch(maya, IN, shift.starts_at)
    assert shift_now(shift.id).state is ShiftState.IN_PROGRESS
    punch(jonas, IN, shift.starts_at + minutes(1))
    punch(maya, OUT, shift.starts_at + minutes(100))
    assert shift_now(shift.id).state is ShiftState.IN_PROGRESS
    punch(jonas, OUT, shift.starts_at + minutes(101))
    assert shift_now(shift.id).state is ShiftState.ENDED


def test_clocking_out_by_mistake_does_not_end_the_day(world):
    line = worked_line(world, world.maya, MONDAY, (IN, 0), (OUT, 60), (IN, 61), (OUT, 480))
    assert line.paid_minutes == 480
    assert line.exceptions == []


# A phone without a network


def test_a_punch_kept_on_the_phone_counts_from_the_moment_it_was_pressed(world):
    shift = booked(world, world.maya)
    made = punch(shift, IN, shift.starts_at + minutes(180), waited=minutes(180), client_key="k1")
    assert (made.at, made.recorded_at) == (shift.starts_at, shift.starts_at + minutes(180))
    assert made.source is PunchSource.OFFLINE


def test_the_same_punch_sent_twice_has_one_effect(world):
    shift = booked(world, world.maya)
    first = punch(shift, IN, shift.starts_at, client_key="k1")
    assert punch(shift, IN, shift.starts_at + minutes(3), client_key="k1").id == first.id
    assert len(punches_that_count(shift.id)) == 1


def test_somebody_elses_key_is_another_key(world):
    maya, jonas = booked(world, world.maya), booked(world, world.jonas)
    assert punch(maya, IN, maya.starts_at, client_key="k").id != punch(jonas, IN, jonas.starts_at, client_key="k").id


@pytest.mark.parametrize("waited", [0, 1, 3600, 24 * 3600])
def test_a_press_that_waited_counts_from_when_it_was_pressed(waited):
    now = datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert moment_pressed(timedelta(seconds=waited), now) == (now - timedelta(seconds=waited), True)


def test_a_press_that_was_sent_at_once_counts_from_its_arrival():
    now = datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert moment_pressed(None, now) == (now, False)


@pytest.mark.parametrize(("waited", "why"), [(-1, "was set back"), (24 * 3600 + 1, "more than 24 hours ago")])
def test_a_wait_that_cannot_be_right_is_refused_in_words(waited, why):
    now = datetime(2026, 11, 24, 15, tzinfo=UTC)
    with pytest.raises(Invalid, match=why):
        moment_pressed(timedelta(seconds=waited), now)


def test_a_late_punch_never_jumps_before_one_that_counts(world):
    shift = booked(world, world.maya)
    punch(shift, IN, shift.starts_at + minutes(60))
    with pytest.raises(NotAllowedNow, match="Clocked in at 10:00 am CST is later than that"):
        punch(shift, OUT, shift.starts_at + minutes(70), waited=minutes(40))


# What is punched stays punched


@pytest.mark.parametrize("change", ["UPDATE punch SET at = now()", "DELETE FROM punch", "TRUNCATE punch CASCADE"])
def test_the_database_itself_refuses_to_change_a_punch(world, change):
    clocked(booked(world, world.maya))
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"), session.begin_nested():
        session.execute(text(change))


def test_a_forgotten_clock_out_is_entered_by_hand_and_marked(world):
    shift = booked(world, world.maya)
    punch(shift, IN, shift.starts_at)
    line = correct(
        shift,
        [Correction(OUT, shift.ends_at)],
        "The battery was empty.",
        world.maya.person,
        shift.ends_at + minutes(30),
    )
    assert (line.paid_minutes, line.exceptions) == (480, ["manual_entry"])
    assert shift.state is AssignmentState.CHECKED_OUT


def test_a_correction_replaces_a_punch_and_keeps_it(world):
    shift = booked(world, world.maya)
    clocked(shift, (IN, 0), (OUT, 600))
    late = punches_that_count(shift.id)[1]
    at = shift.ends_at + timedelta(hours=3)
    line = correct(shift, [Correction(OUT, shift.ends_at, late)], "Forgot to press it.", world.maya.person, at)
    assert line.paid_minutes == 480
    kept = session.scalars(select(Punch).where(Punch.assignment_id == shift.id)).all()
    assert len(kept) == 3
    assert late in kept


def test_a_whole_day_may_be_entered_by_hand(world):
    shift = booked(world, world.maya)
    line = correct(
        shift,
        [Correction(IN, shift.starts_at), Correction(OUT, shift.ends_at)],
        "No phone.",
        world.maya.person,
        shift.ends_at,
    )
    assert line.paid_minutes == 480
    assert shift_now(shift.shift_id).state is ShiftState.ENDED


def test_without_a_contract_nothing_is_entered_by_hand_either(world):
    shift = booked(world, world.maya)
    world.contract(world.harbor).state = AgreementState.TERMINATED
    session.flush()
    with pytest.raises(NotAllowedNow, match="contract"):
        correct(shift, [Correction(IN, shift.starts_at)], "No phone.", world.maya.person, shift.ends_at)


@pytest.mark.parametrize(
    ("offset", "why"), [(-241, "belong to this shift"), (8 * 60 + 721, "belong to this shift"), (6000, "future")]
)
def test_hours_by_hand_belong_to_the_shift(world, offset, why):
    shift = booked(world, world.maya)
    at = shift.starts_at + timedelta(days=3)
    with pytest.raises(Invalid, match=why):
        correct(shift, [Correction(IN, shift.starts_at + minutes(offset))], "Why not.", world.maya.person, at)


@pytest.mark.parametrize(("reason", "why"), [("", "Say why"), ("x" * 501, "at most"), ("SSN 219-09-9999", "patient")])
def test_a_correction_needs_a_reason_without_a_patient_in_it(world, reason, why):
    shift = booked(world, world.maya)
    with pytest.raises(Invalid, match=why):
        correct(shift, [Correction(IN, shift.starts_at)], reason, world.maya.person, shift.ends_at)


def test_hours_that_wait_for_approval_are_recalled_first(world):
    shift = booked(world, world.maya)
    line = clocked(shift)
    handed_in([line], shift.ends_at)
    with pytest.raises(NotAllowedNow, match="Recall the week first"):
        correct(shift, [Correction(PAUSE, shift.starts_at)], "Forgot.", world.maya.person, shift.ends_at)


def test_only_she_herself_presses_her_clock(world):
    shift = booked(world, world.maya)
    check_may_clock(world.maya.person, shift)
    for other in (world.jonas.person, world.rosa, world.ada):
        with pytest.raises(NotPermitted):
            check_may_clock(other, shift)


# Time zones


def test_the_night_the_clocks_go_back_has_nine_hours(world):
    shift = booked(world, world.maya, date(2026, 10, 31), time(22), time(6), facility="riverside")
    assert clocked(shift).paid_minutes == 540


def test_the_night_the_clocks_go_forward_has_seven(world):
    shift = booked(world, world.maya, date(2026, 3, 7), time(22), time(6), facility="riverside")
    assert clocked(shift).paid_minutes == 420


def test_a_shift_belongs_to_the_week_it_starts_in_the_facilitys_zone(world):
    # 23:30 on Sunday in Chicago is Monday everywhere east of it, and in UTC.
    sunday = worked_line(world, world.maya, date(2026, 11, 22), start=time(23, 30), end=time(6))
    assert session.get_one(Timesheet, sunday.timesheet_id).week == MONDAY
    assert sunday.week_minutes == {"2026-11-16": 30, "2026-11-23": 360}
    monday = worked_line(world, world.jonas, date(2026, 11, 23), start=time(0, 15), end=time(6))
    assert session.get_one(Timesheet, monday.timesheet_id).week == date(2026, 11, 23)


def test_rounding_is_the_contracts(world):
    world.contract(world.harbor).rounding_minutes = 15
    session.flush()
    assert worked_line(world, world.maya, MONDAY, (IN, -6), (OUT, 480)).paid_minutes == 480
    assert worked_line(world, world.jonas, MONDAY, (IN, -8), (OUT, 480)).paid_minutes == 495


@pytest.mark.parametrize(
    ("presses", "marked"),
    [
        (((IN, 6), (OUT, 480)), ["late:6"]),
        (((IN, 5), (OUT, 480)), []),
        (((IN, 0), (OUT, 496)), ["over_plan:16"]),
        (((IN, 0), (OUT, 495)), []),
        (((IN, 0), (OUT, 464)), ["under_plan:16"]),
        (((IN, 0), (PAUSE, 200), (RESUME, 261), (OUT, 480)), ["long_break:61"]),
        (((IN, 0), (PAUSE, 200), (RESUME, 260), (OUT, 480)), []),
        (((IN, 0), (PAUSE, 470), (OUT, 480)), ["missing_punch"]),
    ],
)
def test_what_wants_an_eye_is_marked(world, presses, marked):
    assert worked_line(world, world.maya, MONDAY, *presses).exceptions == marked


def test_a_second_shift_of_the_week_joins_the_same_sheet(world):
    first, second = worked_line(world, world.maya), worked_line(world, world.maya, MONDAY + timedelta(days=1))
    assert first.timesheet_id == second.timesheet_id


def test_a_shift_worked_after_the_week_was_handed_in_joins_what_waits(world):
    first = worked_line(world, world.maya)
    handed_in([first], first.ends_at)
    second = worked_line(world, world.maya, MONDAY + timedelta(days=1))
    assert second.submitted_at is not None
    assert session.get_one(Timesheet, second.timesheet_id).state is TimesheetState.SUBMITTED


def test_no_line_without_a_clocking_out(world):
    shift = booked(world, world.maya)
    punch(shift, IN, shift.starts_at)
    assert entry_of(shift) is None
