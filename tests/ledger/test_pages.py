"""The books on the screen: for whoever answers for the money, and for nobody else."""

from datetime import date

import pytest

from marketplace.billing.invoicing import issue
from marketplace.db import session
from tests.worked import approved
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("ledger_holds")


@pytest.fixture
def billed(world):
    approved(world, world.maya, world.harbor)
    issue(date(2026, 11, 22), world.felix, NOW)
    approved(world, world.jonas, world.harbor, date(2026, 11, 23))
    session.commit()


def test_the_trial_balance_is_even_and_every_invariant_holds(client, billed):
    felix = client.sign_in("felix").get("/ledger")
    felix.sees(
        "Receivable: Harbor Family Medicine", "$156.00", "Payable to Maya Torres", "Holds", "Nothing waits in suspense"
    )
    assert "Broken" not in felix.text
    foot = felix.page.all("tfoot")[0].text
    assert foot.split()[-1] == foot.split()[-2] == "$544.00"


def test_every_cent_can_be_followed_to_its_event(client, billed):
    felix = client.sign_in("felix").get("/ledger").follow("Unbilled: Harbor")
    felix.sees("Invoice INV-2026-00001 to Harbor Family Medicine", "-$156.00", "balance $156.00")
    felix.follow("Invoice INV-2026-00001").sees("inv:", "Receivable: Harbor Family Medicine")


@pytest.mark.parametrize(
    "path", ["/ledger/accounts/petty cash", "/ledger/accounts/ar:999", "/ledger/transactions/999999"]
)
def test_what_is_not_in_the_books_is_not_found(client, billed, path):
    assert client.sign_in("felix").get(path).status == 404


@pytest.mark.parametrize("who", ["rosa", "maya", "sam"])
def test_nobody_else_opens_the_books(client, billed, who):
    assert client.sign_in(who).get("/ledger").status == 403
    assert client.get("/ledger/trial-balance.csv").status == 403


def test_no_page_of_the_books_asks_the_database_more_than_fifteen_times(client, billed, statements):
    client.sign_in("felix")
    for path in ("/ledger", "/ledger/accounts/revenue:service", "/ledger/transactions/1", "/ledger/trial-balance.csv"):
        statements.clear()
        client.get(path)
        assert len(statements) <= 15, (path, statements)
