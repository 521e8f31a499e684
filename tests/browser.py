"""A person at the site without JavaScript: sees pages, follows links, presses buttons that are really there.

`visitor.press("Approve", note="…")` finds the button with that text on the page last seen, sends its form with every field
it carries (token, keys, defaults) and follows the redirect. A button that is missing, or a form without its token, fails.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import sign_in
from marketplace.accounts.models import Membership, Person
from marketplace.db import SYSTEM, bind_actor, session


class Node:
    """An element of a page. The same element is always the same node."""

    def __init__(self, element: lxml.html.HtmlElement, known: "dict[lxml.html.HtmlElement, Node]") -> None:
        self.element, self._known = element, known
        self.tag: str = element.tag
        self.attributes: dict[str, str] = dict(element.attrib)

    def _node(self, element: lxml.html.HtmlElement) -> "Node":
        return self._known.get(element) or self._known.setdefault(element, Node(element, self._known))

    def walk(self) -> "Iterator[Node]":
        return (self._node(found) for found in self.element.iter(etree.Element))

    @property
    def parent(self) -> "Node | None":
        found = self.element.getparent()
        return None if found is None else self._node(found)

    @property
    def own_text(self) -> str:
        """The text that stands in it but not in an element of it, as it was written."""
        return "".join(self.element.xpath("text()"))

    @property
    def text(self) -> str:
        """What is read there, white space folded."""
        return " ".join(" ".join(_read_aloud(self.element)).split())

    def all(self, tag: str, **attributes: str) -> "list[Node]":
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            self._node(found)
            for found in self.element.iter(tag)
            if all(found.get(name) == value for name, value in wanted.items())
        ]

    def inside(self, tag: str) -> "Node | None":
        found = next(self.element.iterancestors(tag), None)
        return None if found is None else self._node(found)


_read_aloud = etree.XPath("descendant-or-self::*[not(self::script or self::style)]/text()")
_PARSER = lxml.html.HTMLParser(encoding="utf-8")


def read(html: str) -> Node:
    """A page as a tree."""
    known: dict[lxml.html.HtmlElement, Node] = {}
    if "<html" in html:
        root = lxml.html.document_fromstring(html.encode(), parser=_PARSER)
    else:  # a part of a page, or nothing: no frame is invented around it
        root = lxml.html.fragment_fromstring(html.encode(), create_parent="root", parser=_PARSER)
    return known.setdefault(root, Node(root, known))


class Visitor:
    """One browser. `page` is the tree last seen, `status` its code, `path` its address."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.status, self.path, self.html, self.headers = 0, "/", "", {}
        self.page = read("")

    def sign_in(self, who: str | Person) -> "Visitor":
        """Open a real sign-in session for one of the cast ("rosa", an address, or a Person) without typing a password."""
        with self.app.test_request_context():
            bind_actor(SYSTEM)
            person = who if isinstance(who, Person) else _person(who)
            person = (
                session.scalars(
                    select(Person)
                    .where(Person.id == person.id)
                    .options(joinedload(Person.memberships).joinedload(Membership.organisation))
                )
                .unique()
                .one()
            )
            from flask import session as cookie

            sign_in(person, second_factor_done=True)
            session.commit()
            kept = dict(cookie)
        with self.client.session_transaction() as cookie_of_client:
            cookie_of_client.update(kept)
        return self

    def get(self, path: str, **options: Any) -> "Visitor":
        """Look at a page, following redirects within the site."""
        return self._seen(self.client.get(path, follow_redirects=True, **options))

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> "Visitor":
        """Send a form made by hand, with the token of the page last seen (for what a page would never send)."""
        tokens = [n.attributes.get("value", "") for n in self.page.all("input", name="csrf_token")]
        data = {"csrf_token": tokens[0] if tokens else "", **(data or {})}
        return self._seen(self.client.post(path, data=data, follow_redirects=True, **options))

    def press(self, label: str, within: str = "", **fields: Any) -> "Visitor":
        """Press the button whose text begins with `label` (the first inside the element with id `within`, when given)."""
        button = self.button(label, within)
        form = button.inside("form")
        if "form" in button.attributes:
            form = next(n for n in self.page.all("form") if n.attributes.get("id") == button.attributes["form"])
        assert form is not None, f"{label!r} stands in no form"
        data = _fields(form)
        if "name" in button.attributes:
            data[button.attributes["name"]] = [button.attributes.get("value", "")]
        for name, value in fields.items():
            assert name in data or _has(form, name), f"the form of {label!r} has no field {name!r}: {sorted(data)}"
            data[name] = value if isinstance(value, list) else [value]
        method = button.attributes.get("formmethod", form.attributes.get("method", "get")).lower()
        address = urljoin(
            self.path, button.attributes.get("formaction", form.attributes.get("action", "")) or self.path
        )
        flat = {name: values for name, values in data.items() if values}
        if method == "get":
            return self._seen(self.client.get(address, query_string=flat, follow_redirects=True))
        return self._seen(self.client.post(address, data=flat, follow_redirects=True))

    def follow(self, label: str) -> "Visitor":
        """Follow the link whose text begins with `label`."""
        links = [
            n
            for n in self.page.all("a")
            if n.text.startswith(label) or n.attributes.get("aria-label", "").startswith(label)
        ]
        assert links, f"no link {label!r} on {self.path}; there are: {[n.text for n in self.page.all('a')]}"
        return self.get(urljoin(self.path, links[0].attributes["href"]))

    def button(self, label: str, within: str = "") -> Node:
        """The button with that text; fails with the list of those that are there."""
        root = self.page
        if within:
            root = next((n for n in self.page.walk() if n.attributes.get("id") == within), read(""))
        buttons = [n for n in root.all("button") if n.attributes.get("type") != "button"]
        for node in buttons:
            if node.text.startswith(label) or node.attributes.get("aria-label", "").startswith(label):
                return node
        raise AssertionError(
            f"no button {label!r} on {self.path} ({self.status}); there are: {[n.text for n in buttons]}"
        )

    def sees(self, *texts: str) -> bool:
        """Whether every text stands on the page."""
        text = self.page.text
        missing = [t for t in texts if t not in text]
        assert not missing, f"{missing} not on {self.path} ({self.status}): {text[:1500]}"
        return True

    @property
    def text(self) -> str:
        return self.page.text

    @property
    def heading(self) -> str:
        """The one h1."""
        headings = self.page.all("h1")
        assert len(headings) == 1, f"{len(headings)} h1 on {self.path}"
        return headings[0].text

    def _seen(self, response: Any) -> "Visitor":
        self.status, self.headers = response.status_code, response.headers
        self.html = response.get_data(as_text=True) if (response.mimetype or "").startswith("text") else ""
        parts = urlsplit(response.request.url)
        self.path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.page = read(self.html)
        self.response = response
        return self


def _fields(form: Node) -> dict[str, list[Any]]:
    """What a browser would send of a form as it stands, without the button."""
    data: dict[str, list[Any]] = {}
    for field in form.element.inputs:
        if not field.name or "disabled" in field.attrib:
            continue
        if field.tag == "textarea":
            values = [field.value.removeprefix("\n")]
        elif field.tag == "select":
            values = list(field.value) if field.multiple else [field.value or ""]
        elif field.type in ("submit", "button", "file") or (field.checkable and not field.checked):
            continue
        else:
            values = [field.value or ""]
        data.setdefault(field.name, []).extend(values)
    return data


def _has(form: Node, name: str) -> bool:
    return any(node.attributes.get("name") == name for node in form.walk())


def _person(who: str) -> Person:
    from tests.world import World

    found = getattr(World(), who) if "@" not in who else World().person(who)
    return found if isinstance(found, Person) else found.person  # type: ignore[no-any-return]
