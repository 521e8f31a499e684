"""Recounting the books: each thing that must always be true is broken here once, and the recount says so."""

import time
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from marketplace.billing.credit_notes import give_credit
from marketplace.billing.invoicing import issue
from marketplace.billing.models import PaymentMethod
from marketplace.billing.payments_received import record_payment
from marketplace.db import session
from marketplace.ledger.invariants import every_invariant, recount
from marketplace.ledger.models import LedgerPosting, LedgerTransaction
from marketplace.payouts.pay_run import approve
from tests.books import broken_invariants
from tests.worked import approved
from tests.world import NOW, TODAY

SUNDAY = date(2026, 11, 22)

POST = "INSERT INTO ledger_transaction (key, memo, happened_at) VALUES ('{key}', 'x', now());"
MOVE = POST + (
    "INSERT INTO ledger_posting (transaction_id, debit, credit, amount_cents)"
    " VALUES (currval('ledger_transaction_id_seq'), '{debit}', '{credit}', 7)"
)


def move(debit, credit, key="x"):
    return MOVE.format(debit=debit, credit=credit, key=key)


GUARDED = (
    "ledger_posting",
    "ledger_transaction",
    "time_segment",
    "invoice",
    "invoice_line",
    "payment",
    "payment_allocation",
)


def by_hand(*statements):
    """As the owner of the tables, who can also take the triggers away that would refuse it."""
    session.execute(text("RESET ROLE"))
    for table in GUARDED:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    for statement in statements:
        session.execute(text(statement))


# What a hand in the database could do, and the sentence it must cause.
BROKEN = {
    "postings": "ALTER TABLE ledger_posting DROP CONSTRAINT ck_ledger_posting_amount_positive;"
    + move("bank", "suspense").replace(", 7)", ", 0)"),
    "chart": move("petty", "cash"),
    "suspense": move("bank", "suspense"),
    "credit": move("credit:{harbor}", "bank"),
    "segment_entries": "UPDATE time_segment SET pay_cents = pay_cents + 1",
    "segment_minutes": "UPDATE time_entry SET paid_minutes = paid_minutes + 1",
    "segment_corrections": "INSERT INTO time_segment SELECT (jsonb_populate_record(s, jsonb_build_object("
    "'id', s.id + 1000, 'corrects_id', s.id, 'minutes', 1 - s.minutes))).* FROM time_segment s LIMIT 1",
    "overtime_after_regular": "UPDATE time_segment SET earn_code = 'overtime'",
    "sealed_hours": "ALTER TABLE punch DISABLE TRIGGER append_only",
    "unapproved_segments": "UPDATE time_entry SET state = 'disputed'",
    "invoice_totals": "UPDATE invoice SET subtotal_cents = subtotal_cents + 1, total_cents = total_cents + 1",
    "line_amounts": "UPDATE invoice_line SET minutes = minutes + 1",
    "billed_once": "DROP INDEX uq_invoice_line_segment;"
    "INSERT INTO invoice_line"
    " (invoice_id, facility_id, time_segment_id, position, description, minutes, rate_cents, amount_cents)"
    " SELECT invoice_id, facility_id, time_segment_id, 9, 'again', minutes, rate_cents, amount_cents FROM invoice_line LIMIT 1",
    "live_lines": "UPDATE invoice_line SET live = false",
    "invoice_numbers": "UPDATE number_series SET last = last + 1 WHERE series = 'INV-2026'",
    "receivable": move("ar:{harbor}", "revenue:service"),
    "unbilled": move("unbilled:{harbor}", "revenue:service"),
    "credit_balance": move("bank", "credit:{harbor}"),
    "allocations": "UPDATE payment_allocation SET amount_cents = amount_cents + 1000000",
    "papers_in_the_books": "UPDATE invoice SET state = 'voided'",
    "payable": move("cost:coordinator", "payable:{maya}"),
    "in_transit": move("bank", "payout_in_transit"),
    "paid_once": "DROP INDEX uq_payout_item_segment;"
    "INSERT INTO payout_item (payout_id, coordinator_id, time_segment_id, description, minutes, rate_cents, amount_cents)"
    " SELECT payout_id, coordinator_id, time_segment_id, 'again', minutes, rate_cents, amount_cents FROM payout_item LIMIT 1",
    "payout_totals": "UPDATE payout SET amount_cents = amount_cents + 1",
    "live_pay_lines": "UPDATE payout_item SET live = false",
}


