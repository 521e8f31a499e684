"""Two hundred coordinators accept one shift at the same moment."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from benchmarks.pages import signed_in
from marketplace.accounts.models import Organisation, OrganisationKind
from marketplace.assignments.models import Assignment
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.demo import asking
from marketplace.demo.asking import rounded
from marketplace.demo.cast import Worker
from marketplace.demo.people import Casting
from marketplace.demo.who import person
from marketplace.facilities.models import Facility
from marketplace.kernel import now
from marketplace.needs.models import FillMode, Shift

RUNNERS = 200


def measure(app: Flask) -> list[str]:
    """How many got it, what the others were told, and how long all of it took."""
    emails, shift_id = _scene()
    clients = [signed_in(app, email) for email in emails]
    tokens = [_token(client.get("/account").get_data(as_text=True)) for client in clients]
    start = threading.Barrier(RUNNERS + 1)

    def claim(number: int) -> int:
        start.wait()
        return int(clients[number].post(f"/shifts/{shift_id}/claim", data={"csrf_token": tokens[number]}).status_code)

    with ThreadPoolExecutor(RUNNERS) as threads:
        waiting = [threads.submit(claim, number) for number in range(RUNNERS)]
        start.wait()
        began = time.perf_counter()
        answers = Counter(each.result() for each in waiting)
        took = time.perf_counter() - began
    bind_actor(SYSTEM)
    seats = session.scalar(select(func.count()).select_from(Assignment).where(Assignment.shift_id == shift_id))
    session.remove()
    told = ", ".join(f"{count} × {status}" for status, count in sorted(answers.items()))
    return [f"{RUNNERS} coordinators accept one shift at once: {seats} seat given; {told}; {took:.1f} s in all"]


def _token(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def _scene() -> tuple[list[str], int]:
    """So many people who may take one open shift; their addresses and the shift."""
    bind_actor(SYSTEM)
    known = person("maya@people.example")
    assert known.password is not None
    agency = session.scalars(select(Organisation).where(Organisation.kind == OrganisationKind.AGENCY)).one()
    casting = Casting(agency, known.password, now() - timedelta(days=100))
    workers = [
        Worker(
            f"runner-{n}", f"Runner {n}", f"runner{n}@people.example", "America/Chicago", ("prior-auth",), work_state="IL",
            free=((0, 1, 2, 3, 4, 5, 6), 0, 24),
        )
        for n in range(RUNNERS)
    ]  # fmt: skip
    for worker in workers:
        casting.worker(worker, expires=now().date() + timedelta(days=400))
    facility = session.scalars(select(Facility).where(Facility.name == "Harbor Family Medicine")).one()
    starts = rounded(now() + timedelta(days=6))
    need = asking.post_single(
        facility, asking.standing_site(facility), person("rosa@harbor.example"), "prior-auth",
        (starts, starts + timedelta(hours=4)), now(), FillMode.FIRST_COME,
    )  # fmt: skip
    shift_id = session.scalars(select(Shift.id).where(Shift.need_id == need.id)).one()
    session.commit()
    session.remove()
    return [worker.email for worker in workers], shift_id
