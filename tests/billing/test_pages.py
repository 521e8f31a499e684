"""Invoices in the browser: finance bills a week in two clicks, the facility sees its own and nobody else's."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.billing.invoicing import issue
from marketplace.billing.models import Invoice, InvoiceLine, Payment, PaymentMethod
from marketplace.billing.payments_received import record_payment
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel.clock import frozen_at
from marketplace.timesheets.approvals import approve_entries, undo_approvals
from marketplace.timesheets.compensation import compensate
from tests.timesheets.hours import booked, handed_in, worked_line
from tests.worked import MONDAY, approved
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("ledger_holds")
SUNDAY = date(2026, 11, 22)


@pytest.fixture
def week(world):
    """Hours at both facilities, approved and not billed."""
    approved(world, world.maya, world.harbor)
    approved(world, world.jonas, world.harbor, MONDAY + timedelta(days=1), minutes=465)
    approved(world, world.aisha, world.riverside, line="medical-scribe")
    session.commit()


@pytest.fixture
def billed(world, week):
    invoices = issue(SUNDAY, world.felix, NOW)
    session.commit()
    return invoices


def count(what):
    bind_actor(SYSTEM)
    return session.scalar(select(func.count()).select_from(what))


def test_finance_bills_a_week_in_two_clicks(client, week):
    finance = client.sign_in("felix").get("/invoices")
    finance.follow("Invoice run").sees("Harbor Family Medicine", "$458.25", "Riverside Medical Center", "$128.00")
    finance.press("Issue 2 invoices").sees("2 invoices over $586.25 issued", "INV-2026-00001", "INV-2026-00002")
    finance.follow("Invoice run").sees("Everything approved up to this day has been invoiced")


def test_a_second_press_on_the_same_page_issues_nothing_more(client, visitors, week):
    first, second = visitors("felix").get("/invoices/run"), visitors("ada").get("/invoices/run")
    assert first.press("Issue 2 invoices").status == 200
    assert second.press("Issue 2 invoices").status == 409
    second.sees("Nothing was issued")
    assert count(Invoice) == 2


def test_what_was_approved_after_the_look_is_shown_before_it_is_issued(client, world, week):
    finance = client.sign_in("felix").get("/invoices/run")
    bind_actor(SYSTEM)
    approved(world, world.sofia, world.harbor, MONDAY + timedelta(days=2))
    session.commit()
    finance.press("Issue 2 invoices")
    assert finance.status == 409
    finance.sees("was 2 lines, $458.25", "$614.25")
    finance.press("Issue 2 invoices").sees("2 invoices over $742.25 issued")


def test_a_facility_that_is_not_ticked_waits(client, world, week):
    harbor = world.harbor.id
    finance = client.sign_in("felix").get("/invoices/run")
    finance.press("Issue 2 invoices", facility=[str(harbor)]).sees("1 invoice over $458.25 issued")
    finance.get("/invoices/run")
    assert finance.press("Issue 1 invoice", facility=[]).status == 422
    finance.sees("Nothing was ticked")


def test_the_run_takes_only_days_of_the_calendar(client, week):
    finance = client.sign_in("felix").get("/invoices/run?until=2026-02-30")
    assert finance.status == 200
    finance.press("Issue 2 invoices", until="soon")
    assert finance.status == 422
    assert count(Invoice) == 0


def test_the_facility_finds_its_invoice_with_lines_evidence_and_paper(client, billed):
    rosa = client.sign_in("rosa").get("/invoices")
    rosa.sees("INV-2026-00001", "$458.25", "Open")
    assert "INV-2026-00002" not in rosa.text
    rosa.follow("INV-2026-00001").sees(
        "Prior-Authorization · Maya Torres · Mon Nov 16", "4:00", "$39.00", "$156.00", "NET 30"
    )
    assert "Give credit" not in rosa.text
    page = rosa.path
    rosa.follow("Prior-Authorization · Maya Torres").sees("Clock in", "Clock out", "Rosa Chen", "CST")
    pdf = rosa.client.get(page + "/pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert rosa.client.get(page + "/pdf").get_etag() == pdf.get_etag()


def test_another_facilitys_papers_do_not_exist(client, world, billed):
    harbor = world.harbor.id
    lars = client.sign_in("lars")
    theirs, own = billed
    for path in ("", "/pdf", "/lines.csv", f"/lines/{theirs.lines[0].id}"):
        assert lars.get(f"/invoices/{theirs.id}{path}").status == 404
    assert lars.get(f"/invoices/{own.id}/lines/{theirs.lines[0].id}").status == 404
    assert lars.get(f"/invoices/statements/{harbor}").status == 404
    assert lars.get(f"/invoices/{own.id}").status == 200
    assert "INV-2026-00001" not in lars.get("/invoices?q=INV").text
    assert "INV-2026-00001" not in lars.client.get("/invoices/list.csv").text


@pytest.mark.parametrize("who", ["rosa", "sam"])
def test_only_finance_runs_voids_credits_and_records(client, world, billed, who):
    visitor = client.sign_in(who).get("/invoices")
    for path in ("run", f"{billed[0].id}/voiding", f"{billed[0].id}/credit", "payments/new"):
        assert visitor.get(f"/invoices/{path}").status == 403
        assert visitor.post(f"/invoices/{path}").status in (400, 403)
    assert "Invoice run" not in visitor.get("/invoices").page.all("main")[0].text


def test_coordinators_have_no_invoices(client, billed):
    assert client.sign_in("maya").get("/invoices").status == 403


def test_the_agency_learns_that_the_facility_has_looked(client, visitors, billed):
    path = f"/invoices/{billed[0].id}"
    assert "Viewed" not in visitors("felix").get(path).text
    visitors("rosa").get(path)
    assert "Viewed" in visitors("felix").get(path).text


def test_a_check_is_recorded_and_shown_to_both(client, visitors, billed):
    finance = client.sign_in("felix").get(f"/invoices/{billed[0].id}")
    finance.follow("Record a payment")
    finance.press("Record the payment", amount="458.25", reference="1007", method="check")
    finance.sees("Payment of $458.25", "INV-2026-00001")
    visitors("rosa").get(f"/invoices/{billed[0].id}").sees("Paid", "Check 1007")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"amount": "1e5"}, "Write the amount in dollars"),
        ({"amount": "-5"}, "Write the amount in dollars"),
        ({"amount": "0"}, "The amount must be from"),
        ({"reference": ""}, "Fill this in"),
        ({"reference": "a\x00b"}, "cannot be shown"),
        ({"received_on": "2026-11-25"}, "cannot be in the future"),
        ({"received_on": "2026-02-30"}, "not a date of the calendar"),
        ({"facility": "999999"}, "Choose one of the list"),
        ({"facility": "9" * 40}, "Choose one of the list"),
        ({"method": "credit_balance"}, "Choose one of the list"),
        ({"invoice": "x"}, "Choose one of the list"),
    ],
)
def test_a_payment_that_cannot_be_is_told_at_its_field(client, billed, fields, sentence):
    finance = client.sign_in("felix").get(f"/invoices/payments/new?invoice={billed[0].id}")
    finance.press("Record the payment", **{"amount": "10", "reference": "1", **fields})
    assert finance.status == 422
    finance.sees(sentence)
    assert count(Payment) == 0


def test_the_same_form_sent_twice_records_one_payment(client, billed):
    finance = client.sign_in("felix").get(f"/invoices/payments/new?invoice={billed[0].id}")
    form = finance.button("Record the payment").inside("form")
    data = {n.attributes["name"]: n.attributes.get("value", "") for n in form.all("input")}
    data |= {
        "facility": str(billed[0].facility_id),
        "invoice": "",
        "method": "check",
        "amount": "10",
        "reference": "77",
    }
    for _ in range(2):
        assert finance.client.post("/invoices/payments/new", data=data).status_code == 303
    assert count(Payment) == 1


def test_credit_is_given_for_a_line_and_its_paper_is_there(client, billed):
    finance = client.sign_in("felix").get(f"/invoices/{billed[0].id}").follow("Give credit")
    finance.press("Give credit", line=str(billed[0].lines[0].id), amount="5", reason="Not worked")
    assert finance.status == 422
    finance.press("Give credit", line=str(billed[0].lines[0].id), amount="", reason="Not worked")
    finance.sees("Credit note CN-2026-00001 over $156.00 given", "$302.25")
    link = next(a.attributes["href"] for a in finance.page.all("a") if a.text == "CN-2026-00001")
    assert finance.client.get(link).data.startswith(b"%PDF-")


def test_more_credit_than_the_invoice_is_refused(client, billed):
    finance = client.sign_in("felix").get(f"/invoices/{billed[0].id}/credit")
    finance.press("Give credit", amount="458.26", reason="Too much")
    assert finance.status == 422
    finance.sees("At most $458.25 of this invoice can still be credited")


def test_a_voided_invoice_says_why_and_its_hours_can_be_billed_again(client, billed):
    finance = client.sign_in("felix").get(f"/invoices/{billed[0].id}").follow("Void")
    finance.press("Void the invoice")
    assert finance.status == 422
    finance.press("Void the invoice", reason="Wrong bill-to")
    finance.sees("This invoice is void", "Wrong bill-to")
    finance.get("/invoices/run").sees("$458.25")


def test_a_patients_number_does_not_get_into_a_reason(client, billed):
    finance = client.sign_in("felix").get(f"/invoices/{billed[0].id}/voiding")
    finance.press("Void the invoice", reason="MRN 00123456 was on it, SSN 123-45-6789")
    assert finance.status == 422


def test_a_bounce_needs_a_recent_password_and_makes_the_invoice_open_again(client, world, billed):
    bind_actor(SYSTEM)
    payment = record_payment(world.harbor, 458_25, PaymentMethod.CHECK, TODAY, "1007", world.felix, NOW)
    session.commit()
    finance = client.sign_in("felix").get(f"/invoices/payments/{payment.id}").follow("It bounced")
    finance.press("Record that it bounced", reason="Insufficient funds").sees("This payment did not clear")
    finance.get(f"/invoices/{billed[0].id}").sees("Open", "bounced")


def test_the_statement_shows_what_was_open_on_any_past_day(client, billed):
    rosa = client.sign_in("rosa").get("/invoices").follow("Statement of account")
    rosa.sees("INV-2026-00001", "Not due yet", "$458.25")
    rosa.get(rosa.path + "?on=2026-11-01").sees("Nothing was open on this day")
    assert rosa.get(rosa.path.split("?")[0] + "?on=2030-01-01").status == 404
    assert "INV-2026-00001,2026-11-24" in rosa.client.get(rosa.path.split("?")[0] + "/list.csv").text


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "-2+3", "\t=1"])
def test_no_cell_of_a_list_becomes_a_formula(client, world, billed, name):
    bind_actor(SYSTEM)
    world.harbor.name = name
    session.commit()
    text = client.sign_in("felix").client.get("/invoices/list.csv").text
    assert f"'{name.strip()}" in text or f"'{name}" in text


@pytest.mark.parametrize(
    "path",
    ["/invoices?show=open&q=%25&page=99", "/invoices?show=nonsense&facility=x&page=-1", "/invoices?q=" + "x" * 500],
)
def test_a_list_is_shown_whatever_stands_in_its_address(client, billed, path):
    assert client.sign_in("felix").get(path).status == 200


def test_filters_leave_what_they_say(client, world, billed):
    felix = client.sign_in("felix")
    assert "INV-2026-00001" in felix.get("/invoices?q=harbor").text
    assert "INV-2026-00002" not in felix.get("/invoices?q=harbor").text
    assert "INV-2026-00001" not in felix.get("/invoices?show=overdue").text
    assert "INV-2026-00001" in felix.get("/invoices?show=open").text
    assert "INV-2026-00001" not in felix.get("/invoices?show=paid").text


def test_no_page_of_invoices_asks_the_database_more_than_fifteen_times(client, world, billed, statements):
    bind_actor(SYSTEM)
    payment = record_payment(world.harbor, 100_00, PaymentMethod.CHECK, TODAY, "1007", world.felix, NOW)
    session.commit()
    one = billed[0]
    for who, paths in {
        "felix": ["", "/run", f"/{one.id}", f"/{one.id}/lines/{one.lines[0].id}", f"/{one.id}/credit", f"/{one.id}/voiding",
                  "/payments", "/payments/new", f"/payments/{payment.id}", "/statements", f"/statements/{one.facility_id}"],
        "rosa": ["", f"/{one.id}", f"/{one.id}/lines/{one.lines[0].id}", f"/statements/{one.facility_id}"],
    }.items():  # fmt: skip
        client.sign_in(who)
        for path in paths:
            statements.clear()
            assert client.get(f"/invoices{path}").status == 200
            assert len(statements) <= 15, (path, len(statements), statements)
            assert len(client.page.all("h1")) == 1


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "America/New_York"])
def test_late_in_the_evening_the_day_that_is_offered_for_a_payment_is_one_that_is_taken(client, world, billed, zone):
    bind_actor(SYSTEM)
    harbor = world.harbor
    harbor.time_zone, key = zone, str(harbor.id)
    session.commit()
    with frozen_at(NOW.replace(day=25, hour=6, minute=30)):  # half past midnight in Chicago, in Hawaii still Tuesday
        finance = client.sign_in("felix").get("/invoices/payments/new")
        finance.press("Record", facility=key, amount="458.25", reference="4711")
    assert count(Payment) == 1
    with frozen_at(NOW.replace(day=26, hour=2)):  # in London Thursday, at the agency Wednesday evening
        finance = client.sign_in("felix").get("/invoices/payments/new")
        finance.press("Record", facility=key, amount="10.00", reference="4712")
    assert count(Payment) == 2
    bind_actor(SYSTEM)
    assert {payment.received_on for payment in session.scalars(select(Payment))} == {date(2026, 11, 25)}


def evidence_of(visitor, invoice):
    """The evidence page of the first line of an invoice, as somebody at the facility follows it."""
    return visitor.get(f"/invoices/{invoice.id}/lines/{invoice.lines[0].id}")


def test_compensation_for_a_cancelled_shift_has_its_evidence(client, world):
    compensate(booked(world, world.maya, MONDAY), 120, NOW)
    [invoice] = issue(SUNDAY, world.felix, NOW)
    session.commit()
    page = evidence_of(client.sign_in("rosa"), invoice)
    assert page.status == 200
    page.sees("Compensation for a canceled shift", "2 h", "No clock was pressed for this line")


def test_the_evidence_names_who_approved_that_line_and_not_who_decided_the_week_last(client, world):
    first, last = handed_in([worked_line(world, world.maya, MONDAY + timedelta(days=n)) for n in range(2)], NOW)
    approve_entries([first.id], world.nadia, NOW)
    approve_entries([last.id], world.rosa, NOW + timedelta(hours=1))
    [invoice] = issue(SUNDAY, world.felix, NOW + timedelta(hours=2))
    lines = {line.segment.time_entry_id: line.id for line in with_segments(invoice)}
    session.commit()
    rosa = client.sign_in("rosa")
    for line, approver in ((first, "Nadia Haddad"), (last, "Rosa Chen")):
        rosa.get(f"/invoices/{invoice.id}/lines/{lines[line.id]}").sees(f"By {approver}")


def test_an_approval_that_was_taken_back_is_not_said_to_be_of_who_approved_later(client, world):
    [line] = handed_in([worked_line(world, world.maya)], NOW)
    approve_entries([line.id], world.nadia, NOW)
    undo_approvals([line.id], world.nadia, NOW + timedelta(minutes=1))
    approve_entries([line.id], world.rosa, NOW + timedelta(minutes=2))
    [invoice] = issue(SUNDAY, world.felix, NOW + timedelta(hours=2))
    by_segment = sorted(with_segments(invoice), key=lambda each: each.time_segment_id)
    session.commit()
    rosa = client.sign_in("rosa")
    pages = [rosa.get(f"/invoices/{invoice.id}/lines/{each.id}").text for each in by_segment]
    assert ["By Rosa Chen" in page for page in pages] == [False, False, True]
    assert ["Undone" in page for page in pages] == [False, True, False]


def test_an_approval_and_its_undoing_each_name_who_did_them(client, world):
    [line] = handed_in([worked_line(world, world.maya)], NOW)
    approve_entries([line.id], None, NOW)
    undo_approvals([line.id], world.nadia, NOW + timedelta(minutes=1))
    approve_entries([line.id], world.rosa, NOW + timedelta(minutes=2))
    [invoice] = issue(SUNDAY, world.felix, NOW + timedelta(hours=2))
    by_segment = sorted(with_segments(invoice), key=lambda each: each.time_segment_id)
    session.commit()
    rosa = client.sign_in("rosa")
    for each, who in zip(by_segment, ("By itself", "By Nadia Haddad", "By Rosa Chen"), strict=True):
        rosa.get(f"/invoices/{invoice.id}/lines/{each.id}").sees(who)


def test_a_segment_from_before_it_kept_its_approver_is_answered_from_its_entry(client, world):
    approved(world, world.maya, world.harbor)
    [invoice] = issue(SUNDAY, world.felix, NOW)
    [line] = with_segments(invoice)
    session.commit()
    client.sign_in("rosa").get(f"/invoices/{invoice.id}/lines/{line.id}").sees("By Rosa Chen")


def test_hours_that_approved_themselves_say_so(client, world):
    [line] = handed_in([worked_line(world, world.maya)], NOW)
    approve_entries([line.id], None, NOW)
    [invoice] = issue(SUNDAY, world.felix, NOW)
    session.commit()
    evidence_of(client.sign_in("rosa"), invoice).sees("By itself: nobody objected in time")


def with_segments(invoice):
    return session.scalars(
        select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).options(joinedload(InvoiceLine.segment))
    ).all()
