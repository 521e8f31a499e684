"""Real browsers at a real server: `open_as("rosa")` is Rosa's browser, signed in, whose console must stay silent."""

import gc
import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy.engine import make_url

from marketplace.accounts.authentication.tokens import token_hash
from tests.life import PICTURE, ROOT, lively, lively_engine, lively_template
from tests.world import NOW

__all__ = ["lively", "lively_engine", "lively_template"]

KEY = "only for tests, and long enough to be taken"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives a browser, and its database is its own."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


class Site:
    """The running site. `use` gives it a database; `at` sets its clock."""

    def __init__(self, process: subprocess.Popen[str], home: Path) -> None:
        self.process, self.home = process, home
        assert process.stdout is not None
        self.address = f"http://127.0.0.1:{int(process.stdout.readline())}"
        self.database = ""

    def use(self, database: str) -> None:
        self.database = database
        self._tell(database=database, now=NOW.isoformat())
        self.rows("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 hour')")
        for (name,) in self.rows("SELECT stored_as FROM document"):
            place = self.home / "uploads" / str(name)
            for each in (place, place.parent / str(name)[:2] / str(name)):
                each.parent.mkdir(parents=True, exist_ok=True)
                each.write_bytes(PICTURE)

    def at(self, moment: datetime) -> None:
        self._tell(now=moment.isoformat())

    def rows(self, asked: str, *values: object) -> list[Any]:
        """Look into the database, or change it, as its owner."""
        with psycopg.connect(self._plain(), autocommit=True) as connection:
            found = connection.execute(asked, values or None)  # type: ignore[arg-type]
            return found.fetchall() if found.description else []

    def one(self, asked: str, *values: object) -> Any:
        """The one value that is asked for."""
        ((value,),) = self.rows(asked, *values)
        return value

    def cookie_of(self, who: str) -> str:
        """Sign one of the cast in, as the page would, and return what their browser keeps."""
        token = secrets.token_urlsafe(32)
        address = who if "@" in who else f"{who}@%"
        self.rows(
            "INSERT INTO sign_in_session (token_hash, person_id, membership_id, started_at, seen_at, confirmed_at)"
            " SELECT %s, p.id, m.id, %s, %s, %s FROM person p JOIN membership m ON m.person_id = p.id WHERE p.email LIKE %s",
            token_hash(token), NOW, NOW, NOW, address,
        )  # fmt: skip
        bare = Flask("bare")
        bare.secret_key = KEY
        signer = bare.session_interface.get_signing_serializer(bare)  # type: ignore[attr-defined]
        return str(signer.dumps({"_user_id": token}))

    def _plain(self) -> str:
        return make_url(self.database).set(drivername="postgresql").render_as_string(hide_password=False)

    def _tell(self, **told: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "ok\n"


@pytest.fixture(scope="session")
def server(databases: Any, lively_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site's own process, for all browser tests of this one."""
    home = tmp_path_factory.mktemp("served")
    environment = {
        "MARKETPLACE_HOME": str(home), "SECRET_KEY": KEY, "AGENCY_NAME": "Northlight Coordination", "REQUIRE_SECOND_FACTOR": "no",
    }  # fmt: skip
    log = (home / "log").open("w")
    with databases.copy(lively_template) as url:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.in_browser.serving", json.dumps(environment), url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT,
        )  # fmt: skip
        try:
            yield Site(process, home)
        finally:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.wait(60)
            process.stdout.close()
            log.close()


@pytest.fixture
def place(server: Site, databases: Any, lively_template: str) -> Iterator[Site]:
    """The site on a lively database that is this test's own."""
    with databases.copy(lively_template) as url:
        server.use(url)
        yield server


@pytest.fixture(scope="module")
def shown(server: Site, databases: Any, lively_template: str) -> Iterator[Site]:
    """The site on a lively database for tests that only look."""
    with databases.copy(lively_template) as url:
        server.use(url)
        yield server


class Hand:
    """Somebody's hand on a page: what it clicks, taps and types is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.keys = page, 0, 0

    def click(self, what: Locator | str) -> "Hand":
        """A button or link by its words, or whatever the locator finds first."""
        target = what if isinstance(what, Locator) else button(self.page, what)
        target.first.click()
        self.clicks += 1
        return self

    def press(self, key: str) -> "Hand":
        self.page.keyboard.press(key)
        self.keys += 1
        return self


def button(page: Page, words: str) -> Locator:
    """What can be pressed under these words, in the page itself or its toasts."""
    return page.get_by_role("button", name=words).or_(page.get_by_role("link", name=words)).locator("visible=true")


Opening = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser, server: Site) -> Iterator[Opening]:
    """`open_as("maya", "/offers", phone=True)`; at the end nothing may stand in any console, and no answer be ours to blame."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(
        who: str | None,
        path: str = "/",
        *,
        phone: bool = False,
        dark: bool = False,
        javascript: bool = True,
        **more: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=server.address, viewport=PHONE if phone else DESKTOP, has_touch=phone,
            color_scheme="dark" if dark else "light", java_script_enabled=javascript, locale="en-US",
            timezone_id="America/Chicago", reduced_motion="reduce", **more,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(15_000)
        if who is not None:
            context.add_cookies([{"name": "session", "value": server.cookie_of(who), "url": server.address}])
        page = context.new_page()
        watch(page, complaints)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    gc.collect()
    assert complaints == []


def watch(page: Page, complaints: list[str]) -> None:
    """Note what stands in the console, also what the content policy stopped, and answers that are errors of ours."""

    def heard(message: Any) -> None:
        expected = (
            "the server responded with a status of 4" in message.text or "ERR_INTERNET_DISCONNECTED" in message.text
        )
        if message.type in ("error", "warning") and not expected:
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("response", lambda got: got.status >= 500 and complaints.append(f"{got.url}: {got.status}"))
