"""What people come for, from the first click to the end, in a real browser, and what it costs them in clicks and keys."""

import re
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from tests.in_browser.conftest import Hand, Opening, Site
from tests.life import PICTURE
from tests.world import NOW, PASSWORD

WORDS = "violet harvest pendulum quay"
HOUR = timedelta(hours=1)


def link_in_letter(place: Site, address: str) -> str:
    """The path of the link in the newest letter to an address."""
    text = place.one('SELECT text_body FROM letter WHERE "to" = %s ORDER BY id DESC LIMIT 1', address)
    found = re.search(r"^https?://[^/\s]+(/\S*)$", text, re.MULTILINE)
    assert found
    return found[1]


def join(page: Page, name: str) -> None:
    """Choose a password and be in."""
    page.locator("[name=password]").fill(WORDS)
    page.locator("[name=again]").fill(WORDS)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


# ---- coming in --------------------------------------------------------------------------------------------------


def test_rosa_signs_in_with_her_password_and_out_again(place: Site, open_as: Opening) -> None:
    page = open_as(None, "/sign-in")
    page.get_by_label("E-mail").fill("rosa@harbor.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/overview"))
    page.get_by_text("Your menu").locator("..").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/overview")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_a_facility_is_invited_and_comes_in(place: Site, open_as: Opening) -> None:
    ada = open_as("ada", "/facilities/new")
    for name, value in (
        ("name", "Cedar Clinic"), ("npi", "1234567893"), ("city", "Boulder"), ("ehr", "Epic"), ("contact_name", "Ana Ruiz"),
        ("contact_email", "ana@cedar.example"),
    ):  # fmt: skip
        ada.locator(f"main [name={name}]").fill(value)
    for name, value in (("kind", "private clinic"), ("time_zone", "America/Denver"), ("region", "CO")):
        ada.locator(f"main [name={name}]").select_option(value)
    ada.get_by_role("button", name="Register and invite").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Cedar Clinic")
    ana = open_as(None, link_in_letter(place, "ana@cedar.example"))
    join(ana, "Welcome, Ana")
    ana.goto("/settings")
    ana.get_by_role("button", name="Save").click()
    expect(ana.locator("#toasts")).to_contain_text(re.compile("confirmed|Saved"))


def test_a_coordinator_is_invited_comes_in_and_hands_in_a_paper_from_the_phone(place: Site, open_as: Opening) -> None:
    ada = open_as("ada", "/coordinators/new")
    ada.locator("[name=name]").fill("Luz Herrera")
    ada.locator("[name=email]").fill("luz@people.example")
    ada.locator("[name=country]").select_option("CO")
    ada.locator("[name=time_zone]").select_option("America/Bogota")
    ada.get_by_label("Prior-Authorization").check()
    ada.get_by_role("button", name="Register and invite").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Luz Herrera")
    luz = open_as(None, link_in_letter(place, "luz@people.example"), phone=True)
    join(luz, "Welcome, Luz")
    luz.goto("/credentials/mine/new?type=hipaa-training")
    luz.locator("[name=type]").select_option("hipaa-training")
    luz.locator("[name=issued_on]").fill("2026-11-01")
    luz.locator("input[type=file]").set_input_files({"name": "paper.png", "mimeType": "image/png", "buffer": PICTURE})
    luz.get_by_role("button", name="Send it to the agency").click()
    told = luz.locator("#toasts, #error-summary, .field-error")
    expect(told.first).to_be_visible()


# ---- a facility's week ------------------------------------------------------------------------------------------


def test_a_shift_is_posted_from_a_cell_of_the_roster_in_two_clicks(place: Site, open_as: Opening) -> None:
    page = open_as("rosa", "/schedule?week=2026-12-07")
    before = place.one("SELECT count(*) FROM shift")
    hand = Hand(page)
    hand.click(page.locator("a.add-shift").first)
    hand.click(page.get_by_role("button", name="Post 1 shift"))
    expect(page.locator("#toasts")).to_contain_text("1 shift posted")
    assert place.one("SELECT count(*) FROM shift") == before + 1
    assert (hand.clicks, hand.keys) == (2, 0)


