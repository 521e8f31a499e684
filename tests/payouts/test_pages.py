"""Paying in the browser: two clicks to set aside, one form once the bank has it; a coordinator sees their own pay."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import SignInSession
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.payouts.models import Payout, PayRun
from marketplace.payouts.pay_run import approve
from marketplace.payouts.sending import hold
from tests.worked import MONDAY, approved
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("ledger_holds")


@pytest.fixture
def week(world):
    approved(world, world.maya, world.harbor)
    approved(world, world.jonas, world.harbor, MONDAY + timedelta(days=1), minutes=465)
    session.commit()


@pytest.fixture
def run(world, week):
    made = approve(MONDAY + timedelta(days=6), world.felix, NOW)
    session.commit()
    return made


def count(what):
    bind_actor(SYSTEM)
    return session.scalar(select(func.count()).select_from(what))


def test_finance_sets_pay_aside_in_two_clicks_and_records_it_as_sent(client, week):
    felix = client.sign_in("felix").get("/pay-runs").follow("Ready to pay")
    felix.sees("Maya Torres", "$116.00", "Jonas Lind", "$224.75")
    felix.press("Approve $340.75 for 2 coordinators").sees("$340.75 set aside for 2 coordinators", "To be sent")
    run = felix.path
    batch = felix.client.get(run + "/batch.csv").text
    assert "Maya Torres,maya@people.example,116.00" in batch
    felix.follow("Record as sent").press("Record $340.75 as sent", reference="WF-2291")
    felix.sees("$340.75 recorded as sent", "WF-2291")
    felix.press("All 2 payouts arrived").sees("2 payouts arrived", "Paid")


def test_two_presses_on_two_screens_pay_nobody_twice(visitors, week):
    first, second = visitors("felix").get("/pay-runs/new"), visitors("ada").get("/pay-runs/new")
    assert first.press("Approve").status == 200
    assert second.press("Approve").status == 409
    second.sees("Nothing was set aside")
    assert count(PayRun) == 1
    assert count(Payout) == 2


def test_a_second_record_of_sending_is_refused(visitors, run):
    first, second = (
        visitors("felix").get(f"/pay-runs/{run.id}/sending"),
        visitors("ada").get(f"/pay-runs/{run.id}/sending"),
    )
    first.press("Record", reference="A")
    second.press("Record", reference="B")
    assert second.status == 409
    second.sees("Everything in this pay run was sent already")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reference": ""}, "Fill this in"),
        ({"paid_on": "2026-11-25"}, "cannot be in the future"),
        ({"paid_on": "yesterday"}, "not a date of the calendar"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(client, run, fields, sentence):
    felix = client.sign_in("felix").get(f"/pay-runs/{run.id}/sending")
    felix.press("Record", **{"reference": "A", **fields})
    assert felix.status == 422
    felix.sees(sentence)


def test_money_asks_for_the_password_again(client, world, run):
    felix = client.sign_in("felix")
    bind_actor(SYSTEM)
    for signed in session.scalars(select(SignInSession)):
        signed.confirmed_at = NOW - timedelta(minutes=16)
    session.commit()
    for path in (
        f"/pay-runs/{run.id}/sending",
        "/pay-runs/new",
        f"/payouts/{run.payouts[0].id}/end",
        f"/pay-runs/{run.id}/batch.csv",
    ):
        felix.get(path).sees("Confirm that it is you")


def test_a_payout_that_came_back_is_payable_again(client, run):
    felix = client.sign_in("felix").get(f"/pay-runs/{run.id}/sending").press("Record", reference="A")
    felix.follow("It came back")
    felix.press("It came back")
    assert felix.status == 422
    felix.press("It came back", reason="Account closed").sees("is payable to Jonas Lind again", "Account closed")
    felix.get("/pay-runs/new").sees("Jonas Lind", "$224.75")


def test_a_hold_is_placed_with_its_reason_and_lifted(client, visitors, world, week):
    felix = client.sign_in("felix").get("/pay-runs/new").follow("Hold Maya Torres")
    felix.press("Hold", reason="W-9 is missing").sees("Pay of Maya Torres is on hold", "W-9 is missing")
    felix.get("/pay-runs/new").press("Approve $224.75 for 1 coordinator")
    visitors("maya").get("/earnings").sees("Your pay is on hold", "W-9 is missing")
    felix.get("/pay-runs").press("Lift").sees("The hold is lifted")


def test_two_runs_up_to_the_same_day_have_names_of_their_own(client, world, week):
    for who in (world.maya, world.jonas):
        approve(MONDAY + timedelta(days=6), world.felix, NOW, only={who.id})
    session.commit()
    links = client.sign_in("felix").get("/pay-runs").page.all("a")
    names = [
        link.text for link in links if link.attributes.get("href", "").startswith("/pay-runs/") and "Run" in link.text
    ]
    assert len(names) == len(set(names)) == 2


def test_a_coordinator_sees_her_own_pay_and_nobody_elses(client, world, run):
    jonas, mine = run.payouts
    hold(world.maya, "W-9 is missing", world.felix, NOW)
    approved(world, world.maya, world.harbor, TODAY - timedelta(days=1), minutes=120)
    session.commit()
    maya = client.sign_in("maya").get("/earnings")
    maya.sees("$58.00", "$116.00", "To be sent")
    assert "224.75" not in maya.text
    assert maya.client.get(f"/earnings/{mine.id}/statement").data.startswith(b"%PDF-")
    assert maya.get(f"/earnings/{jonas.id}/statement").status == 404
    assert maya.get("/pay-runs").status == 403
    assert maya.get(f"/payouts/{mine.id}/statement").status == 403


@pytest.mark.parametrize("who", ["rosa", "sam"])
def test_only_finance_pays(client, run, who):
    visitor = client.sign_in(who).get("/notices")
    for path in (
        "/pay-runs",
        "/pay-runs/new",
        f"/pay-runs/{run.id}",
        f"/pay-runs/{run.id}/batch.csv",
        f"/payouts/{run.payouts[0].id}/end",
    ):
        assert visitor.get(path).status == 403
    assert visitor.get("/earnings").status == 403


def test_no_page_of_pay_asks_the_database_more_than_fifteen_times(client, world, run, statements):
    payout, maya = run.payouts[0].id, world.maya.id
    client.sign_in("felix")
    paths = [
        "/pay-runs",
        "/pay-runs/new",
        f"/pay-runs/{run.id}",
        f"/pay-runs/{run.id}/sending",
        f"/payouts/{payout}/end",
    ]
    for path in (*paths, f"/pay-runs/holds/{maya}"):
        statements.clear()
        assert client.get(path).status == 200
        assert len(statements) <= 15, (path, statements)
        assert len(client.page.all("h1")) == 1
    client.sign_in("maya")
    statements.clear()
    assert client.get("/earnings").status == 200
    assert len(statements) <= 15, statements
