"""The agency's inbox: each kind appears when it should and not before, to whom it concerns, and leads to its act."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, text, update

from marketplace.accounts.permissions import Role
from marketplace.assignments.rules import AssignmentState
from marketplace.audit.models import AuditEntry
from marketplace.billing.invoicing import issue
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import CoordinatorState
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.home.badge_counts import badge_counts
from marketplace.inbox.items import SOURCES, InboxKind, counted, kinds_of, listed
from marketplace.kernel import clock
from marketplace.ledger.models import LedgerPosting
from marketplace.ledger.tasks import check as check_books
from marketplace.needs.rules import NeedState
from marketplace.onboarding.steps.agency import steps_of_agency
from marketplace.onboarding.steps.checklist import left
from marketplace.reports.agency_kpis import agency_money
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.rules import EntryState
from tests.timesheets.hours import booked, handed_in, worked_line
from tests.worked import approved
from tests.world import NOW, TODAY

LAST_MONDAY = date(2026, 11, 16)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def keys(world, kind, at=NOW):
    """What the agency's owner finds of one kind."""
    return [entry.key for entry in listed(world.ada, at, kind, 100, 1)]


def credential(world, who, **more):
    made = Credential(
        coordinator_id=who.id, type=more.pop("type", "hipaa"), number="", state=more.pop("state", CredentialState.SUBMITTED),
        issued_on=date(2026, 1, 5), submitted_at=NOW - DAY, **more,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def job(name="messaging.send", status="failed"):
    """A job that failed after five tries."""
    return session.scalar(
        text(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts)"
            " VALUES ('mail', :name, :status, 5) RETURNING id"
        ),
        {"name": name, "status": status},
    )


@pytest.fixture
def queue(world):
    """The queue's own table is the worker's; the test writes into it as the owner of the database."""
    session.execute(text("RESET ROLE"))
    return world


# ---- each kind --------------------------------------------------------------------------------------------------


def test_in_the_world_of_the_cast_nothing_needs_anybody(world):
    assert counted(world.ada, NOW) == {}


def test_a_credential_waits_from_its_upload_until_somebody_decides(world):
    made = credential(world, world.maya, type="CMAA", expires_on=date(2028, 1, 1))
    assert keys(world, InboxKind.CREDENTIAL) == [made.id]
    made.verify(world.chidi, NOW)
    session.flush()
    assert keys(world, InboxKind.CREDENTIAL) == []


def test_a_credential_is_ending_thirty_days_before_its_last_day_unless_renewed(world):
    ends = date(2026, 12, 24)
    made = credential(world, world.maya, type="CMAA", state=CredentialState.VERIFIED, expires_on=ends)
    assert keys(world, InboxKind.EXPIRING, NOW - DAY) == []
    assert keys(world, InboxKind.EXPIRING) == [made.id]
    assert keys(world, InboxKind.EXPIRING, NOW + 40 * DAY) == [made.id], "over, and nothing in its place"
    assert keys(world, InboxKind.EXPIRING, NOW + 70 * DAY) == [], "nobody has cared for a month"
    credential(world, world.maya, type="CMAA", state=CredentialState.VERIFIED, expires_on=date(2027, 12, 24))
    assert keys(world, InboxKind.EXPIRING) == []


def test_papers_of_somebody_who_does_not_work_now_are_nobodys_hurry(world):
    credential(world, world.maya, type="CMAA", state=CredentialState.VERIFIED, expires_on=date(2026, 12, 1))
    world.maya.state = CoordinatorState.PAUSED
    session.flush()
    assert keys(world, InboxKind.EXPIRING) == []


