"""Walking through the whole site as one of the cast: every link from the first page on, and what is wrong with the pages met."""

import fcntl
import os
import pickle
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from marketplace.db import SYSTEM, bind_actor, session
from marketplace.eligibility.index import current_index
from marketplace.kernel import now
from tests.browser import Node, Visitor, read
from tests.life import Lively

ACTORS = ("visitor", "ada", "sam", "chidi", "felix", "rosa", "tom", "nadia", "bea", "lars", "maya", "jonas")
"""Nobody; four of the agency; owner, scheduler, approver and billing of Harbor; the owner of Riverside; two coordinators."""

OF_EACH = {"ada": 2, "rosa": 2, "maya": 2}  # so many pages of one kind, of others one: they meet the same pages
DRESS = re.compile(r"^(style|on[a-z]+)$")
NOT_TYPED = frozenset({"hidden", "submit", "button", "reset", "image"})


def each_alone(people: Iterable[str]) -> list[Any]:
    """Test parameters: what one person meets stays in one process, and several people are spread over several."""
    return [pytest.param(who, marks=pytest.mark.xdist_group(f"walk-{who}"), id=who) for who in people]


@dataclass
class Seen:
    """One page as it was met."""

    address: str
    endpoint: str
    status: int
    statements: list[str]
    html: str
    linked_from: str
    kind: str

    @cached_property
    def page(self) -> Node:
        return read(self.html)

    def __getstate__(self) -> dict[str, Any]:
        """Without the tree, which is read again where it is wanted."""
        return {name: value for name, value in self.__dict__.items() if name != "page"}


@dataclass
class Walk:
    """All that one person met."""

    who: str
    pages: list[Seen] = field(default_factory=list)

    @property
    def endpoints(self) -> set[str]:
        return {page.endpoint for page in self.pages}


def at_the_site(app: Flask, who: str) -> Visitor:
    """A browser of that person; of nobody for "visitor"."""
    visitor = Visitor(app)
    return visitor if who == "visitor" else visitor.sign_in(who)


def endpoint_of(app: Flask, address: str, method: str = "GET") -> str | None:
    """Which page an address leads to; None when there is none."""
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(address).path, method)[0])
    except RequestRedirect as elsewhere:
        return endpoint_of(app, elsewhere.new_url, method)
    except (NotFound, MethodNotAllowed):
        return None


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements of a stretch, without those that set a transaction up for the test alone."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        statement = str(arguments[2])
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO", "SET CONSTRAINTS")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def walk(app: Flask, who: str, start: str = "/") -> Walk:
    """Every page that can be reached by links, forms that ask, and parts that load themselves."""
    visitor, met = at_the_site(app, who), Walk(who)
    waiting, done, of_kind = deque([(start, "")]), {start}, Counter[str]()
    while waiting:
        address, linked_from = waiting.popleft()
        seen = look(visitor, address, linked_from)
        met.pages.append(seen)
        for found in links(seen):
            kind = _kind(app, found)
            if found in done or of_kind[kind] >= OF_EACH.get(who, 1):
                continue
            done.add(found)
            of_kind[kind] += 1
            waiting.append((found, seen.address))
    return met


_walks: dict[str, Walk] = {}


def with_the_index_read() -> None:
    """A process that serves has read everybody into its index; the first pages of a new one ask a little more."""
    bind_actor(SYSTEM)
    with current_index(now()):
        pass
    session.remove()


def walked(lively: Lively, who: str) -> Walk:
    """`walk` in the lively world, once for all tests and all processes of this run: they all begin with the same."""
    if who not in _walks:
        with _kept_for_the_run(lively, who) as file:
            if file is not None and file.exists():
                _walks[who] = pickle.loads(file.read_bytes())
            else:
                with lively.undone:
                    with_the_index_read()
                    _walks[who] = walk(lively.app, who)
                if file is not None:
                    file.write_bytes(pickle.dumps(_walks[who]))
    return _walks[who]


