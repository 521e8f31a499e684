"""What people answer and decide while nobody watches: offers turned down, needs stopped, papers refused, agreements ended."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.assignments.models import CancelledBy, Offer
from marketplace.booking import cancelling
from marketplace.booking import offers as offering
from marketplace.booking.booking import accept
from marketplace.booking.tasks import expire_offers
from marketplace.booking.undoing import undo
from marketplace.contracts import drafting, signing
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.contracts.tasks import expire
from marketplace.coordinators.models import Coordinator
from marketplace.coverage import closing
from marketplace.credentials import review
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import session
from marketplace.demo.asking import post_single, standing_site
from marketplace.demo.staffing import shifts_of
from marketplace.demo.who import person
from marketplace.facilities.models import Facility, PreferenceKind, PreferenceSide
from marketplace.facilities.preferences import prefer
from marketplace.kernel import clock
from marketplace.needs.models import FillMode, Need

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINE = "medical-reception"


def offers_answered(facility: Facility, owner: Person, now: datetime) -> None:
    """Of the offers for one shift one is declined, one is withdrawn and one runs out; a choice is undone at once."""
    at = now - 6 * HOUR
    with clock.frozen_at(at):
        [shift] = shifts_of(_single(facility, owner, now + 4 * DAY, at))
        sent = offering.send_to_best(shift, 4, owner, at)
        session.flush()
    declined, withdrawn, undone, *_ = _with_people(sent)
    with clock.frozen_at(at + HOUR):
        offering.decline(declined, declined.coordinator.person, at + HOUR, "Too early for me.")
        offering.withdraw(withdrawn, owner, at + HOUR)
        made = accept(undone, undone.coordinator.person, at + HOUR)
        session.flush()
        undo(made, undone.coordinator.person, at + HOUR + timedelta(minutes=2))
    long_ago = now - 3 * DAY
    with clock.frozen_at(long_ago):
        [shift] = shifts_of(_single(facility, owner, now + 5 * DAY, long_ago))
        offering.send_to_best(shift, 2, owner, long_ago)
        session.flush()
    with clock.frozen_at(long_ago + 30 * HOUR):
        expire_offers()
    _applied(facility, owner, now)


def _applied(facility: Facility, owner: Person, now: datetime) -> None:
    """Coordinators offer themselves where the facility chooses."""
    at = now - 5 * HOUR
    with clock.frozen_at(at):
        [shift] = shifts_of(_single(facility, owner, now + 6 * DAY, at, FillMode.CHOOSE))
        for offer in _with_people(offering.send_to_best(shift, 2, owner, at)):
            offering.withdraw(offer, owner, at)
            session.flush()
            offering.apply(shift, offer.coordinator, offer.coordinator.person, at)


def _with_people(offers: list[Offer]) -> list[Offer]:
    for offer in offers:
        person(offer.coordinator.person.email)
    return offers


def needs_stopped(facility: Facility, owner: Person, now: datetime) -> None:
    """One need waits on hold, one was cancelled as a whole, one shift of another was."""
    at = now - 2 * DAY
    with clock.frozen_at(at):
        closing.hold(_single(facility, owner, now + 9 * DAY, at), owner, at)
        gone = _single(facility, owner, now + 10 * DAY, at)
        cancelling.cancel_need(gone, owner, at, CancelledBy.FACILITY, "The practice is closed that day.")
    session.flush()


def _single(
    facility: Facility, owner: Person, day: datetime, posted: datetime, mode: FillMode = FillMode.OFFER
) -> Need:
    starts = day.replace(hour=16, minute=0)
    span = (starts, starts + 4 * HOUR)
    return post_single(facility, standing_site(facility), owner, LINE, span, posted, mode)


def papers_decided(coordinators: list[Coordinator], by: Person, now: datetime) -> None:
    """Of the papers that were handed in weeks ago one was refused; of those that held one was revoked, one has run out."""
    whole = joinedload(Credential.kind), joinedload(Credential.coordinator).joinedload(Coordinator.person)
    handed_in = session.scalars(
        select(Credential).where(Credential.state == CredentialState.SUBMITTED).options(*whole).order_by(Credential.id)
    ).all()
    at = now - HOUR
    with clock.frozen_at(at):
        review.reject(handed_in[0], "The photo cannot be read. Take it again in good light.", by, at)
    held = session.scalars(
        select(Credential)
        .where(
            Credential.state == CredentialState.VERIFIED,
            Credential.type == "CPCC",
            Credential.coordinator_id.in_([one.id for one in coordinators[10:]]),
        )
        .options(*whole)
        .order_by(Credential.id)
    ).all()
    with clock.frozen_at(now - 20 * DAY):
        review.revoke(held[0], "The issuer has withdrawn it.", by, now - 20 * DAY)
    held[1].expires_on = now.date() - 9 * DAY
    session.flush()


def agreements_ended(facility: Facility, owner: Person, resting: Coordinator, by: Person, now: datetime) -> None:
    """A contract was amended and its first version superseded; a next version is signed, one is sent, one is a draft; a
    coordinator's agreement ran out, and another was terminated.
    """
    at = now - 40 * DAY
    with clock.frozen_at(at):
        present = session.scalars(
            select(Agreement)
            .where(
                Agreement.facility_id == facility.id, Agreement.kind == AgreementKind.MASTER,
                Agreement.state == AgreementState.ACTIVE,
            )
            .options(joinedload(Agreement.facility), joinedload(Agreement.coordinator))
        ).one()  # fmt: skip
        _through(drafting.amend(present, at, by), owner, by, at, "activate")
    herself = person(resting.person.email)
    with clock.frozen_at(at):
        short = drafting.draft_baa(resting, at, by, first=at.date(), last=at.date() + 14 * DAY)
        _through(short, herself, by, at, "activate")
    with clock.frozen_at(at + 16 * DAY):
        expire()
    for days, until, end in ((20, "activate", "terminate"), (6, "sign", ""), (3, "send", ""), (1, "draft", "")):
        moment = now - days * DAY
        with clock.frozen_at(moment):
            baa = drafting.draft_baa(resting, moment, by, first=moment.date(), last=date(moment.year + 2, 12, 31))
            _through(baa, herself, by, moment, until)
            if end:
                signing.terminate(baa, "They take a year off.", by, moment + HOUR)
                session.flush()


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


def likes_and_dislikes(
    facility: Facility, owner: Person, liked: Coordinator, blocked: Coordinator, now: datetime
) -> None:
    """A favorite on either side, and somebody who shall not come again."""
    place, side, kind = facility.id, PreferenceSide, PreferenceKind
    prefer(place, liked.id, side.FACILITY, kind.FAVOURITE, name=liked.name, by=owner, at=now - 30 * DAY)
    herself = person(liked.person.email)
    prefer(place, liked.id, side.COORDINATOR, kind.FAVOURITE, name=facility.name, by=herself, at=now - 29 * DAY)
    why = "Left twice before the end."
    prefer(place, blocked.id, side.FACILITY, kind.BLOCK, name=blocked.name, by=owner, at=now - 8 * DAY, reason=why)
