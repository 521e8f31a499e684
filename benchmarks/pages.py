"""How long the server takes for each page of each kind of person on the demo data, and how many SQL statements."""

import statistics
import time
from typing import Any

from flask import Flask
from sqlalchemy import event

from marketplace.db import Audience
from marketplace.demo.cast import DEMO_PASSWORD
from marketplace.navigation import NAVIGATION

ROUNDS = 15
MOST_MS, MOST_STATEMENTS = 100, 15

PEOPLE = {
    Audience.FACILITY: "rosa@harbor.example",
    Audience.COORDINATOR: "maya@people.example",
    Audience.AGENCY: "ada@northlight.example",
}


def measure(app: Flask) -> list[str]:
    """A line a page: median and worst of 15 requests after one to warm up, the statements of one."""
    lines = [f"pages on the demo data (bars: median {MOST_MS} ms at the server, {MOST_STATEMENTS} statements)"]
    for audience, email in PEOPLE.items():
        client = signed_in(app, email)
        for address in addresses(app, audience):
            took, statements = _one(app, client, address)
            middle = statistics.median(took)
            over = "  over" if middle > MOST_MS or statements > MOST_STATEMENTS else ""
            lines.append(
                f"  {audience.value:12} {address:28} {middle:6.1f} ms (worst {max(took):6.1f})  {statements:2} statements{over}"
            )
    return lines


def signed_in(app: Flask, email: str) -> Any:
    """A browser of this person, by password."""
    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/sign-in", data={"csrf_token": token, "email": email, "password": DEMO_PASSWORD})
    return client


def addresses(app: Flask, audience: Audience) -> list[str]:
    """The rooms of this kind of person."""
    with app.test_request_context():
        from flask import url_for

        return [url_for(way.endpoint) for way in NAVIGATION[audience]]


def _one(app: Flask, client: Any, address: str) -> tuple[list[float], int]:
    engine = app.extensions["engine"]
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    answer = client.get(address)
    event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        client.get(address)
        took.append((time.perf_counter() - start) * 1000)
    return took, len(seen)