def test_an_open_shift_appears_48_hours_before_its_start_while_a_seat_is_free(world):
    shift = world.shift(day=date(2026, 11, 26), headcount=2)
    assert keys(world, InboxKind.UNFILLED, shift.starts_at - 48 * HOUR - timedelta(seconds=1)) == []
    assert keys(world, InboxKind.UNFILLED, shift.starts_at - 48 * HOUR) == [shift.id]
    assert keys(world, InboxKind.UNFILLED, shift.starts_at) == []
    booked(world, world.maya, shift=shift)
    [entry] = listed(world.ada, shift.starts_at - HOUR, InboxKind.UNFILLED, 10, 1)
    assert (entry.number, entry.place) == (1, "Harbor Family Medicine")
    booked(world, world.jonas, shift=shift, seat=2)
    assert keys(world, InboxKind.UNFILLED, shift.starts_at - HOUR) == []


def test_a_need_on_hold_asks_for_nobody(world):
    world.shift(day=date(2026, 11, 25), state=NeedState.ON_HOLD)
    assert keys(world, InboxKind.UNFILLED) == []


def test_a_no_show_waits_until_the_agency_decides(world):
    held = booked(world, world.maya, date(2026, 11, 23))
    held.state = AssignmentState.NO_SHOW
    session.flush()
    assert keys(world, InboxKind.NO_SHOW) == [held.id]
    held.state = AssignmentState.EXCUSED
    session.flush()
    assert keys(world, InboxKind.NO_SHOW) == []


def test_a_week_is_late_a_day_after_its_end_on_the_facilitys_wall(world):
    line = worked_line(world, world.maya, LAST_MONDAY)
    end = NOW.replace(day=23, hour=6)  # Monday midnight in Chicago
    assert keys(world, InboxKind.UNSENT, end + 24 * HOUR) == []
    assert keys(world, InboxKind.UNSENT, end + 24 * HOUR + timedelta(seconds=1)) == [line.timesheet_id]
    handed_in([line], NOW)
    assert keys(world, InboxKind.UNSENT) == []


def test_hours_are_late_past_half_of_the_window_one_entry_a_facility(world):
    lines = [worked_line(world, who, LAST_MONDAY) for who in (world.maya, world.jonas)]
    handed_in(lines, NOW - 36 * HOUR)
    other = worked_line(world, world.aisha, LAST_MONDAY, facility="riverside", line="medical-scribe")
    handed_in([other], NOW - 35 * HOUR)
    [entry] = listed(world.ada, NOW, InboxKind.UNAPPROVED, 10, 1)
    assert (entry.key, entry.number, entry.since) == (world.harbor.id, 2, NOW - 36 * HOUR)


def test_a_disputed_line_stays_until_it_is_settled(world):
    [line] = handed_in([worked_line(world, world.maya, LAST_MONDAY)], NOW)
    session.execute(
        update(TimeEntry).where(TimeEntry.id == line.id).values(state=EntryState.DISPUTED, dispute_reason="?")
    )
    assert keys(world, InboxKind.DISPUTE) == [line.id]
    session.execute(update(TimeEntry).where(TimeEntry.id == line.id).values(state=EntryState.APPROVED))
    assert keys(world, InboxKind.DISPUTE) == []


def test_an_invoice_is_overdue_the_day_after_its_due_day(world):
    approved(world, world.maya, world.harbor, LAST_MONDAY)
    [invoice] = issue(date(2026, 11, 22), world.felix, NOW)
    due = timedelta(days=(invoice.due_on - TODAY).days)
    assert keys(world, InboxKind.OVERDUE, NOW + due) == []
    [entry] = listed(world.ada, NOW + due + DAY, InboxKind.OVERDUE, 10, 1)
    assert (entry.key, entry.what, entry.number) == (invoice.id, invoice.number, 15_600)


def test_a_signed_contract_waits_and_an_active_one_is_ending_thirty_days_before(world):
    signed = Agreement(
        kind=AgreementKind.BAA, coordinator_id=world.maya.id, state=AgreementState.SIGNED, effective_from=TODAY,
        body="…", sent_at=NOW, signed_at=NOW - DAY,
    )  # fmt: skip
    session.add(signed)
    contract = world.contract(world.harbor)
    contract.effective_until = date(2026, 12, 24)
    session.flush()
    assert keys(world, InboxKind.ACTIVATE) == [signed.id]
    assert keys(world, InboxKind.ENDING, NOW - DAY) == []
    assert keys(world, InboxKind.ENDING) == [contract.id]
    session.add(
        Agreement(
            kind=AgreementKind.MASTER, facility_id=world.harbor.id, state=AgreementState.SIGNED, body="…", sent_at=NOW,
            signed_at=NOW, effective_from=date(2026, 12, 25), supersedes_id=contract.id,
        )
    )  # fmt: skip
    session.flush()
    assert keys(world, InboxKind.ENDING) == [], "the next one is signed already"


