"""From a letter to a paid coordinator: a new facility and a new coordinator, everything by buttons that are really there."""

import warnings
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

from PIL import Image
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.billing.models import Invoice
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.credentials.models import Credential
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.payouts.models import Payout
from marketplace.payouts.rules import PayoutState
from marketplace.timesheets.models import TimeSegment
from tests.accounts.letters import link_to
from tests.browser import Visitor
from tests.world import NOW

DAY = timedelta(days=1)
WORDS = "violet harvest pendulum quay"
SHIFT_DAY = date(2026, 12, 1)  # a Tuesday
STARTS = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)  # 9:00 am in Denver
CEDAR = {
    "name": "Cedar Clinic", "npi": "1234567893", "kind": "private clinic", "time_zone": "America/Denver", "city": "Boulder",
    "region": "CO", "ehr": "Epic", "payer_mix": ["commercial"], "contact_name": "Ana Ruiz",
    "contact_email": "ana@cedar.example",
}  # fmt: skip
LUZ = {
    "name": "Luz Herrera", "email": "luz@people.example", "country": "US", "work_state": "CO", "time_zone": "America/Denver",
    "service_lines": ["prior-auth"],
}  # fmt: skip


def one(kind, *where):
    """The row as it stands now, seen by the test."""
    bind_actor(SYSTEM)
    session.expire_all()
    return session.scalars(select(kind).where(*where)).one()


def photo() -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (640, 480), "white").save(made, "PNG")
    made.seek(0)
    return made


def number_in(visitor: Visitor) -> int:
    """The number in the address of the page last seen."""
    return int(next(part for part in visitor.path.split("?")[0].split("/") if part.isdigit()))


def join(app, email: str) -> Visitor:
    """They follow the link of the letter, choose a password, and are in."""
    newcomer = Visitor(app).get(link_to(email, "invitation"))
    return newcomer.press("Join", within="main", password=WORDS, again=WORDS)


def sign(visitor: Visitor, agreement: int, name: str) -> None:
    visitor.get(f"/contracts/{agreement}").press("Sign it", name=name, read="y").sees("Signed.")


def agree(ada: Visitor, kind: str, party: str, key: int, signer: Visitor, name: str, card: bool = False) -> None:
    """An agreement from draft to active, signed by the other side."""
    ada.get(f"/contracts/new?kind={kind}&{party}={key}").press("Go on to the terms").press("Save the draft")
    number = number_in(ada)
    if card and "Use the standard card" in ada.text:
        ada.press("Use the standard card")
    ada.get(f"/contracts/{number}").press("Send for signature").sees("Waiting for signature")
    sign(signer, number, name)
    ada.get(f"/contracts/{number}").press("Put it in force")
    assert ada.status == 200, ada.text


