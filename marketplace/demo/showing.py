"""`make demo`: the whole site with its demo world on this machine, until Ctrl-C."""

import os
import sys
import urllib.error
import urllib.request

import click
from sqlalchemy import text

from marketplace.config import Settings
from marketplace.config_values import Misconfigured
from marketplace.db import sessions as db
from marketplace.db.address import database_url
from marketplace.db.migrating import upgrade
from marketplace.demo.cast import AGENCY, AGENCY_STAFF, DEMO_PASSWORD, PLACES, WORKERS
from marketplace.processes import check_port_free, leave_in_order_when_told, side_by_side, wait_until, watch

HOST = "127.0.0.1"
SECONDS_TO_ANSWER = 60


def show(settings: Settings) -> None:
    """Bring up database, demo world, web and worker, say where, and stay until told to stop or a part ends."""
    if settings.stripe_is_live:
        raise Misconfigured("The demo does not run with a live STRIPE_API_KEY: its invoices are invented. Unset it.")
    check_port_free(HOST, settings.port)
    leave_in_order_when_told()
    # An invented world: its people sign in with a password alone, and its letters can be read on a page.
    defaults = {"AGENCY_NAME": AGENCY, "REQUIRE_SECOND_FACTOR": "no", "MARKETPLACE_DEMO": "yes"}
    os.environ.update({**defaults, **os.environ})
    with database_url(settings) as url:
        upgrade(url)
        _build_when_empty(url)
        environment = {**os.environ, "PORT": str(settings.port)}
        this = [sys.executable, "-m", "marketplace.cli"]
        commands = {"web": [*this, "serve", "--host", HOST], "worker": [*this, "worker"]}
        with side_by_side(commands, settings.home / "logs", environment) as parts:
            address = f"http://localhost:{settings.port}"
            if not wait_until(lambda: _answers(settings.port), parts, SECONDS_TO_ANSWER):
                raise Misconfigured(f"The site did not answer within {SECONDS_TO_ANSWER} seconds. See {parts[0].log}.")
            _introduce(settings, address)
            watch(parts)


def _build_when_empty(url: str) -> None:
    engine = db.connect(url)
    try:
        with engine.connect() as connection:
            if connection.scalar(text("SELECT EXISTS (SELECT FROM person)")):
                return
        click.echo("Building the demo world (once) …")
        from marketplace.demo.world import build

        build()
    finally:
        db.session.remove()
        engine.dispose()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _introduce(settings: Settings, address: str) -> None:
    sign_ins = {
        "agency": AGENCY_STAFF[0].email,
        "facility": PLACES[0].staff[0].email,
        "coordinator": WORKERS[0].email,
    }
    click.echo(f"\n  The site:  {address}\n")
    for audience, email in sign_ins.items():
        click.echo(f"  {audience:<12} {email}")
    click.echo(f"  {'password':<12} {DEMO_PASSWORD}\n")
    if settings.mail_server is None:
        click.echo(f"  Mail is written to {settings.outbox}")
    click.echo(f"  Logs are in {settings.home / 'logs'}\n\n  Ctrl-C stops everything.")
