"""Money in the reader's language: pages in that of whoever reads, documents in that of the recipient at issue."""

import json
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import selectinload

from marketplace.billing.credit_notes import give_credit, void
from marketplace.billing.documents import credit_note_data, invoice_data
from marketplace.billing.invoicing import issue
from marketplace.billing.models import Invoice, PaymentMethod
from marketplace.billing.payments_received import bounce, record_payment, use_credit
from marketplace.db import as_system, session
from marketplace.documents.typesetting import typeset
from marketplace.ledger.models import LedgerTransaction
from marketplace.messaging.models import Letter
from marketplace.timesheets.compensation import compensate
from tests.timesheets.hours import booked
from tests.worked import approved, corrected
from tests.world import NOW, TODAY

SUNDAY = date(2026, 11, 22)


@pytest.fixture
def spanish_rosa(world):
    """Rosa reads Spanish, and invoices of Harbor are sent to that address."""
    world.rosa.locale = "es"
    world.harbor.contact_email = world.rosa.email
    return world.rosa


@pytest.fixture
def invoice(world):
    segment = approved(world, world.maya, world.harbor)
    approved(world, world.jonas, world.harbor, date(2026, 11, 17))
    corrected(segment)
    compensate(booked(world, world.maya, date(2026, 11, 18)), 120, NOW)
    [made] = issue(SUNDAY, world.felix, NOW)
    return made


def event(key):
    return session.scalars(select(LedgerTransaction).where(LedgerTransaction.key == key)).one()


def test_a_spanish_reader_of_the_facility_reads_the_lines_in_spanish(client, spanish_rosa, invoice):
    session.commit()
    page = client.sign_in("rosa").get(f"/invoices/{invoice.id}")
    page.sees("Autorización previa · Jonas Lind · mar 17 nov", "Turno cancelado · ", "Corrección · ")
    for english in ("Prior-Authorization", "Correction", "Canceled shift", "Nov 17"):
        assert english not in page.text


def test_the_same_lines_read_english_for_the_agency(client, spanish_rosa, invoice):
    session.commit()
    page = client.sign_in("felix").get(f"/invoices/{invoice.id}")
    page.sees("Prior-Authorization · Jonas Lind · Tue Nov 17", "Canceled shift · ", "Correction · ")


def test_an_invoice_is_a_document_in_the_language_of_its_recipient(spanish_rosa, invoice):
    told = json.dumps(invoice_data(invoice), ensure_ascii=False)
    for spanish in (
        "Factura",
        "Cómo pagar",
        "Destinatario",
        "24 de noviembre de 2026",
        "Autorización previa · Jonas Lind",
    ):
        assert spanish in told
    for english in ("Invoice", "Pay by check", "November", '"Due"', '"Work"', "Total due", "Prior-Authorization"):
        assert english not in told
    assert any(line.description.endswith(" · 4 h a $39.00") for line in invoice.lines)
    assert typeset("invoice", invoice_data(invoice), NOW).startswith(b"%PDF-")
    assert session.scalars(select(Letter.subject)).one() == f"Factura {invoice.number}"


def test_an_issued_invoice_keeps_its_language_whatever_its_recipient_chooses_later(world, spanish_rosa, invoice):
    before = invoice_data(invoice)
    spanish_rosa.locale = "en"
    session.flush()
    assert invoice_data(invoice) == before
    note = give_credit(invoice, "Goodwill", world.felix, NOW, amount=100)
    assert credit_note_data(note)["title"] == "Nota de crédito"
    session.commit()
    for change in ("UPDATE invoice SET locale = 'en'", "UPDATE invoice_line SET phrase = NULL"):
        with pytest.raises(DBAPIError, match="never changes"):
            session.execute(text(change))
        session.rollback()


def test_an_english_recipient_gets_an_english_document_whoever_issues_it(client, world):
    world.felix.locale = "es"
    approved(world, world.maya, world.harbor)
    session.commit()
    felix = client.sign_in("felix")
    felix.get(f"/invoices/run?until={SUNDAY}").press("Emitir 1 factura")
    with as_system():
        made = session.scalars(select(Invoice).options(selectinload(Invoice.lines))).one()
        assert made.lines[0].description == "Prior-Authorization · Maya Torres · Mon Nov 16 · 4 h at $39.00"
        assert event(f"inv:{made.id}").memo == "Invoice INV-2026-00001 to Harbor Family Medicine"
        page = f"/invoices/{made.id}"
    felix.get(page).sees("Autorización previa · Maya Torres · lun 16 nov")


def test_the_books_say_in_spanish_what_happened(client, world, invoice):
    world.felix.locale = "es"
    payment = record_payment(world.harbor, 500_00, PaymentMethod.CHECK, TODAY, "4471", world.felix, NOW)
    told = {
        f"inv:{invoice.id}": f"Factura {invoice.number} a Harbor Family Medicine",
        f"pay:{payment.id}": "Cheque 4471 de Harbor Family Medicine",
        f"seg:{invoice.lines[1].time_segment_id}": "trabajadas el 16 nov 2026",
    }
    pages = {f"/ledger/transactions/{event(key).id}": spanish for key, spanish in told.items()}
    session.commit()
    felix = client.sign_in("felix")
    for page, spanish in pages.items():
        felix.get(page).sees(spanish)


def test_an_event_from_before_phrases_were_kept_is_shown_as_it_was_written(client, world):
    world.felix.locale = "es"
    session.add(LedgerTransaction(key="pay:9", memo="Check 12 from Harbor", happened_at=NOW))
    session.flush()
    page = f"/ledger/transactions/{event('pay:9').id}"
    session.commit()
    client.sign_in("felix").get(page).sees("Check 12 from Harbor")


def test_why_used_credit_is_owed_again_reads_spanish(client, world, invoice):
    world.felix.locale = "es"
    paid = record_payment(world.harbor, invoice.total_cents + 100_00, PaymentMethod.CHECK, TODAY, "1", world.felix, NOW)
    approved(world, world.jonas, world.harbor, date(2026, 11, 19))
    [second] = issue(SUNDAY, world.felix, NOW)
    used = use_credit(second, world.felix, NOW)
    bounce(paid, "No funds", world.felix, NOW)
    assert used.bounce_reason == "The payment that had brought the credit bounced: No funds"
    assert paid.bounce_reason == "No funds"
    session.commit()
    felix = client.sign_in("felix")
    felix.get(f"/invoices/payments/{used.id}").sees("El pago que había traído el saldo fue devuelto: No funds")
    felix.get(f"/invoices/payments/{paid.id}").sees("No funds")


def test_a_voided_invoice_says_so_in_the_books(client, world, invoice):
    world.felix.locale = "es"
    void(invoice, "Billed twice.", world.felix, NOW)
    voided = event(f"void:{invoice.id}")
    assert voided.memo == f"Invoice {invoice.number} voided: Billed twice."
    session.commit()
    client.sign_in("felix").get(f"/ledger/transactions/{voided.id}").sees(
        f"Factura {invoice.number} anulada: Billed twice."
    )