def test_a_failed_job_shows_and_one_that_waits_does_not(queue):
    failed, _waiting = job(), job(status="todo")
    bind_actor(SYSTEM)
    assert keys(queue, InboxKind.JOB) == [failed]


def test_books_that_do_not_hold_show_until_a_later_recount_finds_them_in_order(world):
    assert check_books() == 0
    assert keys(world, InboxKind.BOOKS) == []
    approved(world, world.maya, world.harbor, LAST_MONDAY)
    posting = session.scalars(select(LedgerPosting)).first()
    session.add(LedgerPosting(transaction_id=posting.transaction_id, debit="suspense", credit="bank", amount_cents=7))
    session.flush()
    assert check_books() == 1
    [entry] = listed(world.ada, NOW, InboxKind.BOOKS, 10, 1)
    assert entry.number == 1
    session.add(LedgerPosting(transaction_id=posting.transaction_id, debit="bank", credit="suspense", amount_cents=7))
    session.flush()
    assert check_books() == 0
    assert keys(world, InboxKind.BOOKS) == []


# ---- the list ---------------------------------------------------------------------------------------------------


@pytest.fixture
def busy(world):
    """One of several kinds."""
    booked(world, world.maya, date(2026, 11, 23)).state = AssignmentState.NO_SHOW
    world.shift(day=date(2026, 11, 25))
    world.shift(day=date(2026, 11, 25), start=time(8))
    credential(world, world.maya, type="CMAA", expires_on=date(2028, 1, 1))
    approved(world, world.jonas, world.harbor, LAST_MONDAY)
    session.commit()
    return world


def test_every_kind_has_a_source_and_the_most_pressing_stands_first(busy):
    assert set(SOURCES) == set(InboxKind)
    assert list(counted(busy.ada, NOW).items()) == [
        (InboxKind.NO_SHOW, 1),
        (InboxKind.UNFILLED, 2),
        (InboxKind.CREDENTIAL, 1),
    ]
    found = listed(busy.ada, NOW, None, 10, 1)
    assert [entry.kind for entry in found] == [
        InboxKind.NO_SHOW,
        InboxKind.UNFILLED,
        InboxKind.UNFILLED,
        InboxKind.CREDENTIAL,
    ]
    assert found[1].since < found[2].since
    assert [entry.key for entry in listed(busy.ada, NOW, None, 2, 2)] == [entry.key for entry in found[2:]]


def test_the_books_are_only_for_those_who_may_open_them(world):
    sam = world.sam
    assert sam.role is Role.AGENCY_SCHEDULER
    assert InboxKind.BOOKS not in kinds_of(sam)
    assert InboxKind.BOOKS in kinds_of(world.felix)


def test_the_figure_beside_the_inbox_is_the_length_of_the_list(busy):
    assert badge_counts(busy.ada, NOW).counts == {"inbox": 4, "credentials": 1}
    assert badge_counts(busy.sam, NOW).counts == {"inbox": 4}


def test_ada_sees_the_list_narrows_it_and_follows_it(busy, visitors, statements):
    ada = visitors("ada")
    statements.clear()
    ada.get("/overview")
    assert ada.status == 200
    asked = [each for each in statements if not each.startswith("SET CONSTRAINTS")]
    assert len(asked) <= 15, len(asked)
    assert ada.heading == "Inbox"
    ada.sees(
        "4 things need somebody", "Maya Torres did not come", "Prior-Authorization is open", "Credentials to check 1"
    )
    ada.sees("Not invoiced yet $156", "To pay coordinators", "Fill rate this week 0%")
    narrowed = ada.follow("Unfilled, 48 h")
    assert "did not come" not in narrowed.text
    assert narrowed.follow("Refill").status == 200
    assert ada.get("/overview?kind=rubbish&page=99999999999").status == 200
    ada.get("/overview?kind=job").sees("Nothing of this kind any more.")


