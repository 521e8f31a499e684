"""Papers that coordinators hand in and the agency checks: some wait, some run out, one renews another, one is refused."""

import io
import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.catalogue.queries import credential_types
from marketplace.coordinators.models import Coordinator
from marketplace.credentials import review
from marketplace.credentials.models import Credential
from marketplace.credentials.queries import kind_of
from marketplace.credentials.rules import CredentialDraft, CredentialState
from marketplace.credentials.uploads import upload
from marketplace.db import session
from marketplace.kernel import clock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRAINING = "hipaa-training"
_WHOLE = joinedload(Credential.kind), joinedload(Credential.coordinator).joinedload(Coordinator.person)


def handed_in(coordinators: Sequence[Coordinator], now: datetime, chance: random.Random) -> None:
    """Some papers run out soon; of those handed in since Friday the oldest waits for almost four days."""
    types = {kind.code: kind_of(kind) for kind in credential_types()}
    moments = dict[int, int]()
    for number, coordinator in enumerate(coordinators):
        if number % 6 == 0:
            _ends_on(coordinator, (now + timedelta(days=chance.choice((5, 12, 24, 28, 41, 55)))).date())
        if number % 8 == 3:
            moments[number] = chance.randrange(2, 90)
    for number, hours in sorted(moments.items(), key=lambda each: -each[1]):
        kind = types[chance.choice(("CPCC", "CMAA", "background-check"))]
        issued = now.date() - timedelta(days=chance.randrange(5, 90))
        paper = CredentialDraft(kind, f"{kind.code[:2].upper()}-{chance.randrange(30_000, 39_999)}", issued_on=issued)
        _hand_in(coordinators[number], paper, now - timedelta(hours=hours))
    session.flush()


def decided(coordinators: Sequence[Coordinator], by: Person, now: datetime) -> None:
    """One training was renewed, one certificate was revoked, one has run out, and one photo was refused."""
    _renewed(coordinators[6], by, now - 2 * DAY)
    held = session.scalars(
        select(Credential)
        .where(
            Credential.state == CredentialState.VERIFIED,
            Credential.type == "CPCC",
            Credential.coordinator_id.in_([one.id for one in coordinators[10:]]),
        )
        .options(*_WHOLE)
        .order_by(Credential.id)
    ).all()
    with clock.frozen_at(now - 20 * DAY):
        review.revoke(held[0], "The issuer has withdrawn it.", by, now - 20 * DAY)
    held[1].expires_on = now.date() - 9 * DAY
    waiting = session.scalars(
        select(Credential).where(Credential.state == CredentialState.SUBMITTED).options(*_WHOLE).order_by(Credential.id)
    ).all()
    with clock.frozen_at(now - HOUR):
        review.reject(waiting[0], "The photo cannot be read. Take it again in good light.", by, now - HOUR)
    session.flush()


def _renewed(coordinator: Coordinator, by: Person, at: datetime) -> None:
    """A training that runs out in five days is taken again; verified the next morning, it supersedes the old one."""
    _ends_on(coordinator, (at + 5 * DAY).date())
    kind = next(kind_of(each) for each in credential_types() if each.code == TRAINING)
    again = CredentialDraft(kind, "HI-31415", issued_on=at.date() - 3 * DAY, expires_on=date(at.year + 2, at.month, 15))
    new = _hand_in(coordinator, again, at)
    session.refresh(new, ["kind", "coordinator"])
    morning = at + 16 * HOUR
    with clock.frozen_at(morning):
        review.verify(new, again, by, morning, "The provider's register shows this number.")


def _hand_in(coordinator: Coordinator, paper: CredentialDraft, at: datetime) -> Credential:
    with clock.frozen_at(at):
        picture = certificate(paper.kind.name, coordinator.name, paper)
        return upload(coordinator, paper, picture, "certificate.png", coordinator.person, at)


def _ends_on(coordinator: Coordinator, day: date) -> None:
    training = session.scalars(
        select(Credential).where(
            Credential.coordinator_id == coordinator.id,
            Credential.type == TRAINING,
            Credential.state == CredentialState.VERIFIED,
        )
    ).one()
    training.expires_on = day


def certificate(title: str, name: str, paper: CredentialDraft) -> bytes:
    """A made-up certificate as a picture, 1100 × 780 pixels in PNG."""
    picture = Image.new("RGB", (1100, 780), "#fdfcf8")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((24, 24, 1075, 755), outline="#0f5c55", width=6)
    pen.rectangle((40, 40, 1059, 739), outline="#b9b3a2", width=2)
    lines = (
        ("SAMPLE", 30, "#8a867b"),
        (title, 46, "#0b4a44"),
        ("This is to show that", 26, "#4a5653"),
        (name, 58, "#16211f"),
        ("has met every requirement.", 26, "#4a5653"),
        (f"Number {paper.number}", 30, "#16211f"),
        (f"Issued on {paper.issued_on:%B} {paper.issued_on:%d}, {paper.issued_on:%Y}", 26, "#4a5653"),
    )
    down = 110
    for text, size, colour in lines:
        font = ImageFont.load_default(size)
        pen.text((550, down), text, font=font, fill=colour, anchor="mt")
        down += size + 46
    held = io.BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()