@contextmanager
def _kept_for_the_run(lively: Lively, who: str) -> Iterator[Path | None]:
    """Where the workers of pytest-xdist keep a walk for each other, locked; None for a process that is alone."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield None
        return
    folder = lively.app.config["SETTINGS"].home.parent.parent  # each worker has a folder of its own in that of the run
    with (folder / f"walk-{who}.lock").open("a") as waiting:
        fcntl.flock(waiting, fcntl.LOCK_EX)
        yield folder / f"walk-{who}.pickle"


def look(visitor: Visitor, address: str, linked_from: str = "") -> Seen:
    """One page, after the redirects a browser would follow. The statements are those of the last request."""
    for _ in range(6):
        with counted() as statements:
            try:
                answer = visitor.client.get(address)
            except Exception as error:  # even the page of the error failed
                return Seen(address, "none", 500, [], "", linked_from, repr(error))
        if answer.status_code not in (301, 302, 303, 307, 308):
            break
        address = urljoin(address, answer.headers["Location"])
        address = urlsplit(address)._replace(scheme="", netloc="").geturl()
    kind = answer.mimetype or ""
    endpoint = endpoint_of(visitor.app, address) or "none"
    html = answer.get_data(as_text=True) if kind == "text/html" else ""
    answer.close()
    return Seen(address, endpoint, answer.status_code, statements, html, linked_from, kind)


def links(seen: Seen) -> list[str]:
    """Every address of this site that the page leads to without changing anything."""
    found = []
    for node in seen.page.walk() if seen.html else ():
        if node.tag == "a":
            found.append(node.attributes.get("href"))
        if node.tag == "form" and node.attributes.get("method", "get").lower() == "get":
            found.append(node.attributes.get("action"))
        if node.tag == "img":
            found.append(node.attributes.get("src"))
        found.append(node.attributes.get("hx-get"))
    addresses = (urlsplit(urljoin(seen.address, address)) for address in found if address)
    return list(
        dict.fromkeys(
            parts._replace(fragment="").geturl() for parts in addresses if not parts.scheme and not parts.netloc
        )
    )


def _kind(app: Flask, address: str) -> str:
    parts = urlsplit(address)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{endpoint_of(app, address) or parts.path}?{','.join(names)}"


# ---- what is wrong with a page ----------------------------------------------------------------------------------


def faults_of(app: Flask, who: str, seen: Seen, repeatable: dict[str, str]) -> list[str]:
    """In words, each beginning with where it is. `repeatable` are acts whose forms need no key of their own."""
    told = [] if seen.status == 200 else [f"answers {seen.status} (linked from {seen.linked_from})"]
    if not seen.html:
        return [f"{who} {seen.address}: {fault}" for fault in told]
    page = seen.page
    if page.all("html"):
        told += _frame(page)
    told += [*_dress(page), *_labels(page), *_forms(app, who, page, seen, repeatable), *_words(page)]
    return [f"{who} {seen.address}: {fault}" for fault in told]


def _frame(page: Node) -> Iterator[str]:
    headings = page.all("h1")
    if len(headings) != 1 or not headings[0].text:
        yield f"has {len(headings)} headings of the first rank: {[node.text for node in headings]}"
    if not page.all("html")[0].attributes.get("lang"):
        yield "does not say its language"
    titles = [node for node in page.all("title") if node.parent is not None and node.parent.tag == "head"]
    if len(titles) != 1 or titles[0].text.startswith("·"):
        yield "has no title"
    if len(page.all("main")) != 1:
        yield "has not exactly one main part"
    names = Counter(node.attributes["id"] for node in page.walk() if "id" in node.attributes)
    yield from (f"uses the id {name!r} {count} times" for name, count in names.items() if count > 1)
    main = page.all("main")[0] if page.all("main") else page
    buttons = (node for node in main.walk() if "btn-primary" in node.attributes.get("class", "").split())
    primary = [node.text for node in buttons if not _in_a_list(node)]
    if len(primary) > 1:
        yield f"has several primary buttons: {primary}"


def _in_a_list(node: Node) -> bool:
    """A card or row of many like it, each with its own way on."""
    return any(node.inside(tag) is not None for tag in ("li", "article", "tr"))


def _dress(page: Node) -> Iterator[str]:
    for node in page.walk():
        if node.tag == "style" or (node.tag == "script" and "src" not in node.attributes):
            yield f"carries an inline <{node.tag}>"
        for name, value in node.attributes.items():
            if DRESS.match(name) or name.startswith("hx-on") or "javascript:" in value.lower():
                yield f"carries {name}={value[:40]!r} on <{node.tag}>"
            if name.startswith("hx-") and value.startswith("js:"):
                yield f"evaluates {name} on <{node.tag}>"
        if node.tag == "img" and "alt" not in node.attributes:
            yield f"shows a picture without words: {node.attributes.get('src')}"


def _labels(page: Node) -> Iterator[str]:
    ids = {node.attributes["id"] for node in page.walk() if "id" in node.attributes}
    labelled = {node.attributes["for"] for node in page.all("label") if "for" in node.attributes}
    for node in page.walk():
        given = node.attributes
        for name in ("aria-labelledby", "aria-describedby", "for", "list", "form", "popovertarget"):
            lost = set(given.get(name, "").split()) - ids
            if lost and node.tag != "output":
                yield f"<{node.tag} {name}> speaks of {sorted(lost)}, which is not there"
        named = bool(given.get("aria-label") or given.get("aria-labelledby"))
        if node.tag in ("input", "select", "textarea") and given.get("type", "text") not in NOT_TYPED:
            within = node.inside("label")
            if not (named or given.get("id") in labelled or (within is not None and within.text)):
                yield f"does not say what to put into {node.tag} {given.get('name')!r}"
        if node.tag in ("a", "button") and not (
            named or node.text or any(i.attributes.get("alt") for i in node.all("img"))
        ):
            yield f"has a {node.tag} without words: {given.get('href') or given.get('name')}"


def _forms(app: Flask, who: str, page: Node, seen: Seen, repeatable: dict[str, str]) -> Iterator[str]:
    for form in page.all("form"):
        if form.attributes.get("method", "get").lower() != "post":
            continue
        action = urljoin(seen.address, form.attributes.get("action") or seen.address)
        endpoint = endpoint_of(app, action, "POST")
        if endpoint is None:
            yield f"has a form that leads nowhere: {action}"
            continue
        identity = form.attributes.get("id")
        inputs = [*form.walk(), *(n for n in page.walk() if identity and n.attributes.get("form") == identity)]
        names = {node.attributes.get("name") for node in inputs if node.tag == "input"}
        if "csrf_token" not in names:
            yield f"has a form without token: {action}"
        if who != "visitor" and "idempotency_key" not in names and endpoint not in repeatable:
            yield f"has a form without a key of its own: {action} ({endpoint})"
        presses = [
            n
            for n in page.walk()
            if (n.tag == "button" and n.attributes.get("type", "submit") == "submit")
            or (n.tag == "input" and n.attributes.get("type") == "submit")
        ]
        if not any(n.inside("form") is form or (identity and n.attributes.get("form") == identity) for n in presses):
            yield f"has a form that nothing sends without JavaScript: {action}"


def _words(page: Node) -> Iterator[str]:
    text = page.text
    for mark in ("{{", "}}", "{%", "%(", "Undefined", "<built-in"):
        if mark in text:
            yield f"shows {mark!r}"