def test_an_empty_inbox_says_so(world, visitors):
    world.need(day=LAST_MONDAY, state=NeedState.CLOSED)
    ada = visitors("ada").get("/overview")
    ada.sees("Getting started", "Fill the first shift")
    visitors("chidi").get("/overview").sees("Nothing needs anybody", "Everything is in order")


AGREEMENTS = ["A contract with a rate card", "A BAA with the facility", "A BAA with the coordinator"]
NOT_YET = [
    "Post the first need, or let the facility do it", "Fill the first shift", "The first hours are approved",
    "Issue the first invoice", "Record its payment", "Pay your coordinators",
]  # fmt: skip


def test_a_new_agency_is_told_what_comes_first_until_all_of_it_is_done(world, visitors):
    assert [str(step.title) for step in left(steps_of_agency(NOW))] == NOT_YET
    ada = visitors("ada").get("/overview")
    ada.sees("Getting started", "Post the first need, or let the facility do it")
    assert ada.follow("Post a need : Post the first need, or let the facility do it").path.startswith(
        "/needs/new?facility="
    )
    assert "Getting started" not in visitors("chidi").get("/overview").text
    bind_actor(SYSTEM)
    session.execute(update(Agreement).values(state=AgreementState.DRAFT))
    assert [str(step.title) for step in left(steps_of_agency(NOW))] == [*AGREEMENTS, *NOT_YET]


def test_a_failed_job_is_done_again_with_one_click_and_only_once(queue, visitors):
    failed = job()
    bind_actor(SYSTEM)
    session.commit()
    ada = visitors("ada").get("/overview")
    ada.sees("Something in the background failed", "messaging.send, tried 5 times")
    ada.press("Try again").sees("It is done again within the next minute.")
    assert "Something in the background failed" not in ada.text
    bind_actor(SYSTEM)
    assert session.scalar(text("SELECT status FROM procrastinate_jobs WHERE id = :id"), {"id": failed}) == "todo"
    assert session.scalar(select(AuditEntry.sentence).where(AuditEntry.act == "repeat_job")).startswith(
        "Had the failed job"
    )
    again = ada.post(f"/overview/jobs/{failed}/repetition")
    assert again.status == 409
    assert ada.post("/overview/jobs/99999999/repetition").status == 409
    assert visitors("rosa").get("/overview").post(f"/overview/jobs/{failed}/repetition").status == 403


def test_no_facility_reads_or_repeats_jobs_even_past_the_pages(queue):
    failed = job()
    bind_actor(queue.rosa.actor)
    for statement in ("SELECT * FROM failed_job", f"SELECT retry_failed_job({failed})"):
        with pytest.raises(Exception, match="permission denied"), session.begin_nested():
            session.execute(text(statement))


def test_the_books_are_recounted_from_their_page(world, visitors):
    visitors("felix").get("/ledger").press("Recount and note it").sees("Recounted: the books hold.")
    assert visitors("sam").get("/ledger").status == 403


# ---- figures ----------------------------------------------------------------------------------------------------


def test_money_not_invoiced_overdue_and_payable(world):
    approved(world, world.maya, world.harbor, LAST_MONDAY)
    worked_line(world, world.jonas, date(2026, 11, 23), end=time(13))
    before = agency_money(TODAY, NOW)
    assert (before.worked_minutes, before.unbilled_cents, before.payable_cents) == (240, 15_600, 11_600)
    issue(date(2026, 11, 22), world.felix, NOW)
    later = NOW + 70 * DAY
    after = agency_money(TODAY, later)
    assert (after.unbilled_cents, after.overdue_cents, after.overdue_invoices) == (0, 15_600, 1)
    with clock.frozen_at(later):
        assert agency_money(TODAY, later).payable_cents == 11_600