def test_a_repeating_need_shows_price_and_matches_and_the_button_counts(place: Site, open_as: Opening) -> None:
    page = open_as("rosa", "/needs/new")
    page.locator("[name=line]").select_option("prior-auth")
    for name, value in (
        ("headcount", "1"), ("first_day", "2026-11-30"), ("starts_local", "09:00"), ("ends_local", "17:00"),
        ("until", "2026-12-18"),
    ):  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri"):
        page.locator("label", has_text=re.compile(f"^{day}")).first.click()
    post = page.get_by_role("button", name="Post 15 shifts")
    if not post.count():
        page.get_by_role("button", name="Check price and matches").click()
    expect(page.get_by_text("$4,680.00")).to_be_visible()
    post.click()
    expect(page.locator("#toasts")).to_contain_text("15 shifts posted")


def test_a_candidate_is_chosen_in_two_clicks_with_reasons_and_can_be_taken_back(place: Site, open_as: Opening) -> None:
    need = place.one(
        "SELECT n.id FROM need n JOIN facility f ON f.id = n.facility_id"
        " WHERE f.name LIKE 'Harbor%%' AND n.mode = 'first_come' ORDER BY n.id LIMIT 1"
    )
    page = open_as("rosa", f"/needs/{need}")
    hand = Hand(page)
    hand.click(page.locator("main a[href^='/shifts/']").first)
    expect(page.get_by_text(re.compile("Match")).first).to_be_visible()
    hand.click(page.get_by_role("button", name=re.compile("^Offer ")).first)
    expect(page.get_by_text("Waiting for reply").first).to_be_visible()
    assert hand.clicks == 2
    hand.click(page.get_by_role("button", name=re.compile("^Withdraw")).first)
    expect(page.get_by_role("button", name=re.compile("^Withdraw"))).to_have_count(0)


def test_a_clean_week_is_approved_with_one_click_and_an_exception_with_two_keys(place: Site, open_as: Opening) -> None:
    page = open_as("rosa", "/timesheets")
    hand = Hand(page)
    hand.click(page.get_by_role("button", name=re.compile(r"^Approve \d+ without exceptions")))
    expect(page.locator("#toasts")).to_contain_text("Approved: 2 shifts")
    assert hand.clicks == 1
    waiting = page.get_by_role("button", name=re.compile(r"^Approve "))
    left = waiting.count()
    assert left
    page.wait_for_load_state()
    hand.press("j").press("a")
    expect(waiting).to_have_count(left - 1)
    assert hand.keys == 2
    hand.press("u")
    expect(waiting).to_have_count(left)


def test_one_line_is_disputed_in_three_clicks(place: Site, open_as: Opening) -> None:
    page = open_as("nadia", "/timesheets")
    hand = Hand(page)
    hand.click(page.locator("#lines a.list-title").last)
    hand.click(page.get_by_text("Dispute these hours"))
    press = page.get_by_role("button", name="Dispute", exact=True)
    page.locator("form").filter(has=press).locator("[name=reason]").fill("Nobody was there after five.")
    hand.click(press)
    expect(page.locator("#toasts")).to_contain_text("Disputed.")
    assert hand.clicks == 3


# ---- a coordinator's phone --------------------------------------------------------------------------------------


def test_an_offer_is_accepted_with_one_tap_and_undone_with_another(place: Site, open_as: Opening) -> None:
    page = open_as("maya", "/offers", phone=True)
    hand = Hand(page)
    hand.click(page.get_by_role("button", name=re.compile("^Accept shift")).first)
    expect(page.locator("#toasts")).to_contain_text("You have this shift.")
    assert hand.clicks == 1
    hand.click(page.locator("#toasts").get_by_role("button", name="Undo"))
    expect(page.locator("#toasts")).to_contain_text("Undone. Nothing is booked.")


