"""The invoice run: every approved minute is billed once, whoever presses the button how often."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from marketplace.billing.credit_notes import void
from marketplace.billing.invoicing import issue, last_sunday, preview
from marketplace.billing.models import Invoice, InvoiceLine
from marketplace.billing.queries import account_of
from marketplace.catalogue.lists import STANDARD_NET_DAYS
from marketplace.db import session
from marketplace.kernel import NotAllowedNow, PreviewChanged
from marketplace.ledger.queries import balance
from marketplace.ledger.rules import ar, unbilled
from tests.worked import MONDAY, approved, corrected
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("ledger_holds")
SUNDAY = date(2026, 11, 22)


def test_a_week_of_hours_becomes_one_invoice_for_each_facility(world):
    approved(world, world.maya, world.harbor)
    approved(world, world.jonas, world.harbor, MONDAY + timedelta(days=1), minutes=465)
    approved(world, world.aisha, world.riverside, line="medical-scribe")
    harbor, riverside = issue(SUNDAY, world.felix, NOW)
    assert [harbor.facility.name, riverside.facility.name] == ["Harbor Family Medicine", "Riverside Medical Center"]
    assert [harbor.number, riverside.number] == ["INV-2026-00001", "INV-2026-00002"]
    assert harbor.total_cents == 4 * 39_00 + 302_25
    assert [line.description for line in harbor.lines] == [
        "Prior-Authorization · Maya Torres · Mon Nov 16 · 4 h at $39.00",
        "Prior-Authorization · Jonas Lind · Tue Nov 17 · 7 h 45 min at $39.00",
    ]
    assert (harbor.issued_on, harbor.due_on) == (TODAY, TODAY + timedelta(days=30))
    assert riverside.due_on == TODAY + timedelta(days=15)
    assert balance(ar(harbor.facility_id)) == harbor.total_cents
    assert balance(unbilled(harbor.facility_id)) == 0


def test_running_it_again_issues_nothing_new(world):
    approved(world, world.maya, world.harbor)
    assert len(issue(SUNDAY, world.felix, NOW)) == 1
    assert issue(SUNDAY, world.felix, NOW) == []


def test_terms_and_purchase_order_are_those_of_the_contract(world):
    contract = world.contract(world.harbor)
    contract.net_days, contract.po_number = 7, "PO-4471"
    approved(world, world.maya, world.harbor)
    [invoice] = issue(SUNDAY, world.felix, NOW)
    assert (invoice.net_days, invoice.po_number, invoice.due_on) == (7, "PO-4471", TODAY + timedelta(days=7))


@pytest.mark.parametrize(("field", "days"), [("effective_until", -1), ("effective_from", 1)])
def test_terms_of_a_contract_that_does_not_hold_on_the_day_of_the_invoice_do_not_count(world, field, days):
    contract = world.contract(world.harbor)
    contract.net_days, contract.po_number = 7, "PO-4471"
    approved(world, world.maya, world.harbor)
    setattr(contract, field, TODAY + timedelta(days=days))
    [invoice] = issue(SUNDAY, world.felix, NOW)
    assert (invoice.net_days, invoice.po_number) == (STANDARD_NET_DAYS, "")
    assert invoice.due_on == TODAY + timedelta(days=STANDARD_NET_DAYS)


def test_hours_of_a_later_day_wait_for_the_next_run(world):
    approved(world, world.maya, world.harbor)
    approved(world, world.maya, world.harbor, TODAY)
    [first] = issue(SUNDAY, world.felix, NOW)
    assert len(first.lines) == 1
    [bill] = preview(TODAY).rows
    assert (bill.lines, bill.late_lines, bill.last_cents) == (1, 0, first.total_cents)


def test_time_approved_late_goes_on_the_next_invoice_and_is_marked(world):
    approved(world, world.maya, world.harbor)
    issue(SUNDAY, world.felix, NOW)
    approved(world, world.jonas, world.harbor, MONDAY + timedelta(days=2))
    [bill] = preview(SUNDAY).rows
    assert (bill.lines, bill.late_lines) == (1, 1)


def test_a_correction_comes_off_the_next_invoice(world):
    wrong = approved(world, world.maya, world.harbor)
    issue(SUNDAY, world.felix, NOW)
    corrected(wrong)
    approved(world, world.jonas, world.harbor, minutes=480)
    [invoice] = issue(SUNDAY, world.felix, NOW)
    assert invoice.total_cents == 8 * 39_00 - 4 * 39_00
    assert "Correction · Prior-Authorization · Maya Torres · Mon Nov 16 · -4 h at $39.00" in [
        line.description for line in invoice.lines
    ]


def test_corrections_alone_make_no_invoice_below_zero_but_wait(world):
    wrong = approved(world, world.maya, world.harbor)
    issue(SUNDAY, world.felix, NOW)
    corrected(wrong)
    assert [bill.ready for bill in preview(SUNDAY).rows] == [False]
    assert issue(SUNDAY, world.felix, NOW) == []


def test_what_was_not_shown_is_not_issued(world):
    approved(world, world.maya, world.harbor)
    seen = preview(SUNDAY).seen
    approved(world, world.jonas, world.harbor)
    with pytest.raises(PreviewChanged, match="Nothing was issued"):
        issue(SUNDAY, world.felix, NOW, seen=seen)
    assert session.scalar(select(func.count(Invoice.id))) == 0


def test_a_facility_can_be_left_for_later(world):
    approved(world, world.maya, world.harbor)
    approved(world, world.aisha, world.riverside, line="medical-scribe")
    seen = preview(SUNDAY).seen
    [invoice] = issue(SUNDAY, world.felix, NOW, only=[world.riverside.id], seen=seen)
    assert invoice.facility_id == world.riverside.id
    assert [bill.facility.name for bill in preview(SUNDAY).rows] == ["Harbor Family Medicine"]


def test_a_voided_invoice_gives_its_hours_back_and_keeps_its_number(world):
    approved(world, world.maya, world.harbor)
    [wrong] = issue(SUNDAY, world.felix, NOW)
    void(wrong, "Wrong purchase order", world.felix, NOW)
    assert account_of(wrong, NOW).standing == "void"
    assert balance(unbilled(world.harbor.id)) == wrong.total_cents
    [right] = issue(SUNDAY, world.felix, NOW)
    assert right.number == "INV-2026-00002"
    with pytest.raises(NotAllowedNow, match="An invoice that is voided cannot be voided"):
        void(wrong, "Again", world.felix, NOW)


@pytest.mark.parametrize(
    "change", ["total_cents = total_cents + 1, subtotal_cents = subtotal_cents + 1", "due_on = due_on + 9"]
)
def test_an_issued_invoice_never_changes(world, change):
    approved(world, world.maya, world.harbor)
    issue(SUNDAY, world.felix, NOW)
    session.commit()
    with pytest.raises(DBAPIError, match="never changes"):
        session.execute(text(f"UPDATE invoice SET {change}"))
    session.rollback()


def test_a_segment_cannot_stand_on_two_live_lines(world):
    segment = approved(world, world.maya, world.harbor)
    [invoice] = issue(SUNDAY, world.felix, NOW)
    session.add(
        InvoiceLine(
            invoice_id=invoice.id, facility_id=invoice.facility_id, time_segment_id=segment.id, position=2, description="twice",
            minutes=240, rate_cents=3900, amount_cents=0,
        )
    )  # fmt: skip
    with pytest.raises(DBAPIError, match="uq_invoice_line_segment"):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("today", "sunday"),
    [
        (date(2026, 11, 24), date(2026, 11, 22)),
        (date(2026, 11, 23), date(2026, 11, 22)),
        (date(2026, 11, 22), date(2026, 11, 15)),
        (date(2028, 3, 1), date(2028, 2, 27)),
    ],
)
def test_a_run_usually_goes_up_to_the_last_whole_week(today, sunday):
    assert last_sunday(today) == sunday
