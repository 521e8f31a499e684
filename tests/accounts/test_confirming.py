"""Once more the password: asked in the place of the act, and what was filled in goes on with it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.accounts.authentication.passwords import hashing
from marketplace.accounts.models import SignInSession
from marketplace.billing.invoicing import issue
from marketplace.billing.models import CreditNote, Payment
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import clock
from tests.billing.test_pages import SUNDAY
from tests.worked import approved
from tests.world import NOW, PASSWORD

WRONG = "not the right password"
LATER = NOW + timedelta(minutes=14)
"""Felix's session is still open then: he looks at pages in between."""


@pytest.fixture
def invoice(world):
    approved(world, world.maya, world.harbor)
    session.commit()
    [made] = issue(SUNDAY, world.felix, NOW)
    session.commit()
    return made


@pytest.fixture
def felix(visitors):
    """Has the page open whose address is given, and gave the password seventeen minutes ago."""

    def at(path):
        visitor = visitors("felix").get(path)
        bind_actor(SYSTEM)
        for signed in session.scalars(select(SignInSession)):
            signed.confirmed_at = NOW - timedelta(minutes=17)
        session.commit()
        return visitor

    return at


def reload(thing):
    bind_actor(SYSTEM)
    return session.get_one(type(thing), thing.id, populate_existing=True)


def test_voiding_asks_first_and_then_does_it_with_the_reason_given(felix, invoice):
    visitor = felix(f"/invoices/{invoice.id}/voiding")
    visitor.press("Void", within="main", reason="Billed to the wrong cost centre.")
    assert visitor.status == 403
    visitor.sees("Confirm that it is you", "Nothing was done yet. What you filled in is kept")
    assert reload(invoice).state.value == "issued"
    visitor.press("Confirm and go on", **{"confirm-password": PASSWORD}).sees("is void")
    assert visitor.path == f"/invoices/{invoice.id}"
    assert reload(invoice).state.value == "voided"
    assert reload(invoice).void_reason == "Billed to the wrong cost centre."


def test_a_wrong_password_does_nothing_and_loses_nothing(felix, invoice):
    visitor = felix(f"/invoices/{invoice.id}/voiding")
    visitor.press("Void", within="main", reason="Billed twice.")
    visitor.press("Confirm and go on", **{"confirm-password": WRONG})
    assert visitor.status == 422
    visitor.sees("This is not your password")
    assert WRONG not in visitor.html
    assert reload(invoice).state.value == "issued"
    visitor.press("Confirm and go on", **{"confirm-password": PASSWORD}).sees("is void")
    assert reload(invoice).void_reason == "Billed twice."


def test_no_password_at_all_is_told_so(felix, invoice):
    visitor = felix(f"/invoices/{invoice.id}/voiding")
    visitor.press("Void", within="main", reason="Billed twice.")
    visitor.press("Confirm and go on")
    assert visitor.status == 422
    assert reload(invoice).state.value == "issued"


def test_not_now_leads_back_to_the_form(felix, invoice):
    visitor = felix(f"/invoices/{invoice.id}/voiding")
    origin = {"Referer": f"http://localhost/invoices/{invoice.id}/voiding"}
    visitor.post(f"/invoices/{invoice.id}/voiding", {"reason": "Billed twice."}, headers=origin)
    visitor.follow("Not now")
    assert visitor.path == "/confirm?next=" + f"/invoices/{invoice.id}/voiding"


@pytest.mark.committed
def test_a_form_that_is_refused_afterwards_is_shown_as_typed_and_does_not_ask_again(felix, invoice):
    visitor = felix(f"/invoices/{invoice.id}/credit")
    visitor.press("Give", within="main", amount="99999.00", reason="Two hours too many.")
    visitor.press("Confirm and go on", **{"confirm-password": PASSWORD})
    assert visitor.status == 422
    assert "Two hours too many." in visitor.html
    visitor.press("Give", within="main", amount="10.00").sees("Credit note")
    bind_actor(SYSTEM)
    assert session.scalar(select(func.sum(CreditNote.amount_cents))) == 1000


def test_a_payment_is_recorded_once_however_often_the_button_is_pressed(felix, invoice):
    visitor = felix(f"/invoices/payments/new?invoice={invoice.id}")
    visitor.press("Record", within="main", reference="CHK 1044")
    asked = visitor.page
    for _ in range(3):
        visitor.page = asked
        visitor.press("Confirm and go on", **{"confirm-password": PASSWORD})
        visitor.sees("Harbor Family Medicine")
    bind_actor(SYSTEM)
    assert session.scalar(select(func.count()).select_from(Payment)) == 1


@pytest.mark.committed
def test_guessing_there_is_limited_like_at_the_door(felix, invoice):
    visitor = felix(f"/invoices/{invoice.id}/voiding")
    visitor.press("Void", within="main", reason="Billed twice.")
    hashing.checked = 0
    for number in range(20):
        visitor.press("Confirm and go on", **{"confirm-password": f"{WRONG} {number}"})
        assert visitor.status == 422
    assert hashing.checked <= 10
    visitor.press("Confirm and go on", **{"confirm-password": PASSWORD})
    assert reload(invoice).state.value == "issued"


def test_within_a_quarter_of_an_hour_it_is_not_asked_again(felix, invoice):
    visitor = felix("/confirm")
    visitor.press("Confirm", within="main", password=PASSWORD)
    with clock.frozen_at(LATER):
        assert visitor.get(f"/invoices/{invoice.id}/voiding").heading.startswith("Void")


def test_a_new_password_does_not_wait_on_a_page(felix):
    """Secrets are typed anew instead."""
    words = "violet harvest pendulum quay"
    visitor = felix("/account/password")
    visitor.press("Save the new password", password=words, again=words)
    assert visitor.path == "/confirm?next=/account/password"
    visitor.sees("Nothing was done yet")
    assert words not in visitor.html


def test_odd_characters_wait_like_any_others(felix, invoice):
    visitor = felix(f"/invoices/{invoice.id}/voiding")
    odd = 'x"><script>alert(1)</script>\x00\n\u202e%ED%A0%80'
    visitor.press("Void", within="main", reason=odd)
    assert visitor.status == 403
    assert "<script>alert" not in visitor.html
