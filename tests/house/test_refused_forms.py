"""A form that is refused comes back as it was typed, whoever sends it and whatever is wrong with it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import Node, Visitor, _fields, read
from tests.house.test_pages import REPEATABLE
from tests.house.walking import Seen, at_the_site, each_alone, endpoint_of, faults_of, walked
from tests.life import Lively

TYPED = frozenset({"text", "email", "tel", "url", "number", "date", "time", "datetime-local", "search"})

# What somebody types who is not thinking: by the type of the field, else for any text.
WRONG: dict[str, dict[str, str]] = {
    "far ahead": {
        "date": "2031-03-03",
        "time": "03:00",
        "datetime-local": "2031-03-03T03:00",
        "number": "3",
        "": "Because.",
    },
    "long ago": {"date": "1999-01-01", "time": "00:00", "datetime-local": "1999-01-01T00:00", "number": "0", "": "7"},
    "empty": {"": ""},
    "too much": {"number": "999999999999", "": "9" * 4500},
    "a patient": {"": "John Doe, born 3/4/1961, SSN 123-45-6789, MRN 12345678"},
}


def _type(node: Node) -> str:
    return "text" if node.tag == "textarea" else node.attributes.get("type", "text")


def fields_typed(form: Node) -> Iterator[Node]:
    """The fields of a form somebody types into."""
    for node in form.walk():
        given = node.attributes
        typed = node.tag in ("input", "textarea") and given.get("name") and _type(node) in TYPED
        if typed and not {"disabled", "readonly"} & set(given):
            yield node


def filled_in(form: Node, how: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What is sent (the form as it stands with `how` typed into every field), and what of it was typed."""
    typed = {node.attributes["name"]: how.get(_type(node), how[""]) for node in fields_typed(form)}
    return {**_fields(form), **{name: [value] for name, value in typed.items()}}, typed


def shown_again(html: str, typed: dict[str, str]) -> dict[str, str]:
    """What the page of the refusal shows in the fields of these names, in that of its forms which has most of them."""
    best: dict[str, str] = {}
    for form in read(html).all("form"):
        values = dict[str, str]()
        for node in fields_typed(form):
            if node.attributes["name"] in typed:  # of several inputs of one name the first
                values.setdefault(node.attributes["name"], _value(node))
        if (len(values), _alike(values, typed)) > (len(best), _alike(best, typed)):
            best = values
    return best


def _alike(values: dict[str, str], typed: dict[str, str]) -> int:
    return sum(typed[name].split() == value.split() for name, value in values.items())


def _value(node: Node) -> str:
    if node.tag == "textarea":
        return node.own_text
    return node.attributes.get("value", "")


def forms_met(lively: Lively, who: str) -> Iterator[tuple[str, str, Node]]:
    """One form of each act somebody meets: where it is sent to, the endpoint, and the form."""
    tried = set[str]()
    for seen in walked(lively, who).pages:
        for form in seen.page.all("form") if seen.html else ():
            if form.attributes.get("method", "get").lower() != "post":
                continue
            action = form.attributes.get("action") or seen.address
            endpoint = endpoint_of(lively.app, action, "POST")
            if endpoint is not None and endpoint not in tried and any(fields_typed(form)):
                tried.add(endpoint)
                yield action, endpoint, form


def refusals(lively: Lively, visitor: Visitor, who: str) -> Iterator[tuple[str, int, str, dict[str, str]]]:
    """Every form sent wrongly in every way: where and how, the status, the page, and what had been typed."""
    for action, endpoint, form in forms_met(lively, who):
        for way, how in WRONG.items():
            data, typed = filled_in(form, how)
            with lively.undone:
                try:
                    answer = visitor.client.post(action, data=data)
                except Exception as error:  # even the page of the error failed
                    yield f"{who} {endpoint} {way}", 599, repr(error), typed
                    continue
                html = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
                answer.close()
                yield f"{who} {endpoint} {way}", answer.status_code, html, typed


@pytest.mark.parametrize("who", each_alone(["visitor", "ada", "rosa", "maya"]))  # between them they meet every form
def test_a_refused_form_comes_back_as_it_was_typed(lively: Lively, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    monkeypatch.setitem(lively.app.config, "WTF_CSRF_ENABLED", False)
    visitor = at_the_site(lively.app, who)
    faults, tried, looked_at = list[str](), 0, set[str]()
    for where, status, html, typed in refusals(lively, visitor, who):
        tried += 1
        if status >= 500:
            faults.append(f"{where}: {status} {html[:200]}")
        if status != 422:
            continue
        shown = shown_again(html, typed)
        if not shown:
            faults.append(f"{where}: the form is not shown again")
        faults += [
            f"{where}: {name} shows {shown[name][:40]!r} for {value[:40]!r}"
            for name, value in typed.items()
            if name in shown and shown[name].split() != value.split()
        ]
        endpoint = where.split()[1]
        if endpoint not in looked_at:
            looked_at.add(endpoint)
            page = Seen(where, endpoint, 200, [], html, "", "text/html")
            faults += [fault for fault in faults_of(lively.app, who, page, REPEATABLE) if "leads nowhere" not in fault]
    assert tried
    assert not faults, f"{len(faults)}:\n" + "\n".join(faults)