def test_from_the_letter_to_the_paid_coordinator(world, app, visitors, at):
    ada, chidi = visitors("ada"), visitors("chidi")

    # Onboard: both are invited by letter, choose a password, and find what is left to do.
    ada.get("/facilities/new").press("Register and invite", **CEDAR).sees("Cedar Clinic")
    ada.get("/coordinators/new").press("Register and invite", **LUZ).sees("Luz Herrera")
    ana, luz = join(app, "ana@cedar.example"), join(app, "luz@people.example")
    assert ana.status == luz.status == 200
    luz.sees("Welcome, Luz")
    cedar_id, luz_id = one(Facility, Facility.name == "Cedar Clinic").id, _luz().id
    ana.get("/settings").press("Save")
    luz.get("/me/profile").press("Save", ehr=["Epic"], years_experience="5", languages=["en"])
    luz.get("/me/availability").press(
        "Save", within="hours", days=["0", "1", "2", "3", "4"], start="07:00", end="19:00"
    )

    # Contract: rates, NET terms and a BAA on both sides.
    agree(ada, "master", "facility", cedar_id, ana, "Ana Ruiz", card=True)
    agree(ada, "baa", "facility", cedar_id, ana, "Ana Ruiz")
    agree(ada, "baa_coordinator", "coordinator", luz_id, luz, "Luz Herrera")

    # Credentials: handed in from the phone, verified in the queue.
    for kind in ("hipaa-training", "background-check"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            luz.get("/credentials/mine/new").press(
                "Send it to the agency", type=kind, issued_on="2026-11-01", file=(photo(), "paper.png")
            )
        assert luz.status == 200, luz.text
    chidi.get("/credentials/").follow("Start with the oldest").press("Verify").press("Verify")
    bind_actor(SYSTEM)
    states = session.scalars(select(Credential.state).where(Credential.coordinator_id == luz_id)).all()
    assert [str(state) for state in states] == ["verified", "verified"]
    for page in (f"/facilities/{cedar_id}/getting-started", f"/coordinators/{luz_id}/getting-started"):
        ada.get(page).press("Activate")
    assert one(Facility, Facility.id == cedar_id).state is FacilityState.ACTIVE
    assert _luz().state is CoordinatorState.ACTIVE

    # Post: from blank with five fields; price and matches before posting.
    ana.get("/needs/new")
    needed = {
        "line": "prior-auth", "headcount": "1", "first_day": str(SHIFT_DAY), "starts_local": "09:00",
        "ends_local": "17:00",
    }  # fmt: skip
    ana.press("Check price and matches", **needed).sees("$312.00")
    ana.press("Post 1 shift").sees("1 shift posted")

    # Match and offer: Luz is there, with reasons; one press offers.
    ana.follow("Tue, Dec 1")
    ana.sees("Luz Herrera", "Works in one field")
    ana.press("Offer Luz Herrera")
    assert ana.status == 200, ana.text

    # Accept with one tap; undo and accept again.
    luz.get("/offers").press("Accept shift").sees("You have this shift.")
    luz.press("Undo", within="toasts").sees("Undone. Nothing is booked.")
    luz.get("/offers").press("Accept shift").sees("You have this shift.")

    # Work: clock, break, report; a week later than the letter.
    luz_email = "luz@people.example"
    with at(luz_email, STARTS) as phone:
        phone.get("/clock").press("Clock in").sees("You are working")
    with at(luz_email, STARTS + timedelta(hours=3)) as phone:
        phone.get("/clock").press("Start break")
    with at(luz_email, STARTS + timedelta(hours=3, minutes=30)) as phone:
        phone.get("/clock").press("End break")
    with at(luz_email, STARTS + timedelta(hours=8)) as phone:
        phone.get("/clock").press("Clock out")
        assert phone.heading == "Shift report"
        phone.press("Keep the report", tickets="PA-1", note="Two queues cleared.")
        phone.follow("Check and hand in").press("Hand in the week").sees("To approve")

    # Approve: one press for all clean ones.
    with at("ana@cedar.example", STARTS + DAY) as facility:
        facility.get("/timesheets").press("Approve 1 without exceptions").sees(
            "Approved: 1 shift, 7 h 30 min, $292.50."
        )

    # Bill and pay.
    with at("felix", STARTS + 8 * DAY) as felix:
        felix.get("/invoices").follow("Invoice run").press("Issue 1 invoice").sees("$292.50")
        invoice = one(Invoice, Invoice.facility_id == cedar_id)
        felix.get(f"/invoices/payments/new?facility={cedar_id}")
        fields = {"facility": str(cedar_id)} if "facility" in felix.html else {}
        felix.press(
            "Record",
            within="main",
            amount="292.50",
            method="ach",
            received_on="2026-12-09",
            reference="ACH-1",
            **fields,
        )
        assert felix.status == 200, felix.text
        felix.get(f"/invoices/{invoice.id}").sees("Paid")
        felix.get("/pay-runs").follow("Ready to pay").press("Approve").follow("Record as sent")
        felix.press("Record", reference="WF-1").press("1 payout arrived")
    bind_actor(SYSTEM)
    segment = session.scalars(select(TimeSegment).where(TimeSegment.coordinator_id == luz_id)).one()
    assert (segment.minutes, segment.bill_cents, segment.pay_cents) == (450, 29250, 21750)
    payout = session.scalars(select(Payout).where(Payout.coordinator_id == luz_id)).one()
    assert (payout.state, payout.amount_cents) == (PayoutState.PAID, 21750)

    # See: both find it on their own pages.
    with at(luz_email, STARTS + 9 * DAY) as phone:
        phone.get("/earnings").sees("$217.50")
    with at("ana@cedar.example", STARTS + 9 * DAY) as facility:
        facility.get("/invoices").sees("Paid")
    assert NOW < STARTS


def _luz() -> Coordinator:
    return one(Coordinator, Coordinator.person_id == one(Person, Person.email == "luz@people.example").id)
