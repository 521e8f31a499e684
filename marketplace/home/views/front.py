"""The front door for anybody, whether the site works, and on a phone everything the bar below has no room for."""

from dataclasses import dataclass

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.authentication.sign_in import current_person_or_none, settings
from marketplace.catalogue.queries import service_lines
from marketplace.db import as_system, session
from marketplace.home.views.blueprint import pages
from marketplace.kernel import NotFound, now
from marketplace.web import PUBLIC, SIGNED_IN
from marketplace.web.filters import moment

SECONDS_TO_BE_HEARD = 60
"""A worker gives a sign of life every ten seconds."""


@pages.get("/", may=PUBLIC)
def home() -> ResponseReturnValue:
    """The front page of the agency; a person who is signed in goes to their own first page."""
    if current_person_or_none() is not None:
        return redirect(url_for("onboarding.start"), 303)
    return render_template("public/home.html", service_lines=service_lines())


@dataclass(frozen=True)
class Check:
    """One part of the site, and whether it works now."""

    name: str
    ok: bool
    note: str = ""


@pages.get("/status", may=PUBLIC)
def status() -> ResponseReturnValue:
    """Whether the site works right now. 503 when it does not, so that a machine can ask too."""
    database = _database_answers()
    checks = [
        Check(_("Pages"), True, _("You are reading one.")),
        Check(_("Database"), database, "" if database else _("It does not answer.")),
    ]
    if database:
        heard = _worker_is_heard()
        note = "" if heard else _("Mail and reminders wait until it is back. Nothing is lost.")
        checks.append(Check(_("Mail, reminders and everything done in the background"), heard, note))
    page = render_template("public/status.html", checks=checks, checked_at=moment(now()))
    return page, 200 if all(check.ok for check in checks) else 503


def _database_answers() -> bool:
    try:
        session.execute(text("SELECT 1"))
    except DBAPIError:
        session.rollback()
        return False
    return True


def _worker_is_heard() -> bool:
    """Whether any worker gave a sign of life within the last minute; only that much is told."""
    with as_system():
        return bool(
            session.scalar(
                text(
                    "SELECT EXISTS (SELECT FROM procrastinate_workers"
                    " WHERE last_heartbeat > now() - make_interval(secs => :seconds))"
                ),
                {"seconds": SECONDS_TO_BE_HEARD},
            )
        )


@pages.get("/more", may=SIGNED_IN)
def more() -> str:
    return render_template("more.html")


@pages.get("/styleguide", may=PUBLIC)
def styleguide() -> str:
    """Every component once, for designers and tests; not on a site that works for real."""
    if not (settings().demo or current_app.testing):
        raise NotFound(_("There is no such page, or it is not yours to see."))
    return render_template("styleguide.html")
