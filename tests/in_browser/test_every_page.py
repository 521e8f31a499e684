"""Every page as a browser shows it: readable for everybody, in both themes, on both screens and on 320 pixels, and light."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response

from tests.house.walking import walked
from tests.in_browser.conftest import DESKTOP, PHONE, Opening, Site
from tests.life import Lively

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
HEAVIEST, MOST_REQUESTS, MOST_SCRIPT, MOST_NODES, NARROW = 90 * 1024, 12, 25 * 1024, 1500, 320


def faults(page: Page) -> list[str]:
    """What axe objects to, with where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[Any] = page.evaluate("options => axe.run(options).then(({violations}) => violations)", RULES)
    return [
        f"{each['id']}: {each['help']} ({', '.join(str(node['target']) for node in each['nodes'][:3])})"
        for each in found
    ]


def addresses(lively: Lively, who: str) -> list[str]:
    """One page of each kind that this person meets."""
    found: dict[str, str] = {}
    for seen in walked(lively, who).pages:
        if seen.status == 200 and "<html" in seen.html:
            found.setdefault(seen.endpoint, seen.address)
    return list(found.values())


@pytest.mark.parametrize("who", ["visitor", "ada", "rosa", "maya"])
def test_every_page_is_readable_narrow_and_light(shown: Site, open_as: Opening, lively: Lively, who: str) -> None:
    page = open_as(None if who == "visitor" else who, "/status" if who == "visitor" else "/account")
    told, received = [], heard(page)
    for number, address in enumerate(addresses(lively, who)):
        received.clear()
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        page.goto(address)
        told += [f"{address}: {fault}" for fault in heavy(page, received)]
        # Two of the four: the next page gets the other two.
        for screen, theme in ((DESKTOP, number % 2), (PHONE, 1 - number % 2)):
            page.set_viewport_size(screen)  # type: ignore[arg-type]
            page.emulate_media(color_scheme="dark" if theme else "light")
            told += [
                f"{address} at {screen['width']} {'dark' if theme else 'light'}: {fault}" for fault in faults(page)
            ]
        told += [f"{address}: {fault}" for fault in sideways(page)]
    assert not told, "\n".join(told)


def heard(page: Page) -> list[Response]:
    """Every answer the page gets from now on."""
    received: list[Response] = []
    page.on("response", lambda got: received.append(got))
    return received


def heavy(page: Page, received: list[Response]) -> Iterator[str]:
    """What makes a first visit slow. Weighed compressed, as a proxy would send it."""
    nodes = page.evaluate("document.querySelectorAll('*').length")
    if nodes > MOST_NODES:
        yield f"has {nodes} elements"
    if len(received) > MOST_REQUESTS:
        yield f"asks {len(received)} times"


def sideways(page: Page, window: int = NARROW) -> Iterator[str]:
    """Whether a narrow window has to be scrolled sideways."""
    page.set_viewport_size({"width": window, "height": 700})
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > window:
        worst = page.evaluate(
            """width => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > width + 1)
            .slice(0, 4).map(e => e.tagName + '.' + e.className)""",
            window,
        )
        yield f"is {width} pixels wide on a window of {window}: {worst}"


@pytest.mark.parametrize(
    ("who", "paths"),
    [("rosa", ("/people", "/timesheets?state=approved")), ("ada", ("/needs", "/timesheets?state=to_approve"))],
)
def test_tables_fit_a_phone_in_spanish_whose_words_are_longer(
    shown: Site, open_as: Opening, who: str, paths: tuple[str, ...]
) -> None:
    page = open_as(who, "/account")
    with page.expect_navigation():
        page.locator("button[name=locale][value=es]").first.evaluate("button => button.form.requestSubmit(button)")
    told: list[str] = []
    for path in paths:
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == "es"
        told += [f"{path}: {fault}" for window in (NARROW, PHONE["width"]) for fault in sideways(page, window)]
    assert not told, "\n".join(told)


@pytest.mark.parametrize(
    ("who", "path"), [(None, "/"), ("rosa", "/overview"), ("maya", "/offers"), ("ada", "/overview")]
)
def test_a_cold_visit_is_light(shown: Site, open_as: Opening, who: str | None, path: str) -> None:
    """Everything a browser fetches that has nothing yet, weighed compressed."""
    page = open_as(who, "/healthz")
    received = heard(page)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    weights = {got.url: len(gzip.compress(got.body(), 6)) for got in received if got.status == 200}
    pages_own = {url: weight for url, weight in weights.items() if "/sw.js" not in url}
    scripts = sum(weight for url, weight in pages_own.items() if ".js" in url)
    assert len(received) <= 2 * MOST_REQUESTS
    assert sum(pages_own.values()) <= HEAVIEST, sorted(pages_own.items(), key=lambda each: -each[1])
    assert scripts <= MOST_SCRIPT, pages_own


def test_the_checks_find_planted_faults(shown: Site, open_as: Opening) -> None:
    page = open_as("rosa", "/account")
    page.evaluate(
        """() => {
        const main = document.querySelector('main');
        main.insertAdjacentHTML('beforeend', '<img src="/static/icon.svg"><input name="q"><h5>x</h5><a href="/"></a>'
            + '<p id="pale">hardly there</p><div id="wide">wide</div>');
        document.getElementById('pale').style.color = '#ddd';
        document.getElementById('wide').style.width = '900px';
        for (let n = 0; n < 1500; n++) main.append(document.createElement('i'));
        }"""
    )
    found = " ".join(faults(page))
    for rule in ("image-alt", "label", "heading-order", "link-name", "color-contrast"):
        assert rule in found, rule
    assert list(sideways(page))
    assert list(heavy(page, []))


def test_a_layout_does_not_move_while_it_loads(shown: Site, open_as: Opening) -> None:
    for who, path in (("rosa", "/overview"), ("maya", "/offers"), ("ada", "/overview")):
        page = open_as(who, path, phone=True)
        moved = page.evaluate(
            """() => new Promise(done => { let sum = 0;
            new PerformanceObserver(list => { for (const e of list.getEntries()) sum += e.value; })
                .observe({ type: 'layout-shift', buffered: true });
            setTimeout(() => done(sum), 300); })"""
        )
        assert moved <= 0.02, (path, moved)
