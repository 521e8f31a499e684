"""A void document says so on every page, and nobody is asked to pay it."""

from datetime import date

import pytest

from marketplace.billing.credit_notes import void
from marketplace.billing.documents import invoice_data, paper_of_invoice
from marketplace.billing.invoicing import issue
from marketplace.documents.typesetting import picture
from marketplace.payouts.documents import paper_of_payout, statement_data
from marketplace.payouts.pay_run import approve
from marketplace.payouts.sending import release
from tests.worked import approved
from tests.world import NOW

SUNDAY = date(2026, 11, 22)


@pytest.fixture
def invoice(world):
    approved(world, world.maya, world.harbor)
    [made] = issue(SUNDAY, world.felix, NOW)
    return made


def test_an_invoice_kept_before_it_was_voided_is_handed_out_with_void_on_it(world, invoice):
    first = paper_of_invoice(invoice.id)
    assert invoice_data(invoice)["void"] is None
    void(invoice, "Billed twice.", world.felix, NOW)
    second = paper_of_invoice(invoice.id)
    assert (first.kind, second.kind) == ("invoice", "void_invoice")
    assert first.sha256 != second.sha256
    data = invoice_data(invoice)
    assert data["void"] == {
        "word": "VOID",
        "said": "Voided on November 24, 2026. Nothing is owed on this invoice.",
        "reason": "Billed twice.",
    }
    assert data["total_label"] == "Total of the void invoice"


def test_void_stands_across_every_page(world, invoice):
    void(invoice, "Billed twice.", world.felix, NOW)
    data = invoice_data(invoice)
    long = {**data, "lines": data["lines"] * 60}
    other_word = {**long, "void": {**data["void"], "word": "V"}}
    pages = zip(picture("invoice", long, NOW), picture("invoice", other_word, NOW), strict=True)
    assert all(marked != otherwise for marked, otherwise in pages)


def test_a_void_invoice_says_so_in_the_language_it_was_issued_in(world):
    world.rosa.locale = "es"
    approved(world, world.maya, world.harbor)
    [made] = issue(SUNDAY, world.felix, NOW)
    void(made, "Billed twice.", world.felix, NOW)
    assert invoice_data(made)["void"]["word"] == "ANULADA"


def test_the_statement_of_a_payout_that_came_to_nothing_is_void(world):
    approved(world, world.maya, world.harbor)
    run = approve(SUNDAY, world.felix, NOW)
    payout = run.payouts[0]
    first = paper_of_payout(payout.id)
    assert statement_data(payout)["void"] is None
    release(payout, "The account was closed.", world.felix, NOW)
    second = paper_of_payout(payout.id)
    assert (first.kind, second.kind) == ("pay_statement", "void_pay_statement")
    assert statement_data(payout)["void"]["reason"] == "The account was closed."
