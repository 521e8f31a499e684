"""An empty site, from the agency's first invitation to the first paid invoice and pay run: nobody is ever stuck.

Everybody follows the strong button of their own list of steps, or a button of the agency's inbox; no address is typed.
"""

import warnings
from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import urljoin

import pytest
from PIL import Image

from marketplace.accounts.agency_setup import name_agency
from marketplace.accounts.invitations import invite
from marketplace.accounts.permissions import Role
from marketplace.accounts.queries import agency
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.messaging.models import Notice
from tests.accounts.letters import letters_to, link_to
from tests.browser import Visitor
from tests.database import work_off
from tests.world import NOW

WORDS = "violet harvest pendulum quay"
STARTS = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)  # 9:00 am in Denver
DAY = timedelta(days=1)
CEDAR = {
    "name": "Cedar Clinic", "npi": "1234567893", "kind": "private clinic", "time_zone": "America/Denver", "city": "Boulder",
    "region": "CO", "ehr": "Epic", "payer_mix": ["commercial"], "contact_name": "Ana Ruiz",
    "contact_email": "ana@cedar.example",
}  # fmt: skip
LUZ = {
    "name": "Luz Herrera", "email": "luz@people.example", "country": "US", "work_state": "CO", "time_zone": "America/Denver",
    "service_lines": ["prior-auth"],
}  # fmt: skip

pytestmark = pytest.mark.committed


@pytest.fixture
def fresh_database_url(empty_database_url):
    """The story begins on a site that has nothing but its migrations."""
    return empty_database_url


@pytest.fixture
def founder(session, frozen):
    """The one command of the README: the agency's first owner is invited."""
    bind_actor(SYSTEM)
    name_agency("Northlight Coordination")
    invite("ada@northlight.example", "Ada Okafor", Role.AGENCY_OWNER, agency(), by=None, at=NOW)
    session.commit()


NEXT = '//ol[contains(@class, "steps")]/li[.//*[contains(@class, "btn-primary")]]'


def next_step(visitor, path=""):
    """The title of the step with the strong button, on the first page or the page given."""
    visitor.get(path or "/")
    titles = visitor.page.element.xpath(f'{NEXT}//*[contains(@class, "task-title")]')
    return titles[0].text_content() if titles else ""


def take_it(visitor, title, path="", among_others=False):
    """They look at their list, find that step next (or among those that can be taken), and press its button."""
    assert next_step(visitor, path) == title or among_others
    row = f'//ol[contains(@class, "steps")]/li[.//*[contains(@class, "task-title") and text()="{title}"]]'
    (button,) = visitor.page.element.xpath(f'{row}//*[contains(@class, "btn")]')
    if button.tag == "a":
        return visitor.get(urljoin(visitor.path, button.get("href")))
    return visitor.press(button.text_content().strip().split(" ")[0], within="main")


def inbox(visitor, title, button, **fields):
    """The agency's inbox has that entry; its own button is pressed or followed."""
    visitor.get("/overview").sees(title)
    rows = visitor.page.element.xpath(f'//ul[contains(@class, "list")]/li[contains(., "{title}")]')
    assert rows, title
    links = rows[0].xpath(".//a[contains(@class, 'btn')]")
    if links:
        assert links[0].text_content().startswith(button)
        return visitor.get(links[0].get("href"))
    return visitor.press(f"{button} {title}", **fields)


def photo():
    made = BytesIO()
    Image.new("RGB", (640, 480), "white").save(made, "PNG")
    made.seek(0)
    return made


def upload(visitor):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        visitor.press("Send it to the agency", issued_on="2026-11-01", file=(photo(), "paper.png"))
    assert visitor.status == 200, visitor.text


def join(app, email):
    newcomer = Visitor(app).get(link_to(email, "invitation"))
    return newcomer.press("Join", within="main", password=WORDS, again=WORDS)


def sign(visitor, step, name):
    """The step leads to the very agreement."""
    take_it(visitor, step, "/getting-started").press("Sign it", name=name, read="y").sees("Signed.")