def test_an_offer_is_accepted_without_javascript(place: Site, open_as: Opening) -> None:
    page = open_as("maya", "/offers", phone=True, javascript=False)
    before = place.one("SELECT count(*) FROM assignment WHERE state = 'booked'")
    page.get_by_role("button", name=re.compile("^Accept shift")).first.click()
    expect(page.locator("#toasts")).to_contain_text("You have this shift.")
    assert place.one("SELECT count(*) FROM assignment WHERE state = 'booked'") == before + 1


def test_a_double_click_on_accept_books_once(place: Site, open_as: Opening) -> None:
    page = open_as("maya", "/offers", phone=True)
    before = place.one("SELECT count(*) FROM assignment")
    page.get_by_role("button", name=re.compile("^Accept shift")).first.dblclick()
    expect(page.locator("#toasts")).to_contain_text("You have this shift.")
    assert place.one("SELECT count(*) FROM assignment") == before + 1


CONTROLLED = """async () => {
  if (navigator.serviceWorker.controller) return;
  await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
}"""


def test_the_clock_is_one_tap_and_works_without_a_network(place: Site, open_as: Opening) -> None:
    page = open_as("maya", "/offers", phone=True)
    page.clock.install(time=NOW)
    page.evaluate(CONTROLLED)  # from here on what is seen is kept
    page.goto("/clock")
    before = place.one("SELECT count(*) FROM punch")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    hand = Hand(page)
    hand.click(page.get_by_role("button", name=re.compile("^Clock in")))
    expect(page.locator("#toasts")).to_contain_text("Saved on this phone, will be sent")
    assert hand.clicks == 1
    expect(page.locator("[data-waiting-presses] li")).to_have_text(re.compile("^Clock in · "))
    expect(page.locator("[data-next-presses] button").first).to_have_text("Start break")
    page.reload()
    expect(page.locator("[data-waiting-presses] li")).to_have_count(1)
    page.goto("/schedule")
    page.get_by_role("link", name="The clock", exact=True).click()
    expect(page.locator("[data-waiting-presses] li")).to_have_count(1)
    assert place.one("SELECT count(*) FROM punch") == before
    place.at(NOW + 10 * timedelta(minutes=1))
    page.clock.fast_forward(10 * 60 * 1000)
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#toasts")).to_contain_text("Sent.")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are working")
    ((source, at),) = place.rows("SELECT source, at FROM punch ORDER BY id DESC LIMIT 1")
    assert source == "offline"
    assert abs(at - NOW) < timedelta(minutes=2), "it counts from the moment the button was pressed"
    page.reload()
    assert place.one("SELECT count(*) FROM punch") == before + 1


def test_a_coordinator_clocks_in_with_one_tap_on_her_first_page(place: Site, open_as: Opening) -> None:
    page = open_as("maya", "/offers", phone=True)
    page.clock.install(time=NOW)
    page.goto("/offers")
    before = place.one("SELECT count(*) FROM punch")
    hand = Hand(page)
    hand.click(page.get_by_role("button", name="Clock in"))
    expect(page.get_by_role("heading", level=1)).to_have_text("You are working")
    expect(page).to_have_url(re.compile("/clock$"))
    expect(page.locator(".nav [aria-current]")).to_have_attribute("href", re.compile("/clock$"))
    assert hand.clicks == 1
    assert place.one("SELECT count(*) FROM punch") == before + 1


def test_cancelling_shows_what_it_costs_on_the_page_of_the_button(place: Site, open_as: Opening) -> None:
    booked = place.one(
        "SELECT a.id FROM assignment a JOIN coordinator c ON c.id = a.coordinator_id JOIN person p ON p.id = c.person_id"
        " WHERE p.email LIKE 'maya@%%' AND a.state = 'booked' ORDER BY a.starts_at LIMIT 1"
    )
    page = open_as("maya", f"/assignments/{booked}", phone=True)
    hand = Hand(page)
    hand.click(page.get_by_role("link", name=re.compile("^Cancel")))
    expect(page.get_by_text("What it means")).to_be_visible()
    page.locator("[name=reason]").fill("The flu")
    hand.click(page.locator("main").get_by_role("button", name=re.compile("^Cancel")))
    expect(page.locator("#toasts")).to_contain_text("Canceled.")
    assert hand.clicks <= 3


