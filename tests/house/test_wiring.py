"""What must follow from an act follows in every process, and a name that leads nowhere stops the start."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

import marketplace
from marketplace import navigation
from marketplace.accounts import audit_hook
from marketplace.db import Audience, enqueue
from marketplace.db import sessions as db
from marketplace.kernel import Hook, Phrase
from marketplace.kernel.hooks import UnfilledHook
from marketplace.ledger.invariants import every_invariant
from marketplace.ledger.models import BooksCheck
from marketplace.ledger.tasks import check
from marketplace.wiring import WIRING

ROOT = Path(marketplace.__file__).resolve().parent


def declared():
    """The names of all hooks of the product: where they stand, and what they are called there."""
    for file in ROOT.rglob("*.py"):
        if file != ROOT / "kernel" / "hooks.py":
            for variable, name in re.findall(r'^(\w+): .*= Hook\("([\w.]+)"\)', file.read_text(), re.MULTILINE):
                assert name == ".".join((*file.relative_to(ROOT).with_suffix("").parts, variable))
                yield name


def test_every_hook_is_in_the_one_table():
    assert sorted(hook.name for hook in WIRING) == sorted(declared())
    assert len(WIRING) >= 5


def test_a_hook_that_nobody_filled_raises_and_one_that_is_filled_asks_everybody():
    settled: Hook[[int], bool] = Hook("settled")
    with pytest.raises(UnfilledHook, match=r"settled.*marketplace\.wiring"):
        settled(7)
    settled.filled_by(lambda number: number == 7, lambda number: number > 7)
    assert settled(7) == [True, False]


@pytest.mark.parametrize("module", ["marketplace.app", "marketplace.serving", "marketplace.demo.world"])
def test_who_imports_a_part_of_the_site_has_the_wiring(module):
    asked = f"import {module}; from marketplace.accounts.audit_hook import on_act; print(on_act)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert said == "Hook(accounts.audit_hook.on_act: marketplace.audit.recording.record)\n"


def test_without_the_wiring_an_act_on_people_fails_instead_of_leaving_no_trail(world, monkeypatch):
    monkeypatch.setattr(audit_hook, "on_act", Hook("accounts.audit_hook.on_act"))
    with pytest.raises(UnfilledHook):
        audit_hook.record("sign in", world.rosa, Phrase("%(name)s signed in.", name="Rosa Delgado"))


@pytest.fixture
def worker(tmp_path):
    """`worker(url)` does the waiting jobs of that database in a process of its own, and returns what it said."""

    def run(url):
        environment = {
            "MARKETPLACE_HOME": str(tmp_path),
            "DATABASE_URL": url,
            "SECRET_KEY": "only for tests, and long enough to be taken",
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
        }
        command = [sys.executable, "-m", "marketplace.cli", "worker", "--once"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return re.sub(r"\x1b\[\d*m", "", done.stdout + done.stderr)

    return run


@pytest.mark.committed
def test_the_worker_recounts_every_invariant_and_reports_the_seal_that_was_taken_off(
    session, world, fresh_database_url, worker
):
    session.execute(text("RESET ROLE"))
    session.execute(text("ALTER TABLE punch DISABLE TRIGGER append_only"))
    db.bind_actor(db.SYSTEM)
    enqueue(check)
    session.commit()
    said = worker(fresh_database_url)
    db.bind_actor(db.SYSTEM)
    # In the minutes after its hour of the day the schedule has the worker do it once more.
    found = session.scalars(select(BooksCheck).order_by(BooksCheck.id)).first()
    assert found.broken == ["Punches and segments can still not be changed by anybody. But table punch is not sealed."]
    assert len(every_invariant()) == 25
    assert re.search(r"the books were recounted.*broken\W+1\b.*invariants\W+25\b", said)


def test_a_room_that_does_not_exist_stops_the_start(site, monkeypatch):
    monkeypatch.setattr(navigation, "ROOMS", (*navigation.ROOMS, "marketplace.billing.veiws"))
    with pytest.raises(ImportError, match="veiws"):
        navigation.register_pages(Flask("another"))


@pytest.mark.parametrize("table", ["navigation", "frame", "first page"])
def test_an_entry_that_leads_nowhere_stops_the_start(site, monkeypatch, table):
    navigation.check_all_lead_somewhere(site.view_functions)
    if table == "navigation":
        inbox = navigation.NAVIGATION[Audience.AGENCY][0]
        monkeypatch.setitem(navigation.NAVIGATION, Audience.AGENCY, (replace(inbox, endpoint="dashboards.inbocks"),))
    elif table == "frame":
        monkeypatch.setitem(navigation.LINKS, "search", "dashboards.inbocks")
    else:
        monkeypatch.setitem(navigation.WORKPLACES, Audience.AGENCY, "dashboards.inbocks")
    with pytest.raises(LookupError, match=r"dashboards\.inbocks"):
        navigation.check_all_lead_somewhere(site.view_functions)
