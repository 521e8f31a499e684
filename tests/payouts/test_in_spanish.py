"""Pay in Spanish: the coordinator's statement is a document in their own language, and their pages are too."""

import json
from datetime import date

from sqlalchemy import select

from marketplace.db import session
from marketplace.documents.typesetting import typeset
from marketplace.ledger.models import LedgerTransaction
from marketplace.payouts.documents import statement_data
from marketplace.payouts.pay_run import approve
from tests.worked import approved
from tests.world import NOW

SUNDAY = date(2026, 11, 22)


def paid(world):
    approved(world, world.maya, world.harbor)
    return approve(SUNDAY, world.felix, NOW).payouts[0]


def test_a_pay_statement_is_a_document_in_the_language_of_the_coordinator(world):
    world.maya.person.locale = "es"
    payout = paid(world)
    assert payout.items[0].description == "Autorización previa · Harbor Family Medicine · lun 16 nov · 4 h a $29.00"
    data = statement_data(payout)
    told = json.dumps(data, ensure_ascii=False)
    for spanish in ("Comprobante de pago", "Pago neto", "22 de noviembre de 2026", "contratista independiente"):
        assert spanish in told
    for english in ("Pay statement", "Net pay", "November", "Hours", "Prior-Authorization", "Approved"):
        assert english not in told
    assert typeset("pay_statement", data, NOW).startswith(b"%PDF-")
    world.maya.person.locale = "en"
    session.flush()
    assert statement_data(payout) == data


def test_an_english_coordinator_gets_an_english_statement(world):
    world.felix.locale = "es"
    payout = paid(world)
    assert payout.items[0].description == "Prior-Authorization · Harbor Family Medicine · Mon Nov 16 · 4 h at $29.00"
    assert statement_data(payout)["title"] == "Pay statement"


def test_the_books_say_in_spanish_what_was_set_aside(client, world):
    world.felix.locale = "es"
    payout = paid(world)
    event = session.scalars(select(LedgerTransaction).order_by(LedgerTransaction.id.desc())).first()
    assert event.memo == f"Pay run {payout.pay_run_id}: set aside for Maya Torres"
    session.commit()
    page = client.sign_in("felix").get(f"/ledger/transactions/{event.id}")
    page.sees(f"Corrida de pagos {payout.pay_run_id}: apartado para Maya Torres")