def test_a_typical_week_takes_four_actions_and_a_day_off_two(place: Site, open_as: Opening) -> None:
    page = open_as("jonas", "/me/availability", phone=True)
    hand = Hand(page)
    hours = page.locator("#hours")
    hours.locator("[name=start]").fill("08:00")
    hours.locator("[name=end]").fill("16:00")
    hand.click(hours.get_by_role("button", name="Save"))
    expect(page.locator("#toasts")).not_to_be_empty()
    assert hand.clicks + 2 <= 4
    off = page.locator("#off")
    off.locator("[name=first]").fill("2026-12-28")
    hand.click(off.get_by_role("button", name="Save day off"))
    expect(page.locator("#toasts")).to_contain_text("Off: Mon, Dec 28.")


# ---- the agency's desk ------------------------------------------------------------------------------------------


def test_the_credential_queue_is_cleared_by_keyboard_two_keys_each(place: Site, open_as: Opening) -> None:
    waiting = "SELECT count(*) FROM credential WHERE state = 'submitted'"
    before = place.one(waiting)
    page = open_as("chidi", "/credentials/")
    page.get_by_text("Start with the oldest").click()
    page.wait_for_url(re.compile(r"/credentials/\d+"))
    hand = Hand(page)
    for done in range(1, before + 1):
        shown = page.url
        hand.press("v")
        page.wait_for_url(lambda url, shown=shown: url != shown)
        assert place.one(waiting) == before - done
    assert hand.keys <= 2 * before
    assert hand.clicks == 0


def test_an_invoice_run_and_a_pay_run_take_two_clicks_each(place: Site, open_as: Opening) -> None:
    open_as("rosa", "/timesheets").get_by_role("button", name=re.compile(r"^Approve \d+ without")).click()
    page = open_as("felix", "/invoices")
    hand = Hand(page)
    hand.click(page.get_by_role("link", name="Invoice run"))
    hand.click(page.get_by_role("button", name=re.compile(r"^Issue \d+ invoice")))
    expect(page.locator("#toasts")).to_contain_text("issued")
    assert hand.clicks == 2
    page.goto("/pay-runs")
    hand = Hand(page)
    hand.click(page.get_by_role("link", name=re.compile("Ready to pay")))
    hand.click(page.get_by_role("button", name=re.compile(r"^Approve \$")))
    expect(page.locator("#toasts")).to_contain_text("set aside")
    assert hand.clicks == 2


def test_a_payment_is_recorded_and_the_facility_sees_it(place: Site, open_as: Opening) -> None:
    ((invoice, facility),) = place.rows(
        "SELECT id, facility_id FROM invoice WHERE state = 'issued' ORDER BY id LIMIT 1"
    )
    felix = open_as("felix", f"/invoices/{invoice}")
    felix.get_by_role("link", name=re.compile("payment", re.IGNORECASE)).first.click()
    felix.locator("[name=amount]").fill("100.00")
    felix.locator("[name=reference]").fill("CHK-9")
    felix.locator("main").get_by_role("button", name=re.compile("^Record")).click()
    expect(felix.locator("#toasts")).not_to_be_empty()
    assert place.one("SELECT count(*) FROM payment WHERE reference = 'CHK-9' AND facility_id = %s", facility) == 1
    rosa = open_as("rosa", f"/invoices/{invoice}")
    expect(rosa.get_by_text("$100.00").first).to_be_visible()


# ---- everywhere -------------------------------------------------------------------------------------------------


def test_keys_lead_through_the_site_and_can_be_switched_off(place: Site, open_as: Opening) -> None:
    page = open_as("rosa", "/overview")
    page.keyboard.press("g")
    page.keyboard.press(page.locator("nav [data-go][href^='/timesheets']").first.get_attribute("data-go") or "")
    expect(page).to_have_url(re.compile("/timesheets"))
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.get_by_role("button", name="Switch shortcuts off").click()
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.locator("#keys")).not_to_be_visible()


