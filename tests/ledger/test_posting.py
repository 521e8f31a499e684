"""The books: the same event is never written twice, and nothing in them is ever changed."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from marketplace.db import Actor, Audience, bind_actor, current_actor, session
from marketplace.kernel import Phrase
from marketplace.ledger.models import LedgerPosting, LedgerTransaction
from marketplace.ledger.posting import Event, entry_posted, post, post_all
from marketplace.ledger.queries import balance, balances, trial_balance
from marketplace.ledger.rules import BANK, Account, JournalEntry, Posting, ar, credit
from tests.world import NOW


def test_an_event_posted_twice_is_in_the_books_once(world):
    first = post("pay:1", Phrase("Check 7"), [Posting(BANK, credit(7), 100)], NOW)
    again = post("pay:1", Phrase("Check 7, pressed twice"), [Posting(BANK, credit(7), 100)], NOW)
    assert (again.id, again.memo) == (first.id, "Check 7")
    assert session.scalar(select(func.count(LedgerPosting.id))) == 1
    assert balance(BANK) == 100


def test_the_same_key_for_other_amounts_is_a_mistake_that_is_not_kept(world):
    post("pay:1", Phrase("Check 7"), [Posting(BANK, credit(7), 100)], NOW)
    with pytest.raises(ValueError, match="pay:1 was posted before, with other amounts"):
        post("pay:1", Phrase("Check 7"), [Posting(BANK, credit(7), 101)], NOW)


def test_accounts_outside_the_chart_are_refused(world):
    with pytest.raises(ValueError, match="not in the chart"):
        post("x", Phrase("x"), [Posting(Account("petty cash"), BANK, 1)], NOW)
    assert session.scalar(select(func.count(LedgerTransaction.id))) == 0


def test_many_events_are_written_at_once_in_their_order(world):
    events = [
        Event(JournalEntry(f"seg:{n}", (Posting(BANK, credit(7), n),)), Phrase("Hours"), NOW) for n in (3, 1, 2, 3)
    ]
    assert [written.key for written in post_all(events)] == ["seg:3", "seg:1", "seg:2", "seg:3"]
    assert balance(BANK) == 6
    assert entry_posted("seg:2").mirrored("void").postings == (Posting(credit(7), BANK, 2),)
    with pytest.raises(LookupError):
        entry_posted("seg:99")


def test_an_event_without_postings_is_still_remembered(world):
    post("seg:1", Phrase("Nothing to bill, nothing to pay"), [], NOW)
    assert entry_posted("seg:1").postings == ()


def test_who_approves_hours_writes_the_books_without_being_able_to_read_them(world):
    facility = Actor(Audience.FACILITY, world.rosa.id, world.harbor.id)
    bind_actor(facility)
    post("seg:1", Phrase("Hours"), [Posting(ar(7), BANK, 5)], NOW)
    assert current_actor() == facility
    with pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text("SELECT * FROM ledger_posting"))


@pytest.mark.parametrize("table", ["ledger_posting", "ledger_transaction"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_in_the_books_is_ever_changed_or_removed(world, table, statement):
    post("pay:1", Phrase("Check 7"), [Posting(BANK, credit(7), 100)], NOW)
    session.commit()
    session.execute(text("RESET ROLE"))  # not even the owner of the tables
    with pytest.raises(DBAPIError, match="is append-only"):
        session.execute(text(statement.format(table)))
    session.rollback()


def test_balances_are_positive_on_the_side_they_grow_on(world):
    post("pay:1", Phrase("Check"), [Posting(BANK, ar(7), 60), Posting(BANK, credit(7), 40)], NOW)
    post("pay:2", Phrase("Check"), [Posting(BANK, credit(71), 5)], NOW)
    assert balances("credit:") == {credit(7): 40, credit(71): 5}
    assert balance(credit(7)) == 40
    assert balance(ar(7)) == -60
    assert balance(credit(8)) == 0
    lines = trial_balance()
    assert sum(line.debit_balance for line in lines) == sum(line.credit_balance for line in lines) == 105