def test_an_empty_site_comes_to_its_first_paid_invoice_by_the_buttons_on_its_pages(
    app, founder, at, empty_database_url
):
    ada = join(app, "ada@northlight.example")

    # The facility, and two agreements before anybody there has an account.
    take_it(ada, "Register a facility and invite its owner").press("Register and invite", **CEDAR)
    for step, kind in (("A contract with a rate card", "Contract"), ("A BAA with the facility", "BAA")):
        take_it(ada, step, among_others=kind == "BAA").press("Save the draft").sees("Drafted.")
        inbox(ada, f"{kind} with Cedar Clinic is drafted and not sent", "Look it over and send it")
        ada.press("Send for signature").sees("Nobody can sign it yet.", "Send the invitation again")
    ada.press("Send the invitation again").sees("the link in the old one is dead")
    letter = letters_to("ana@cedar.example")[-1].text_body
    assert "The master agreement with Cedar Clinic waits for your signature" in letter
    assert "The BAA with Cedar Clinic waits for your signature" in letter
    inbox(ada, "BAA with Cedar Clinic waits for a signature nobody can give", "Send the invitation")
    ada.press("Send the invitation").sees("The link in the earlier letter stopped working.")

    # Its owner comes in, and cannot post yet: the page says why and leads on.
    ana = join(app, "ana@cedar.example")
    ana.sees("Welcome, Ana")
    ana.get("/needs/new").sees("The agency has not activated Cedar Clinic yet", "Check your facts and sites")
    ana.follow("See what is missing")
    take_it(ana, "Check your facts and sites", "/getting-started").press("Save")
    sign(ana, "Sign the BAA", "Ana Ruiz")
    sign(ana, "Sign the contract", "Ana Ruiz")
    for agreement in ("Contract with Cedar Clinic", "BAA with Cedar Clinic"):
        inbox(ada, f"{agreement} is signed", "Put it in force").press("Put it in force").sees(
            "In force with Cedar Clinic."
        )
    assert [one.subject for one in letters_to("ana@cedar.example")][-1] == "The BAA with Cedar Clinic is in force"

    # The coordinator.
    take_it(ada, "Invite your coordinators").press("Register and invite", **LUZ)
    luz = join(app, "luz@people.example")
    take_it(luz, "Check your profile").press("Save", ehr=["Epic"], years_experience="5", languages=["en"])
    take_it(luz, "Say when you are free").press(
        "Save", within="hours", days=["0", "1", "2", "3", "4"], start="07:00", end="19:00"
    )
    luz.get("/offers").sees("You are not active yet", "Upload your credentials; Sign the BAA")
    wanted = []
    while next_step(luz, "/getting-started") == "Upload your credentials":
        take_it(luz, "Upload your credentials", "/getting-started")
        wanted.append(luz.path.rpartition("type=")[2])
        upload(luz)
        inbox(ada, "Luz Herrera: ", "Review").press("Verify")
    assert "hipaa-training" in wanted
    take_it(ada, "A BAA with the coordinator").press("Save the draft").press("Send for signature")
    ada.sees("It waits for the signature of Luz Herrera")
    sign(luz, "Sign the BAA", "Luz Herrera")
    take_it(ada, "A BAA with the coordinator").press("Put it in force")

    # Nothing is missing: the agency is told once, and both activations stand in the inbox and on the list.
    work_off(empty_database_url)
    bind_actor(SYSTEM)
    ready = session.query(Notice).where(Notice.kind == "ready").all()
    assert sorted(one.sentence for one in ready) == [
        "Cedar Clinic can be activated: everything is in place.",
        "Luz Herrera can be activated: everything is in place.",
    ]
    assert next_step(ana, "/getting-started") == ""
    ana.sees("Everything is there.")
    inbox(ada, "Cedar Clinic can be activated", "Activate").sees("is active. Its people were told.")
    take_it(ada, "Activate the coordinator").sees("is active and was told.")
    assert letters_to("ana@cedar.example")[-1].subject == "Cedar Clinic is active"
    assert letters_to("luz@people.example")[-1].subject == "You are active"

    # The first shift.
    assert next_step(ada) == "Post the first need, or let the facility do it"
    take_it(ana, "Post your first need", "/getting-started").press(
        "Post 1 shift" if "Post 1 shift" in ana.text else "Post the need",
        line="prior-auth", headcount="1", first_day="2026-12-01", starts_local="09:00", ends_local="17:00",
    ).sees("1 shift posted")  # fmt: skip
    take_it(ana, "Choose who comes", "/getting-started").press("Offer Luz Herrera")
    take_it(luz, "Accept your first shift", "/getting-started").press("Accept shift").sees("You have this shift.")
    assert next_step(ada) == ""  # it is the coordinator's turn

    # The first hours.
    with at("luz@people.example", STARTS) as phone:
        take_it(phone, "Hand in your first hours", "/getting-started").press("Clock in").sees("You are working")
    with at("luz@people.example", STARTS + timedelta(hours=8)) as phone:
        phone.get("/clock").press("Clock out").press("Keep the report", tickets="PA-1", note="Two queues cleared.")
        phone.follow("Check and hand in").press("Hand in the week").sees("To approve")
    work_off(empty_database_url)
    assert "1 shift waits for your approval" in letters_to("ana@cedar.example")[-1].subject
    with at("ana@cedar.example", STARTS + DAY) as facility:
        take_it(facility, "Approve the first hours", "/getting-started").press("Approve 1 without exceptions")

    # The money.
    with at("ada@northlight.example", STARTS + 8 * DAY) as owner:
        take_it(owner, "Issue the first invoice").press("Issue 1 invoice").sees("$312.00")
    with at("ana@cedar.example", STARTS + 8 * DAY) as facility:
        take_it(facility, "Pay the first invoice", "/getting-started").sees("$312.00")
    with at("ada@northlight.example", STARTS + 9 * DAY) as owner:
        take_it(owner, "Record its payment").press(
            "Record", within="main", method="ach", received_on="2026-12-10", reference="ACH-1"
        )
        take_it(owner, "Pay your coordinators").press("Approve")
        take_it(owner, "Pay your coordinators").follow("Record as sent").press("Record", reference="WF-1")
        owner.press("1 payout arrived")

        # Everything is done: the lists are gone.
        assert "Getting started" not in owner.get("/overview").text
    for who in ("ana@cedar.example", "luz@people.example"):
        with at(who, STARTS + 10 * DAY) as newcomer:
            newcomer.get("/getting-started").sees("Everything is done.")
