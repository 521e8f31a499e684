"""Anything may be sent to any page: a clear sentence and nothing half-done, never an error of ours.

`FUZZ=50000` tries that many requests instead of the few thousand of every run.
"""

import json
import os
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text
from werkzeug.routing import Rule

from tests.browser import Node, Visitor
from tests.house.things import Thing, Things
from tests.house.walking import ACTORS, at_the_site, counted, endpoint_of, walked
from tests.life import Lively

pytestmark = pytest.mark.xdist_group("walks")

REQUESTS = int(os.environ.get("FUZZ", "2400"))
SEED = int(os.environ.get("FUZZ_SEED", "20261124"))
LONG = 20_000

TEXTS: tuple[str, ...] = (
    "", " ", "0", "-1", "1", "00", "1_000", "1E5", "1e309", "NaN", "sNaN", "Infinity", "-0", "٣٤", "12.345", "0x10", "²", "½",
    "9" * 10, "9" * 19, "9" * 40, "2147483648", "9223372036854775808", "1,5", "1;2", "7:3:15600", "true", "null", "[]", "{}",
    "02:30", "2:30", "24:00", "07:30:59", "2026-02-30", "2026-03-08", "0000-00-00", "9999-12-31", "10000-01-01", "2026-W48",
    "2026-11-24T15:00:00Z", "2026-11-24T15:00:00+99:99", "\x00", "a\x00b", "\x1b[31m", "\u202e", "\ufeff", "\u2028", "İ",
    "ß" * 300, "😀" * 200, "%", "%s", "%(x)s", "{{7*7}}", "{0}", "${x}", "'", "' OR 1=1 --", "\\", "../../etc/passwd",
    "<script>alert(1)</script>", "javascript:alert(1)", "//evil.example", "\r\nSet-Cookie: a=b", "=1+1",
    "x" * LONG, "\n" * 5000, "name@",
    "a@b.c", "maya@people.example", "America/New_York", "Mars/Olympus", "1234567893", "prior-auth", "offer", "y",
    "on", "en", "SSN 123-45-6789", "MRN 12345678",
)  # fmt: skip
BYTES = (b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"%ED%A0%80", b"\x80" * 50)  # lone surrogates and the like
HOURS = ("starts_local", "ends_local", "start", "end", "time")
BODIES: tuple[tuple[str, bytes], ...] = (
    ("application/json", b'{"name": {"$gt": ""}, "reason": [1, 2], "idempotency_key": 7}'),
    ("application/json", b"[" * 2000),
    ("application/json", b"\xff"),
    ("text/plain", b"name=x"),
    ("application/xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    ("application/x-www-form-urlencoded; charset=utf-16", "name=x".encode("utf-16")),
    ("application/x-www-form-urlencoded", b"&&&=&a&b=%&c=%zz&" + b"d=1&" * 500),
    ("multipart/form-data", b"no boundary"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="\x00"\r\n\r\nGIF89a\r\n--x--',
    ),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n--x"),
)


@pytest.fixture
def things(lively: Lively) -> Things:
    return Things(lively.app, lively.connection)


@pytest.fixture
def without_tokens(lively: Lively, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lively.app.config, "WTF_CSRF_ENABLED", False)


class Chance:
    """What is sent, the same again for the same seed."""

    def __init__(self, seed: int, names: dict[str, set[str]]) -> None:
        self.random, self.names = random.Random(seed), names

    def text(self) -> str:
        kind = self.random.random()
        if kind < 0.85:
            return self.random.choice(TEXTS)
        return "".join(
            chr(self.random.choice((0, 9, 10, 13, 32, 48, 65, 127, 160, 0x0660, 0x202E, 0x1F600))) for _ in range(20)
        )

    def fields(self, endpoint: str) -> dict[str, list[str]]:
        """Some of the names the page's forms have, and some others."""
        known = sorted(self.names.get(endpoint, set()))
        chosen = self.random.sample(known, self.random.randint(0, len(known))) if known else []
        chosen += self.random.sample(["id", "version", "idempotency_key", "next", "page", "state"], 2)
        return {name: [self.text() for _ in range(self.random.choice((1, 1, 1, 3)))] for name in chosen}

    def request(self, rule: Rule, things: Things) -> dict[str, Any]:
        """The arguments of `client.open`."""
        method = self.random.choice(sorted((rule.methods or set()) & {"GET", "POST"}))
        thing = self.random.choice(things.of(rule) or [Thing({})])
        address = things.address(rule, thing) if thing.values or not rule.arguments else "/"
        if rule.arguments and self.random.random() < 0.15:
            address = self.damaged(rule)
        query = "&".join(f"{quote(name)}={quote(self.text())}" for name in self.asked(rule))
        sent: dict[str, Any] = {"path": address, "method": method, "query_string": query}
        if method == "GET":
            return sent
        shape = self.random.random()
        if shape < 0.7:
            sent["data"] = self.fields(rule.endpoint)
        elif shape < 0.8:
            name = self.random.choice(sorted(self.names.get(rule.endpoint) or {"name"}))
            sent["data"] = name.encode() + b"=" + self.random.choice(BYTES)
            sent["content_type"] = "application/x-www-form-urlencoded"
        elif shape < 0.9:
            content_type, sent["data"] = self.random.choice(BODIES)
            sent["content_type"] = content_type
        else:
            sent["data"] = json.dumps(self.fields(rule.endpoint))
            sent["content_type"] = "application/json"
        if self.random.random() < 0.2:
            sent["headers"] = {
                "HX-Request": "true",
                "X-Request-ID": "\x7f" * 9,
                "Accept-Language": "\x7f;q=x",
                "Referer": "//x\\",
            }
        return sent

    def asked(self, rule: Rule) -> list[str]:
        known = sorted(
            {"page", "sort", "q", "state", "week", "day", "from", "until", "next", "line", "show", "facility", "kind"}
        )
        return self.random.sample(known, self.random.choice((0, 0, 1, 2)))

    def damaged(self, rule: Rule) -> str:
        wrong = (
            "0",
            "-1",
            "999999999",
            "9" * 18,
            "9" * 25,
            "%00",
            "1%00",
            "%ED%A0%80",
            "%2e%2e",
            "٣",
            "1.0",
            "x" * 3000,
        )
        address = rule.rule
        for name in rule.arguments:
            start = address.index("<", 0)
            address = address[:start] + self.random.choice(wrong) + address[address.index(">", start) + 1 :]
            assert name
        return address


def names_of_fields(lively: Lively) -> dict[str, set[str]]:
    """The fields that the forms of the site really have, by the page they are sent to."""
    found: dict[str, set[str]] = {}
    for who in ("visitor", "ada", "rosa", "maya"):
        pages = walked(lively, who).pages
        for seen in pages:
            for form in seen.page.all("form") if seen.html else ():
                target = endpoint_of(lively.app, form.attributes.get("action") or seen.address, "POST") or ""
                found.setdefault(target, set()).update(fields_of(form))
    return found


def fields_of(form: Node) -> set[str]:
    return {node.attributes["name"] for node in form.walk() if "name" in node.attributes} - {"csrf_token"}


def outcome(lively: Lively, visitor: Visitor, sent: dict[str, Any]) -> int:
    """The status of the answer; what it did is undone."""
    with lively.undone:
        try:
            response = visitor.client.open(**sent)
        except UnicodeError:  # the test client itself cannot send it
            return 0
        except Exception:  # even the page of the error failed
            return 599
        response.close()
        return response.status_code


@pytest.mark.usefixtures("without_tokens")
def test_whatever_is_sent_the_answer_is_never_an_error_of_ours(lively: Lively, things: Things) -> None:
    chance = Chance(SEED, names_of_fields(lively))
    visitors = {who: at_the_site(lively.app, who) for who in ACTORS}
    rules, broken, answered = things.rules(), [], 0
    for number in range(REQUESTS):
        rule = rules[number % len(rules)]
        who = chance.random.choice(("ada", "rosa", "maya", *ACTORS))
        sent = chance.request(rule, things)
        status = outcome(lively, visitors[who], sent)
        answered += status > 0
        if status >= 500 and (rule.endpoint, status) not in EXPECTED:
            broken.append(f"{status} for {who} {str(sent)[:600]}")
    assert answered > REQUESTS * 0.9
    assert not broken, f"{len(broken)} of {REQUESTS} with seed {SEED}:\n" + "\n".join(broken[:20])


EXPECTED: set[tuple[str, int]] = set()


@pytest.mark.usefixtures("without_tokens")
@pytest.mark.parametrize("who", ["ada", "rosa", "maya"])
@pytest.mark.parametrize(
    "value",
    ["x" * LONG, "\x00", "٣٤", "1_000", "1E5", "NaN", "02:30", "9" * 40, "{{7*7}}<b>"],
    ids=lambda value: value[:8],
)
def test_every_form_takes_the_same_nonsense_in_every_field(
    lively: Lively, things: Things, nonsense: Callable[[str], list[tuple[str, set[str]]]], who: str, value: str
) -> None:
    visitor = at_the_site(lively.app, who)
    broken = []
    for address, names in nonsense(who):
        status = outcome(lively, visitor, {"path": address, "method": "POST", "data": dict.fromkeys(names, value)})
        if status >= 500:
            broken.append(f"{address}: {status}")
    assert not broken, "\n".join(broken)


_forms: dict[str, list[tuple[str, set[str]]]] = {}


@pytest.fixture
def nonsense(lively: Lively) -> Callable[[str], list[tuple[str, set[str]]]]:
    """Every form of every page somebody meets: where it is sent to and what is in it."""

    def of(who: str) -> list[tuple[str, set[str]]]:
        if who not in _forms:
            pages = walked(lively, who).pages
            forms = {}
            for seen in pages:
                for form in seen.page.all("form") if seen.html else ():
                    if form.attributes.get("method", "get").lower() == "post":
                        action = form.attributes.get("action") or seen.address
                        forms.setdefault(endpoint_of(lively.app, action, "POST"), (action, fields_of(form)))
            _forms[who] = list(forms.values())
        return _forms[who]

    return of


# ---- hidden fields ----------------------------------------------------------------------------------------------

# Columns that nobody may set by adding their name to a form that does not show them.
NEVER_TYPED = (
    "id", "state", "role", "person_id", "facility_id", "organisation_id", "coordinator_id", "npi", "rating", "exclusion_hold",
    "totp_seed", "totp_last_step", "recovery_hashes", "active", "confirmed_at", "activated_at",
    "approved_at",
    "decided_by_id", "signed_by_id", "booked_by_id", "issued_by_id", "number", "total_cents", "bill_rate_cents",
    "pay_rate_cents",
    "bill_cents", "pay_cents", "amount_cents", "points", "fee_minutes", "created_at", "posted_at", "external_ref", "live",
    "paid_minutes", "measured_minutes", "undo_until", "expires_at", "verdicts", "facts", "score", "document_id",
    "superseded_by_id",
)  # fmt: skip
SMUGGLED = {"id": "987654321", "state": "smuggled", "role": "agency_owner", "active": "", "live": ""}


@pytest.mark.usefixtures("without_tokens")
@pytest.mark.parametrize("who", ["ada", "chidi", "felix", "rosa", "tom", "maya", "jonas"])
def test_only_what_a_form_shows_can_be_changed_with_it(lively: Lively, things: Things, who: str) -> None:
    """Every form is sent twice, as it stands and with all other column names added: both do the same."""
    visitor = at_the_site(lively.app, who)
    pages = walked(lively, who).pages
    differing, tried = [], set()
    for seen in pages:
        for form in seen.page.all("form") if seen.html else ():
            if form.attributes.get("method", "get").lower() != "post":
                continue
            action = form.attributes.get("action") or seen.address
            endpoint = endpoint_of(lively.app, action, "POST")
            if endpoint in tried or endpoint is None:
                continue
            tried.add(endpoint)
            shown = _as_shown(form)
            smuggled = {name: SMUGGLED.get(name, "987654321") for name in NEVER_TYPED if name not in shown}
            with lively.undone:
                plain = _effect(lively, visitor, action, shown)
            with lively.undone:
                more = _effect(lively, visitor, action, {**smuggled, **shown})
            if plain != more:
                differing.append(f"{endpoint}: {sorted(set(plain) ^ set(more))[:6]}")
    assert len(tried) > 3
    assert not differing, "\n".join(differing)


def _as_shown(form: Node) -> dict[str, list[Any]]:
    from tests.browser import _fields

    return {name: values for name, values in _fields(form).items() if values}


# Figures of the attempt itself differ from one attempt to the next.
ITS_OWN = (
    "id", "at", "hash", "previous_id", "entry_id", "token_hash", "sealed_token", "made_at", "created_at",
    "posted_at", "version",
    "seen_at", "request_id", "transaction_id", "shift_id", "need_id", "thing_id", "written_at", "text_body",
    "html_body", "args",
    "recorded_at", "posted_at", "checked_at", "key", "sent_as", "rendered_at", "uploaded_at", "detail", "superseded_by_id",
    "offer_id", "assignment_id", "superseded_by", "replaces_id", "time_entry_id", "timesheet_id", "letter_id", "scheduled_at",
    "body", "supersedes_id", "agreement_id", "memo", "submitted_at", "membership_id", "invitation_id", "address",
)  # fmt: skip


def _effect(lively: Lively, visitor: Visitor, action: str, data: dict[str, Any]) -> list[str]:
    """Everything that stands in the database afterwards, without what counts up by itself."""
    connection = lively.connection
    response = visitor.client.post(action, data=data)
    response.close()
    connection.execute(text("RESET ROLE"))
    tables = connection.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%'")
    ).all()
    without = "".join(f" - '{name}'" for name in ITS_OWN)
    rows = [f"answer {response.status_code}"]
    for table in tables:
        if table in ("attempt_count", "sign_in_session", "idempotent_act"):
            continue
        rows += [
            f"{table} {row}" for row in connection.scalars(text(f"SELECT (to_jsonb(t){without})::text FROM {table} t"))
        ]
    return sorted(rows)


def test_the_statements_of_a_refused_form_are_few(lively: Lively) -> None:
    """What is nonsense costs little: it is refused before much is asked."""
    visitor = at_the_site(lively.app, "rosa")
    visitor.get("/needs/new")
    with counted() as statements:
        visitor.post("/needs/new", {"line": "x" * LONG})
    assert visitor.status == 422
    assert len(statements) <= 15
