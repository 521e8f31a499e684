"""The bell: what happened since you last looked. In the demo also the letters that nobody delivers."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, redirect, render_template, url_for
from sqlalchemy import update

from marketplace.config import Settings
from marketplace.db import session
from marketplace.kernel import NotFound, now
from marketplace.messaging.models import Notice
from marketplace.messaging.queries import visible_to
from marketplace.web import PUBLIC, SIGNED_IN, Pages, get_or_404, page_of

pages = Pages("messaging", __name__)

MOST_LETTERS = 100


@pages.get("/notices", may=SIGNED_IN)
def notices() -> str:
    return render_template("messaging/notices.html", page=page_of(visible_to(g.acting_person_id)))


@pages.post("/notices/<int:notice_id>/reading", may=SIGNED_IN)
def read(notice_id: int) -> Any:
    """Go where the notice leads; it is then read."""
    notice = get_or_404(visible_to(g.acting_person_id), notice_id)
    notice.read_at = notice.read_at or now()
    return redirect(notice.address, 303)


@pages.post("/notices/reading", may=SIGNED_IN)
def read_all() -> Any:
    session.execute(
        update(Notice)
        .where(Notice.person_id == g.acting_person_id, Notice.read_at.is_(None))
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )
    return redirect(url_for(".notices"), 303)


@pages.get("/outbox", may=PUBLIC)
def outbox() -> str:
    """In the demo no letter leaves the machine: here they can be read and their links followed."""
    files = sorted(_demo_outbox().glob("*.eml"), reverse=True)[:MOST_LETTERS]
    letters = [(file.name, _read(file)) for file in files]
    return render_template("messaging/outbox.html", letters=letters)


@pages.get("/outbox/<name>", may=PUBLIC)
def letter(name: str) -> str:
    found = next((file for file in _demo_outbox().glob("*.eml") if file.name == name), None)
    if found is None:
        raise NotFound("There is no such letter.")
    message = _read(found)
    body = message.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return render_template("messaging/letter.html", name=name, letter=message, lines=text.splitlines(), home=_home())


@pages.get("/outbox/<name>/file", may=PUBLIC)
def letter_file(name: str) -> Response:
    """The letter itself, to open with a mail program."""
    found = next((file for file in _demo_outbox().glob("*.eml") if file.name == name), None)
    if found is None:
        raise NotFound("There is no such letter.")
    response = Response(found.read_bytes(), mimetype="message/rfc822")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response


def _home() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.base_url


def _demo_outbox() -> Path:
    """Only where the world is invented and no mail server is set; elsewhere there is no such page."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.demo or settings.mail_server is not None:
        raise NotFound("There is no such page, or it is not yours to see.")
    return settings.outbox


def _read(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message