def test_what_is_wrong_is_said_on_top_and_the_focus_goes_there(place: Site, open_as: Opening) -> None:
    page = open_as("rosa", "/settings/sites/new")
    page.locator("main form").first.evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Add this site").click()
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"


def test_the_theme_follows_the_device_until_somebody_chooses(place: Site, open_as: Opening) -> None:
    page = open_as("maya", "/me", dark=True)
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.emulate_media(color_scheme="light")
    light = page.evaluate(ground)
    assert dark != light
    page.get_by_text("Your menu").locator("..").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    page.wait_for_load_state()
    assert page.evaluate(ground) == dark


def test_spanish_is_spoken_after_one_click(place: Site, open_as: Opening) -> None:
    page = open_as("maya", "/offers")
    page.get_by_text("Your menu").locator("..").click()
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")


# ---- the matching plan ------------------------------------------------------------------------------------------

WISHES = "SELECT count(*) FROM match_wish WHERE kind = 'pin' AND ended_at IS NULL"


def test_the_matching_plan_is_accepted_with_one_click_gap_and_reasons_on_screen(place: Site, open_as: Opening) -> None:
    page = open_as("sam", "/matching")
    expect(page.locator("main")).to_contain_text("below the best possible plan")
    expect(page.locator("main")).to_contain_text("Nobody may take it.")
    hand = Hand(page)
    hand.click(page.get_by_role("button", name=re.compile("^Publish: ")))
    expect(page.locator("#toasts")).to_contain_text("The plan is being published")
    assert hand.clicks == 1
    assert place.one("SELECT count(*) FROM match_plan WHERE state = 'publishing'") == 1
    assert place.one("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'plans.publish_plan'") == 1


def test_a_proposal_is_moved_by_the_menu(place: Site, open_as: Opening) -> None:
    page = open_as("sam", "/matching", phone=True)
    before = place.one(WISHES)
    form = page.locator("form.plan-change", has=page.locator("select")).first
    form.locator("select").select_option(index=1)
    form.get_by_role("button", name=re.compile("^(Move|Put in)")).click()
    expect(page.locator("#toasts")).to_contain_text("is pinned here")
    assert place.one(WISHES) == before + 1
    assert place.one("SELECT count(*) FROM match_plan WHERE state = 'queued'") == 1


def drag(page: Page, seat: Locator, shift: Locator) -> None:
    """A hand takes somebody by their initials, goes over to the shift, stays in motion until it lights up, and lets go."""
    grip, there = (where.bounding_box() for where in (seat.locator(".avatar"), shift.locator(".plan-what")))
    assert grip
    assert there
    x, y = there["x"] + there["width"] / 2, there["y"] + there["height"] / 2
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, y, steps=12)
    # A busy browser leaves out some of the positions it is told, also the last one; a hand is never quite still.
    for trembles in range(100):
        if "is-target" in (shift.get_attribute("class") or ""):
            break
        page.mouse.move(x + trembles % 3, y)
        page.wait_for_timeout(50)
    page.mouse.up()


def test_a_proposal_is_moved_by_drag(place: Site, open_as: Opening) -> None:
    page = open_as("sam", "/matching")
    page.set_viewport_size({"width": 1440, "height": 2400})  # both ends of the way are in sight
    before = place.one(WISHES)
    dragged = page.locator("[data-drag]").all()
    shifts = page.locator("li[data-drop]", has=page.locator("select")).all()
    for seat in dragged:
        who = seat.get_attribute("data-drag")
        own = seat.locator("xpath=ancestor::li").get_attribute("data-drop")
        for shift in shifts:
            known = shift.locator(f"option[value='{who}']").count()
            if known and shift.get_attribute("data-drop") != own:
                drag(page, seat, shift)
                expect(page.locator("#toasts")).to_contain_text("is pinned here")
                assert place.one(WISHES) == before + 1
                return
    raise AssertionError("nobody could be dragged anywhere: nothing was checked")
