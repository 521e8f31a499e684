"""Agreements that changed: a contract amended, a BAA renewed, one that ran out, one that was terminated, three on their way."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.contracts import drafting, signing
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.contracts.tasks import expire
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.demo.who import person
from marketplace.facilities.models import Facility
from marketplace.kernel import clock

DAY = timedelta(days=1)


def amended(facility: Facility, owner: Person, by: Person, at: datetime) -> None:
    """The master agreement has a second version; the first one is superseded."""
    with clock.frozen_at(at):
        present = _active(AgreementKind.MASTER, facility=facility)
        _through(drafting.amend(present, at, by), owner, by, at, "activate")


def ended(renewing: Coordinator, leaving: Coordinator, gone: Coordinator, by: Person, now: datetime) -> None:
    """One coordinator signed a new BAA in time, one let theirs run out, and with one it was terminated."""
    at = now - 40 * DAY
    with clock.frozen_at(at):
        _through(_drafted(renewing, by, at), person(renewing.person.email), by, at, "activate")
    _active(AgreementKind.BAA, coordinator=leaving).effective_until = (now - 25 * DAY).date()
    session.flush()
    with clock.frozen_at(now - 24 * DAY):
        expire()
    at = now - 19 * DAY
    with clock.frozen_at(at):
        signing.terminate(_active(AgreementKind.BAA, coordinator=gone), "They take a year off.", by, at)
        session.flush()


def on_their_way(newcomers: Sequence[Coordinator], by: Person, now: datetime) -> None:
    """The BAAs of three newcomers: one is signed, one is sent, one is a draft."""
    for newcomer, days, until in zip(newcomers, (6, 3, 1), ("sign", "send", "draft"), strict=True):
        at = now - days * DAY
        with clock.frozen_at(at):
            _through(_drafted(newcomer, by, at), newcomer.person, by, at, until)


def _drafted(coordinator: Coordinator, by: Person, at: datetime) -> Agreement:
    return drafting.draft_baa(coordinator, at, by, first=at.date(), last=date(at.year + 2, 12, 31))


def _active(kind: AgreementKind, **party: Facility | Coordinator) -> Agreement:
    return session.scalars(
        select(Agreement)
        .filter_by(kind=kind, state=AgreementState.ACTIVE, **{f"{name}_id": one.id for name, one in party.items()})
        .options(joinedload(Agreement.facility), joinedload(Agreement.coordinator).joinedload(Coordinator.person))
    ).one()


def _through(agreement: Agreement, signer: Person, by: Person, at: datetime, until: str) -> None:
    """Send, sign and activate, as far as `until`."""
    for act in ("draft", "send", "sign", "activate"):
        if act == "send":
            signing.send(agreement, by, at)
        elif act == "sign":
            signing.sign(agreement, signer.name, signer, at)
        elif act == "activate":
            signing.activate(agreement, by, at)
        session.flush()
        if act == until:
            return
