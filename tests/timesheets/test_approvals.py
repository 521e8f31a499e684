"""Approval turns hours into money once: whatever the order, whoever clicks twice, whatever is taken back."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from marketplace.accounts.models import Person
from marketplace.assignments.rules import AssignmentState
from marketplace.audit.models import AuditEntry
from marketplace.contracts.models import Overtime
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import ChangedMeanwhile, Hook, Invalid, NotAllowedNow, NotPermitted
from marketplace.ledger.models import LedgerTransaction
from marketplace.ledger.queries import balance
from marketplace.ledger.rules import payable, unbilled
from marketplace.timesheets import approvals
from marketplace.timesheets.approvals import (
    approve_changed,
    approve_entries,
    dispute,
    recall,
    reject,
    submit,
    undo_approvals,
    withdraw_dispute,
)
from marketplace.timesheets.compensation import compensate
from marketplace.timesheets.locks import entries_for_change
from marketplace.timesheets.models import TimeEntry, TimeSegment, Timesheet
from marketplace.timesheets.policy import check_may_decide, check_may_submit
from marketplace.timesheets.rules import EntryState, TimesheetState
from tests.at_once import transactions_at_once
from tests.books import broken_invariants
from tests.timesheets.hours import IN, MONDAY, OUT, again, booked, clocked, handed_in, segments_of, worked_line

AT = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def the_books_hold(request):
    """After every test the whole ledger is recounted."""
    yield
    if "world" in request.fixturenames:
        bind_actor(SYSTEM)
        assert broken_invariants() == []


def week(world, who, *, days=5, **more):
    """A week of eight-hour days, handed in."""
    return handed_in([worked_line(world, who, MONDAY + timedelta(days=day), **more) for day in range(days)], AT)


def state_of(line):
    return session.scalars(select(Timesheet.state).where(Timesheet.id == line.timesheet_id)).one()


def test_approved_hours_are_owed_and_earned(world):
    lines = week(world, world.maya, days=2)
    done = approve_entries([line.id for line in lines], world.rosa, AT)
    assert (done.minutes, done.bill_cents, done.pay_cents) == (960, 62400, 46400)
    assert balance(unbilled(world.harbor.id)) == 62400
    assert balance(payable(world.maya.id)) == 46400
    assert state_of(lines[0]) is TimesheetState.APPROVED
    assert again(lines[0]).decided_by_id == world.rosa.id
    assert {s.earn_code for s in segments_of(*lines)} == {"regular"}


def test_an_approved_shift_is_completed(world):
    shift = booked(world, world.maya)
    [line] = handed_in([clocked(shift)], AT)
    approve_entries([line.id], world.rosa, AT)
    assert shift.state is AssignmentState.COMPLETED


def test_the_forty_first_hour_is_overtime(world):
    lines = week(world, world.maya, days=6)
    done = approve_entries([line.id for line in lines], world.rosa, AT)
    overtime = [s for s in segments_of(*lines) if s.earn_code == "overtime"]
    assert [s.minutes for s in overtime] == [480]
    assert overtime[0].bill_cents == 480 * 3900 * 3 // 2 // 60
    assert done.pay_cents == 40 * 2900 + 8 * 4350


def test_without_overtime_in_the_contract_every_hour_is_regular(world):
    world.contract(world.harbor).overtime = Overtime.NONE
    session.flush()
    lines = week(world, world.maya, days=6)
    approve_entries([line.id for line in lines], world.rosa, AT)
    assert {s.earn_code for s in segments_of(*lines)} == {"regular"}


def test_hours_at_another_facility_do_not_make_overtime_here(world):
    harbor = week(world, world.maya, days=5)
    other = week(world, world.maya, days=2, facility="riverside", start=time(18), end=time(22))
    approve_entries([line.id for line in [*harbor, *other]], world.ada, AT)
    assert {s.earn_code for s in segments_of(*harbor, *other)} == {"regular"}


def test_sundays_night_belongs_to_two_workweeks(world):
    lines = week(world, world.maya, days=5)
    sunday = worked_line(world, world.maya, MONDAY + timedelta(days=6), start=time(20), end=time(4))
    lines += handed_in([sunday], AT) if sunday.submitted_at is None else [sunday]
    approve_entries([line.id for line in lines], world.rosa, AT)
    assert [(s.earn_code, s.minutes, s.work_day) for s in segments_of(sunday)] == [
        ("overtime", 240, date(2026, 11, 22)),
        ("regular", 240, date(2026, 11, 23)),
    ]


@pytest.mark.usefixtures("world")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lengths=st.lists(st.integers(60, 13 * 60), min_size=1, max_size=7),
    order=st.randoms(use_true_random=False),
    undone=st.booleans(),
)
def test_no_order_or_grouping_loses_a_minute_or_makes_a_forty_first_regular_hour(world, lengths, order, undone):
    with session.begin_nested() as point:
        lines = []
        for day, minutes in enumerate(lengths):
            end = (datetime(2026, 1, 1, 6, tzinfo=UTC) + timedelta(minutes=minutes)).time()
            lines.append(worked_line(world, world.maya, MONDAY + timedelta(days=day), start=time(6), end=end))
        waiting = [line.id for line in handed_in(lines, AT)]
        order.shuffle(waiting)
        groups = []
        while waiting:
            cut = order.randint(1, len(waiting))
            groups.append(waiting[:cut])
            waiting = waiting[cut:]
        for group in groups:
            approve_entries(group, world.rosa, AT)
        if undone:
            undo_approvals(groups[-1], world.rosa, AT)
            approve_entries(groups[-1], world.rosa, AT)
        by_code = dict(
            session.execute(
                select(TimeSegment.earn_code, func.sum(TimeSegment.minutes))
                .where(TimeSegment.time_entry_id.in_([line.id for line in lines]))
                .group_by(TimeSegment.earn_code)
            ).all()
        )
        assert sum(by_code.values()) == sum(lengths)
        assert by_code["regular"] == min(2400, sum(lengths))
        assert broken_invariants() == []
        point.rollback()
    session.expire_all()


# Who


def test_only_the_facility_where_the_work_was_done_approves_it(world):
    [line] = week(world, world.maya, days=1)
    line = entries_for_change(TimeEntry.id == line.id)[0]
    for person in (world.rosa, world.nadia, world.ada, world.felix):
        check_may_decide(person, line)
    with pytest.raises(NotPermitted, match="Only the facility where the work was done"):
        check_may_decide(world.lars, line)
    for person in (world.tom, world.bea, world.sam, world.maya.person, world.jonas.person):
        with pytest.raises(NotPermitted, match="Only approvers"):
            check_may_decide(person, line)


def test_nobody_approves_their_own_hours(world):
    [line] = week(world, world.maya, days=1)
    line = entries_for_change(TimeEntry.id == line.id)[0]
    rosa = world.rosa
    line.timesheet.coordinator.person_id = rosa.id
    with session.no_autoflush, pytest.raises(NotPermitted, match="own hours"):
        check_may_decide(rosa, line)
    session.expire(line.timesheet.coordinator)


def test_only_she_hands_in_her_week(world):
    line = worked_line(world, world.maya)
    sheet = session.get_one(Timesheet, line.timesheet_id)
    check_may_submit(world.maya.person, sheet)
    with pytest.raises(NotPermitted):
        check_may_submit(world.rosa, sheet)


# Handing in and recalling


def test_a_week_is_recalled_until_the_first_decision(world):
    first, second = week(world, world.maya, days=2)
    sheet = session.get_one(Timesheet, first.timesheet_id)
    recall(sheet, world.maya.person, AT)
    assert (sheet.state, again(first).submitted_at) == (TimesheetState.OPEN, None)
    submit(sheet, world.maya.person, AT)
    approve_entries([second.id], world.rosa, AT)
    with pytest.raises(NotAllowedNow, match="decided already"):
        recall(sheet, world.maya.person, AT)


def test_a_running_shift_keeps_its_week_open(world):
    line = worked_line(world, world.maya, MONDAY, (IN, 0), (OUT, 10), (IN, 20))
    with pytest.raises(NotAllowedNow, match="Clock out first"):
        submit(session.get_one(Timesheet, line.timesheet_id), world.maya.person, AT)


def test_hours_not_handed_in_are_not_approved(world):
    line = worked_line(world, world.maya)
    for act in (
        lambda: approve_entries([line.id], world.rosa, AT),
        lambda: dispute(line.id, "No.", world.rosa, AT),
        lambda: reject(line.id, "No.", world.rosa, AT),
    ):
        with pytest.raises(NotAllowedNow, match="not handed in"):
            act()


def test_a_line_without_hours_is_not_approved(world):
    line = worked_line(world, world.maya, MONDAY, (IN, 0), (OUT, 0))
    handed_in([line], AT)
    with pytest.raises(NotAllowedNow, match="no hours on this line"):
        approve_entries([line.id], world.rosa, AT)


# One line, the others go on


def test_the_undisputed_rest_is_approved_now(world):
    first, second, third = week(world, world.maya, days=3)
    dispute(second.id, "She left at noon.", world.rosa, AT)
    approve_entries([first.id, third.id], world.rosa, AT)
    assert state_of(first) is TimesheetState.DISPUTED
    assert balance(unbilled(world.harbor.id)) == 62400
    withdraw_dispute(second.id, world.rosa, AT)
    assert state_of(first) is TimesheetState.SUBMITTED
    approve_entries([second.id], world.rosa, AT)
    assert state_of(first) is TimesheetState.APPROVED


def test_a_dispute_ends_with_other_minutes(world):
    [line] = week(world, world.maya, days=1)
    dispute(line.id, "She left at noon.", world.rosa, AT)
    done = approve_changed(line.id, 180, "Agreed on the phone.", world.rosa, AT)
    assert done.bill_cents == 3 * 3900
    assert state_of(line) is TimesheetState.APPROVED_WITH_CHANGES
    assert (again(line).paid_minutes, again(line).measured_minutes) == (180, 480)


def test_rejected_hours_are_corrected_and_come_back(world):
    from marketplace.attendance.corrections import Correction, correct

    shift = booked(world, world.maya)
    [line] = handed_in([clocked(shift)], AT)
    reject(line.id, "You began at ten.", world.rosa, AT)
    assert state_of(line) is TimesheetState.REJECTED
    from marketplace.attendance.queries import punches_that_count

    came = punches_that_count(shift.id)[0]
    correct(shift, [Correction(IN, shift.starts_at + timedelta(hours=1), came)], "Right.", world.maya.person, AT)
    assert (again(line).state, again(line).paid_minutes, state_of(line)) == (
        EntryState.PENDING,
        420,
        TimesheetState.OPEN,
    )
    submit(session.get_one(Timesheet, line.timesheet_id), world.maya.person, AT)
    approve_entries([line.id], world.rosa, AT)
    assert balance(unbilled(world.harbor.id)) == 7 * 3900


def test_a_shift_after_the_decision_opens_the_week_again(world):
    first = week(world, world.maya, days=1)[0]
    approve_entries([first.id], world.rosa, AT)
    second = worked_line(world, world.maya, MONDAY + timedelta(days=1))
    assert second.submitted_at is None
    assert state_of(first) is TimesheetState.OPEN
    assert again(first).state is EntryState.APPROVED


@pytest.mark.parametrize(
    ("minutes", "reason"),
    [(0, "x"), (1501, "x"), (-5, "x"), (60, ""), (60, " "), (60, "x" * 1001), (60, "SSN 219-09-9999")],
)
def test_a_change_needs_minutes_and_a_reason(world, minutes, reason):
    [line] = week(world, world.maya, days=1)
    with pytest.raises(Invalid):
        approve_changed(line.id, minutes, reason, world.rosa, AT)
    assert again(line).paid_minutes == 480


def test_changed_minutes_of_a_sunday_night_keep_their_proportion(world):
    [line] = handed_in([worked_line(world, world.maya, date(2026, 11, 22), start=time(20), end=time(4))], AT)
    approve_changed(line.id, 241, "Agreed.", world.rosa, AT)
    assert [s.minutes for s in segments_of(line)] == [121, 120]


# Twice, at once, too late


def test_approving_twice_is_refused_and_has_one_effect(world):
    [line] = week(world, world.maya, days=1)
    approve_entries([line.id], world.rosa, AT)
    with pytest.raises(NotAllowedNow, match="approved cannot be approved"):
        approve_entries([line.id], world.nadia, AT)
    assert len(segments_of(line)) == 1


def test_the_second_approver_is_told_that_the_hours_changed(world):
    [line] = week(world, world.maya, days=1)
    seen = line.version
    dispute(line.id, "Really?", world.rosa, AT)
    with pytest.raises(ChangedMeanwhile, match="Maya Torres changed"):
        approve_entries([line.id], world.nadia, AT, {line.id: seen})


def test_one_refusal_refuses_all(world):
    first, second = week(world, world.maya, days=2)
    reject(second.id, "Not that day.", world.rosa, AT)
    with pytest.raises(NotAllowedNow, match="rejected cannot be approved"), session.begin_nested():
        approve_entries([first.id, second.id], world.rosa, AT)
    assert segments_of(first) == []


@pytest.mark.committed
def test_eight_approvers_at_once_make_one_set_of_segments(world):
    line = worked_line(world, world.maya)
    handed_in([line], AT)
    key, people = line.id, [world.rosa.id, world.nadia.id, world.ada.id, world.felix.id] * 2
    session.commit()

    def approve(person):
        approve_entries([key], session.get_one(Person, person), AT)

    results = transactions_at_once(*[partial(approve, person) for person in people])
    assert results.count(None) == 1
    assert sum(isinstance(result, NotAllowedNow) for result in results) == 7, results
    assert session.scalar(select(func.count(TimeSegment.id))) == 1
    assert session.scalar(select(func.count(LedgerTransaction.id))) == 1


@pytest.mark.committed
def test_five_days_approved_at_once_by_five_people_still_make_forty_regular_hours(world):
    lines = [
        worked_line(world, world.maya, MONDAY + timedelta(days=day), start=time(8), end=time(18)) for day in range(5)
    ]
    keys = [line.id for line in handed_in(lines, AT)]
    rosa = world.rosa.id
    session.commit()

    def approve(key):
        approve_entries([key], session.get_one(Person, rosa), AT)

    assert transactions_at_once(*[partial(approve, key) for key in keys]) == [None] * 5
    totals = dict(
        session.execute(
            select(TimeSegment.earn_code, func.sum(TimeSegment.minutes)).group_by(TimeSegment.earn_code)
        ).all()
    )
    assert totals == {"regular": 2400, "overtime": 600}


# Taking back


def test_an_approval_taken_back_leaves_exact_opposites(world):
    [line] = week(world, world.maya, days=1)
    approve_entries([line.id], world.rosa, AT)
    undo_approvals([line.id], world.nadia, AT + timedelta(minutes=9))
    assert [(s.minutes, s.bill_cents, s.pay_cents) for s in segments_of(line)] == [
        (480, 31200, 23200),
        (-480, -31200, -23200),
    ]
    assert balance(unbilled(world.harbor.id)) == 0
    assert (again(line).state, state_of(line)) == (EntryState.PENDING, TimesheetState.SUBMITTED)
    approve_entries([line.id], world.rosa, AT + timedelta(minutes=10))
    assert balance(unbilled(world.harbor.id)) == 31200


def test_after_ten_minutes_an_approval_stands(world):
    [line] = week(world, world.maya, days=1)
    approve_entries([line.id], world.rosa, AT)
    with pytest.raises(NotAllowedNow, match="ten minutes"):
        undo_approvals([line.id], world.rosa, AT + timedelta(minutes=10))


def test_changed_minutes_taken_back_are_the_measured_ones_again(world):
    [line] = week(world, world.maya, days=1)
    approve_changed(line.id, 60, "Agreed.", world.rosa, AT)
    undo_approvals([line.id], world.rosa, AT)
    assert (again(line).paid_minutes, again(line).measured_minutes, again(line).decision_reason) == (480, None, "")


def test_hours_that_carry_somebody_elses_overtime_are_taken_back_with_it(world):
    lines = week(world, world.maya, days=6)
    approve_entries([line.id for line in lines], world.rosa, AT)
    with pytest.raises(NotAllowedNow, match="Overtime of the same week"), session.begin_nested():
        undo_approvals([lines[0].id], world.rosa, AT)
    session.expire_all()
    assert undo_approvals([line.id for line in lines], world.rosa, AT) == 2880


def test_hours_on_an_invoice_are_not_taken_back(world, monkeypatch):
    [line] = week(world, world.maya, days=1)
    approve_entries([line.id], world.rosa, AT)
    monkeypatch.setattr(approvals, "is_settled", Hook("settled").filled_by(lambda segments: len(segments) == 1))
    with pytest.raises(NotAllowedNow, match="on an invoice"):
        undo_approvals([line.id], world.rosa, AT)


def test_the_database_refuses_to_change_a_segment(world):
    [line] = week(world, world.maya, days=1)
    approve_entries([line.id], world.rosa, AT)
    with pytest.raises(Exception, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE time_segment SET minutes = 1"))


# The trail, and pay for nothing


def test_every_decision_leaves_a_sentence(world):
    [line] = week(world, world.maya, days=1)
    dispute(line.id, "She left at noon.", world.rosa, AT)
    approve_changed(line.id, 180, "Agreed.", world.rosa, AT)
    undo_approvals([line.id], world.rosa, AT)
    said = session.scalars(
        select(AuditEntry.act)
        .where(AuditEntry.thing == "time_entry", AuditEntry.thing_id == line.id)
        .order_by(AuditEntry.id)
    ).all()
    assert said == ["dispute", "change_minutes", "approve", "undo_approval"]


def test_compensation_posts_itself_once(world):
    shift = booked(world, world.maya)
    first = compensate(shift, 120, AT)
    assert (first.kind, first.bill_cents, first.pay_cents) == ("cancellation", 7800, 5800)
    assert compensate(shift, 120, AT).id == first.id
    assert balance(unbilled(world.harbor.id)) == 7800
    assert compensate(booked(world, world.jonas), 0, AT) is None
    with pytest.raises(ValueError, match="never negative"):
        compensate(shift, -1, AT)


def test_compensation_is_not_worked_time(world):
    compensate(booked(world, world.maya, MONDAY + timedelta(days=6)), 240, AT)
    lines = week(world, world.maya, days=5)
    approve_entries([line.id for line in lines], world.rosa, AT)
    assert {s.earn_code for s in segments_of(*lines)} == {"regular"}
