"""An approver's week by keyboard, and a phone that loses its network: in a real browser, against the real site."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from marketplace.db import SYSTEM, bind_actor, session
from marketplace.timesheets.models import Punch, PunchSource, TimeEntry
from marketplace.timesheets.rules import EntryState, PunchKind
from tests.browser import Visitor
from tests.in_browser.serving import Clock
from tests.timesheets.hours import IN, MONDAY, OUT, booked, handed_in, worked_line
from tests.world import NOW

# The small server used here leaves the closing of files it sends to the garbage collector.
pytestmark = [
    pytest.mark.committed,
    pytest.mark.enable_socket,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def address(site: Flask, session: Any) -> Iterator[str]:
    """The site on a port of its own. Its clock goes on from `NOW` (the one that is frozen stands in the test alone)."""
    clock = Clock(site)
    clock.set(NOW)
    server = make_server("127.0.0.1", 0, clock, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def opened(site: Flask, address: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`opened("rosa", "/timesheets", 1440)`: a window of somebody who is signed in; errors in its console fail the test."""
    contexts, errors = [], []

    def open_page(who: str, path: str, width: int) -> Page:
        cookie = Visitor(site).sign_in(who).client.get_cookie("session")
        assert cookie is not None
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        context.clock.set_system_time(NOW)
        context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [error for error in errors if "ERR_INTERNET_DISCONNECTED" not in error] == []


def test_a_week_is_approved_by_keyboard_without_losing_ones_place(world, opened):
    lines = [worked_line(world, world.maya, MONDAY + timedelta(days=day)) for day in range(2)]
    odd = worked_line(world, world.devon, MONDAY + timedelta(days=2), (IN, 0), (OUT, 528))
    handed_in([*lines, odd], NOW - timedelta(hours=5))
    odd_id = odd.id
    session.commit()
    page = opened("rosa", "/timesheets", 1440)
    heading = page.locator("h1")
    expect(heading).to_have_text("3 timesheets to approve")
    page.get_by_role("button", name="Approve 2 without exceptions").click()
    expect(heading).to_have_text("1 timesheet to approve")
    expect(page.locator("#toasts")).to_contain_text("Approved: 2 shifts, 16 h, $624.00.")
    for _ in range(3):
        page.keyboard.press("j")
    expect(page.locator(f"#line-{odd_id}")).to_be_focused()
    page.keyboard.press("a")
    expect(heading).to_have_text("Nothing to approve")
    expect(page.locator(f"#line-{odd_id}")).to_be_focused()
    page.keyboard.press("u")
    expect(heading).to_have_text("1 timesheet to approve")
    page.keyboard.press("e")
    page.wait_for_url(f"**/timesheets/lines/{odd_id}")
    bind_actor(SYSTEM)
    session.expire_all()
    assert session.get_one(TimeEntry, odd_id).state is EntryState.PENDING


def test_keys_pressed_while_all_clean_ones_are_approved_wait_for_the_new_list(world, opened):
    lines = [worked_line(world, world.maya, MONDAY + timedelta(days=day)) for day in range(2)]
    odd = worked_line(world, world.devon, MONDAY + timedelta(days=2), (IN, 0), (OUT, 528))
    handed_in([*lines, odd], NOW - timedelta(hours=5))
    keys, odd_id = [line.id for line in lines], odd.id
    session.commit()
    page = opened("rosa", "/timesheets", 1440)
    held = []
    page.route(
        lambda _url: not held,
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    page.get_by_role("button", name="Approve 2 without exceptions").click()
    for key in "ja":
        page.keyboard.press(key)
    expect(page.locator("#lines")).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    expect(page.locator("h1")).to_have_text("Nothing to approve")
    expect(page.locator(f"#line-{odd_id}")).to_be_focused()
    bind_actor(SYSTEM)
    session.expire_all()
    assert {session.get_one(TimeEntry, key).state for key in (*keys, odd_id)} == {EntryState.APPROVED}


def test_a_punch_without_a_network_is_kept_and_sent_once(world, opened):
    start = (NOW + timedelta(minutes=5)).astimezone(ZoneInfo("America/Chicago"))
    times = [at.time().replace(second=0, microsecond=0) for at in (start, start + timedelta(hours=4))]
    shift_id = booked(world, world.maya, start.date(), *times).id
    session.commit()
    page = opened("maya", "/clock", 390)
    expect(page.locator("h1")).to_have_text("Clock")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.get_by_role("button", name="Clock in").first.click()
    expect(page.locator("#toasts")).to_contain_text("Saved on this phone, will be sent")
    page.context.set_offline(False)
    expect(page.locator("#toasts")).to_contain_text("Sent. It counts from the moment you pressed the button.")
    page.reload()
    expect(page.locator("h1")).to_have_text("You are working")
    bind_actor(SYSTEM)
    session.expire_all()
    [punch] = session.scalars(select(Punch).where(Punch.assignment_id == shift_id)).all()
    assert (punch.kind, punch.source) == (PunchKind.IN, PunchSource.OFFLINE)
    assert page.evaluate("localStorage.getItem('punches')") is None
