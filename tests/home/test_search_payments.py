"""Search finds payments by their reference and shows invoices as they stand, to those who see invoices."""

from datetime import date

import pytest

from marketplace.billing.invoicing import issue
from marketplace.billing.models import PaymentMethod
from marketplace.billing.payments_received import record_payment
from marketplace.db import session
from marketplace.search.searching import search
from tests.worked import MONDAY, approved
from tests.world import NOW, TODAY


@pytest.fixture
def paid(world):
    """An invoice of Harbor, paid in part by check, and a transfer from Riverside with the same digits."""
    approved(world, world.maya, world.harbor, MONDAY)
    issue(date(2026, 11, 22), world.felix, NOW)
    record_payment(world.harbor, 5_000, PaymentMethod.CHECK, TODAY, "CHECK-57137", world.felix, NOW)
    record_payment(world.riverside, 5_000, PaymentMethod.ACH, TODAY, "ACH-57137", world.felix, NOW)
    session.commit()
    return world


def test_payments_are_found_by_any_part_of_their_reference(paid):
    assert [one.reference for one in search(paid.ada, "57137", TODAY).payments] == ["ACH-57137", "CHECK-57137"]


def test_a_facility_finds_its_own_payments_and_opens_them(paid, visitors):
    rosa = visitors("rosa").get("/search?q=57137")
    rosa.sees("1 result", "CHECK-57137")
    assert "ACH-57137" not in rosa.text
    assert rosa.follow("Check").status == 200


def test_who_does_not_see_invoices_finds_no_payment(paid):
    for person in (paid.tom, paid.maya.person):
        assert search(person, "57137", TODAY).total == 0, person.name


def test_an_invoice_has_the_standing_in_search_that_its_list_shows(paid, visitors):
    for address in ("/search?q=INV-2026", "/invoices?q=INV-2026"):
        visitors("rosa").get(address).sees("INV-2026-00001", "Partly paid")
