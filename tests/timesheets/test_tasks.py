"""What happens to hours when nobody does anything: nothing is lost, nothing stalls."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from marketplace.db import session
from marketplace.kernel.clock import frozen_at
from marketplace.ledger.invariants import recount
from marketplace.messaging.models import Letter, Notice
from marketplace.timesheets import notifications, tasks
from marketplace.timesheets.approvals import approve_changed, approve_entries, dispute, reject
from marketplace.timesheets.models import TimeSegment, Timesheet
from marketplace.timesheets.rules import EntryState, TimesheetState
from tests.timesheets.hours import IN, MONDAY, OUT, again, handed_in, worked_line

AT = datetime(2026, 11, 24, 15, tzinfo=UTC)


def told(kind):
    return session.scalars(select(Notice.person_id).where(Notice.kind == kind).order_by(Notice.person_id)).all()


def test_a_week_hands_itself_in_a_day_after_its_end(world):
    line = worked_line(world, world.maya)
    sheet = session.get_one(Timesheet, line.timesheet_id)
    monday_after = datetime(2026, 11, 23, 6, tzinfo=UTC)  # midnight in Chicago
    with frozen_at(monday_after + timedelta(hours=23, minutes=59)):
        assert tasks.submit_finished_weeks() == 0
    with frozen_at(monday_after + timedelta(hours=24)):
        assert tasks.submit_finished_weeks() == 1
        assert tasks.submit_finished_weeks() == 0
    assert sheet.state is TimesheetState.SUBMITTED
    assert again(line).submitted_at is not None


def test_clean_hours_approve_themselves_after_the_window_and_others_never(world):
    clean, odd = worked_line(world, world.maya), worked_line(world, world.devon, MONDAY, (IN, 0), (OUT, 528))
    handed_in([clean, odd], AT)
    with frozen_at(AT + timedelta(hours=71, minutes=59)):
        assert tasks.approve_due_entries(world.harbor.id) == 0
        assert tasks.approve_after_window() == 0
    with frozen_at(AT + timedelta(hours=72)):
        assert tasks.approve_after_window() == 1
        assert tasks.approve_due_entries(world.harbor.id) == 1
        assert tasks.approve_due_entries(world.harbor.id) == 0
    assert (again(clean).state, again(clean).decided_by_id) == (EntryState.APPROVED, None)
    assert again(odd).state is EntryState.PENDING
    assert session.scalar(select(func.count(TimeSegment.id))) == 1


def test_an_approval_taken_back_has_its_whole_window_again(world):
    from marketplace.timesheets.approvals import undo_approvals

    line = worked_line(world, world.maya)
    handed_in([line], AT)
    later = AT + timedelta(hours=71)
    approve_entries([line.id], world.rosa, later)
    undo_approvals([line.id], world.rosa, later + timedelta(minutes=5))
    with frozen_at(AT + timedelta(hours=73)):
        assert tasks.approve_due_entries(world.harbor.id) == 0


def test_at_half_time_the_approvers_get_one_letter(world):
    lines = [worked_line(world, world.maya), worked_line(world, world.maya, MONDAY + timedelta(days=1))]
    handed_in(lines, AT)
    with frozen_at(AT + timedelta(hours=35, minutes=59)):
        assert tasks.remind_approvers() == 0
    with frozen_at(AT + timedelta(hours=36)):
        assert tasks.remind_approvers() == 2
        assert tasks.remind_approvers() == 0
    letters = session.scalars(select(Letter).where(Letter.kind == "hours-reminder")).all()
    assert sorted(letter.to for letter in letters) == ["nadia@harbor.example", "rosa@harbor.example"]
    assert "2 shifts wait for your approval." in letters[0].text_body
    assert "Fri, Nov 27, 9:00 am CST" in letters[0].text_body


def test_after_the_window_the_agency_hears_of_exceptions_once(world):
    handed_in([worked_line(world, world.devon, MONDAY, (IN, 0), (OUT, 528))], AT)
    with frozen_at(AT + timedelta(hours=72)):
        assert tasks.remind_approvers() == 1
        assert tasks.remind_approvers() == 0
    assert told("hours-overdue") == sorted([world.ada.id, world.felix.id])


def test_the_coordinator_is_told_what_was_changed_disputed_and_given_back(world):
    changed, disputed, rejected = handed_in(
        [worked_line(world, world.maya, MONDAY + timedelta(days=day)) for day in range(3)], AT
    )
    approve_changed(changed.id, 60, "We agreed on one hour.", world.rosa, AT)
    dispute(disputed.id, "Nobody was there.", world.rosa, AT)
    reject(rejected.id, "You began at ten.", world.rosa, AT)
    notifications.notify_changed(changed.id)
    notifications.notify_disputed(disputed.id)
    notifications.notify_rejected(rejected.id)
    maya = world.maya.person
    for kind, words in (
        ("hours-changed", ("1 h instead of 8 h", "We agreed on one hour.")),
        ("hours-disputed", ("disputes 8 h", "Nobody was there.")),
        ("hours-rejected", ("gave 8 h back", "You began at ten.")),
    ):
        [letter] = session.scalars(select(Letter).where(Letter.kind == kind)).all()
        assert letter.to == maya.email
        assert all(word in letter.text_body for word in words)
        assert maya.id in told(kind)
    assert {world.ada.id, world.felix.id} <= set(told("hours-disputed"))


def test_approvers_are_told_of_a_week_unless_it_was_recalled(world):
    line = worked_line(world, world.maya)
    notifications.notify_submitted(line.timesheet_id)
    assert told("timesheet") == []
    handed_in([line], AT)
    notifications.notify_submitted(line.timesheet_id)
    assert told("timesheet") == sorted([world.rosa.id, world.nadia.id])


def test_weeks_that_are_handed_in_together_are_told_in_one_letter(world):
    def handed_in_by(who, at):
        line = worked_line(world, who)
        handed_in([line], at)
        with frozen_at(at):
            notifications.notify_submitted(line.timesheet_id)

    def subjects():
        to_rosa = select(Letter).where(Letter.kind == "timesheet", Letter.to == "rosa@harbor.example")
        return [letter.subject for letter in session.scalars(to_rosa.order_by(Letter.id))]

    handed_in_by(world.maya, AT)
    assert subjects() == ["1 shift waits for your approval."]
    handed_in_by(world.jonas, AT + timedelta(hours=11))
    assert len(told("timesheet")) == 4  # a line under the bell for each week, to both approvers
    assert len(subjects()) == 1
    session.execute(update(Letter).values(written_at=AT - timedelta(hours=2)))
    handed_in_by(world.devon, AT + timedelta(hours=11))
    assert subjects()[1:] == ["3 shifts wait for your approval."]


# The recount finds what contradicts it


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("ALTER TABLE punch DISABLE TRIGGER append_only", "sealed_hours"),
        ("UPDATE time_entry SET paid_minutes = paid_minutes + 1", "segment_minutes"),
        ("UPDATE time_entry SET state = 'pending'", "unapproved_segments"),
        ("UPDATE time_segment SET earn_code = 'overtime'", "overtime_after_regular"),
        ("UPDATE time_segment SET bill_cents = bill_cents + 1", "segment_entries"),
    ],
)
def test_a_planted_contradiction_is_found(world, harm, found):
    [line] = handed_in([worked_line(world, world.maya)], AT)
    approve_entries([line.id], world.rosa, AT)
    names = {verdict.invariant.name for verdict in recount() if not verdict.holds}
    assert names == set()
    session.execute(text("RESET ROLE"))
    session.execute(text("ALTER TABLE time_segment DISABLE TRIGGER append_only"))
    session.execute(text(harm))
    session.execute(text("ALTER TABLE time_segment ENABLE TRIGGER append_only"))
    assert found in {verdict.invariant.name for verdict in recount() if not verdict.holds}
    session.rollback()