@pytest.fixture
def money(world):
    """A little of everything: billed, credited, paid in part, set aside."""
    approved(world, world.maya, world.harbor)
    approved(world, world.jonas, world.harbor, minutes=20)
    [invoice] = issue(SUNDAY, world.felix, NOW)
    record_payment(world.harbor, 50_00, PaymentMethod.CHECK, TODAY, "1", world.felix, NOW)
    give_credit(invoice, "Goodwill", world.felix, NOW, amount=5_00)
    approve(SUNDAY, world.felix, NOW)
    session.commit()
    return world


@pytest.mark.parametrize("name", BROKEN)
def test_what_must_always_be_true_is_told_when_it_is_not(money, name):
    assert broken_invariants() == []
    statement = BROKEN[name].replace("{harbor}", str(money.harbor.id)).replace("{maya}", str(money.maya.id))
    by_hand(*statement.split(";"))
    verdicts = {verdict.invariant.name: verdict for verdict in recount()}
    assert not verdicts[name].holds
    assert any(line.startswith(verdicts[name].invariant.sentence) for line in broken_invariants())
    session.rollback()


def test_every_invariant_is_broken_by_a_test_above(money):
    assert {invariant.name for invariant in every_invariant()} == set(BROKEN)
    assert [verdict.invariant for verdict in recount()] == list(every_invariant())


def test_a_recount_takes_no_time_worth_mentioning(money):
    recount()
    started = time.perf_counter()
    for _ in range(5):
        recount()
    assert (time.perf_counter() - started) / 5 < 0.15


def test_a_contradiction_that_is_everywhere_is_told_in_few_words(money):
    by_hand("UPDATE time_segment SET bill_cents = bill_cents + 1")
    verdicts = {verdict.invariant.name: verdict for verdict in recount(most=1)}
    assert len(verdicts["segment_entries"].contradictions) == 1
    session.rollback()


@pytest.mark.committed
def test_the_command_says_how_many_hold_and_fails_when_one_does_not(money, session, monkeypatch, engine):
    from contextlib import contextmanager

    from marketplace import cli
    from marketplace.commands import books
    from marketplace.db import SYSTEM, bind_actor

    @contextmanager
    def here():
        bind_actor(SYSTEM)
        yield

    monkeypatch.setattr(books, "session_of_the_system", here)
    fine = CliRunner().invoke(cli.commands, ["ledger", "check"])
    assert (fine.exit_code, fine.output) == (0, f"{len(recount())} invariants hold.\n")
    session.execute(text("RESET ROLE"))
    for part in move("bank", "suspense").split(";"):
        session.execute(text(part))
    session.commit()
    broken = CliRunner().invoke(cli.commands, ["ledger", "check"])
    assert broken.exit_code == 1
    assert broken.output == "Nothing waits in suspense. But suspense holds $0.07.\n"


def test_the_statement_of_the_recount_is_made_of_constants_alone():
    assert all(invariant.name.isidentifier() for invariant in every_invariant())


def test_what_must_always_be_true_and_what_contradicts_it_reads_spanish(client, world, money):
    world.felix.locale = "es"
    session.add(
        LedgerTransaction(
            key="lost:1",
            memo="Lost",
            happened_at=NOW,
            postings=[LedgerPosting(debit="suspense", credit="bank", amount_cents=7)],
        )
    )
    session.commit()
    page = client.sign_in("felix").get("/ledger")
    page.sees("No hay nada en la cuenta transitoria", "la cuenta transitoria tiene -$0.07", "Se cumple")
    for invariant in every_invariant():
        assert invariant.sentence not in page.text
