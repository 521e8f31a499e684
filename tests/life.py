"""The cast with some life around it: one of everything there can be, at two facilities, so that every page has something to show.

`lively` gives a test the site on such a database; what the test does is undone at its end. The browser tests work on copies
of it. The clock stands at `tests.world.NOW`.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import Connection, select, text

from marketplace.accounts.authentication.tokens import token_hash
from marketplace.accounts.invitations import invite
from marketplace.accounts.models import SignInSession
from marketplace.accounts.permissions import Role
from marketplace.assignments.models import Assignment, CancelledBy
from marketplace.assignments.rules import AssignmentState
from marketplace.billing.credit_notes import give_credit, void
from marketplace.billing.invoicing import issue
from marketplace.billing.models import PaymentMethod
from marketplace.billing.payments_received import record_payment
from marketplace.booking import cancelling, offers
from marketplace.booking.booking import book
from marketplace.booking.no_shows import mark_no_show
from marketplace.booking.reassignment_requests import ReassignmentStep, ask
from marketplace.config import Settings
from marketplace.contracts.models import Agreement, AgreementKind, RateRow
from marketplace.coordinators.models import TimeOff
from marketplace.coordinators.registration import register_coordinator
from marketplace.coordinators.rules import CoordinatorDraft
from marketplace.credentials.models import Credential, Document
from marketplace.credentials.rules import CredentialState
from marketplace.db import sessions as db
from marketplace.demo import cast
from marketplace.documents.models import IssuedDocument
from marketplace.eligibility.score_weights import set_weights
from marketplace.facilities.models import Preference, PreferenceKind, PreferenceSide, Site
from marketplace.kernel import local_instant
from marketplace.kernel.clock import frozen_at
from marketplace.ledger.invariants import check_books
from marketplace.matching.facts import Weights
from marketplace.needs.models import FillMode
from marketplace.needs.rules import NeedState
from marketplace.onboarding.choosing import choose as choose_activation
from marketplace.onboarding.rules import ActivationMode
from marketplace.payouts.pay_run import approve
from marketplace.payouts.sending import hold, send_by_hand
from marketplace.plans import constraints
from marketplace.plans.requests import ask_what_if
from marketplace.plans.settings import change_settings
from marketplace.timesheets.approvals import dispute
from tests.plans.planned import plan_made, worked_on
from tests.timesheets.hours import IN, OUT, booked, handed_in, punch, worked_line
from tests.worked import approved
from tests.world import NOW, TODAY, World

ROOT = Path(__file__).resolve().parent.parent
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EARLIER = date(2026, 11, 9)  # the Monday whose week is billed and paid
LAST_WEEK = date(2026, 11, 16)  # the Monday whose week waits for approval

# The smallest picture there is: what every paper of the cast looks like.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fe0def46b8"
    "0000000049454e44ae426082"
)


def live(world: World) -> None:
    """Everything that can be seen on a page, done by those who do it."""
    _hours_that_became_money(world)
    _hours_that_wait(world)
    _work_ahead(world)
    _moves(world)
    _people_around(world)
    _plans(world)
    _weights(world)
    db.session.flush()
    check_books(NOW)
    db.session.flush()


def _hours_that_became_money(world: World) -> None:
    """The week of November 9: billed at both facilities, paid, and partly corrected."""
    billed_at = NOW - 8 * DAY
    with frozen_at(billed_at):
        for day, who in enumerate((world.maya, world.jonas, world.devon)):
            approved(world, who, world.harbor, EARLIER + day * DAY, minutes=420, line=who.service_lines[0])
            approved(world, who, world.riverside, EARLIER + (day + 2) * DAY, minutes=240, line=who.service_lines[0])
        harbor, riverside = issue(EARLIER + 6 * DAY, world.felix, billed_at)
        db.session.flush()
        record_payment(
            world.harbor, 20_000, PaymentMethod.CHECK, TODAY - 8 * DAY, "CHK-1001", world.felix, billed_at, harbor
        )
        record_payment(
            world.riverside, riverside.total_cents + 5_000, PaymentMethod.ACH, TODAY - 8 * DAY, "ACH-2002", world.felix, billed_at
        )  # fmt: skip
        db.session.flush()
        give_credit(harbor, "An hour was agreed to be ours.", world.felix, billed_at, amount=3_900)
        give_credit(riverside, "Rate agreed on the telephone.", world.felix, billed_at, amount=1_000)
    with frozen_at(NOW - 2 * DAY):
        approved(world, world.aisha, world.harbor, EARLIER + 5 * DAY, minutes=90, line="prior-auth")
        (wrong,) = issue(EARLIER + 6 * DAY, world.felix, NOW - 2 * DAY)
        db.session.flush()
        void(wrong, "Issued to the wrong cost centre.", world.felix, NOW - 2 * DAY)
        run = approve(EARLIER + 6 * DAY, world.felix, NOW - 2 * DAY)
        assert run is not None
        db.session.flush()
        send_by_hand(run, "BATCH-77", TODAY - 2 * DAY, world.felix, NOW - 2 * DAY)
    hold(world.aisha, "Tax form is missing.", world.felix, NOW)
    _money_under_way(world)
    for kind, thing, owner in (("invoice", harbor, "facility_id"), ("invoice", riverside, "facility_id")):
        content = b"%PDF-1.7\n" + kind.encode() + b"\n%%EOF\n"
        db.session.add(
            IssuedDocument(
                kind=kind, thing_id=thing.id, sha256=hashlib.sha256(content).hexdigest(), pdf=content,
                **{owner: thing.facility_id},
            )
        )  # fmt: skip


def _money_under_way(world: World) -> None:
    """An invoice nobody has paid yet, a pay run the bank has not got yet, and earnings that are in no run."""
    with frozen_at(NOW - DAY):
        approved(world, world.devon, world.harbor, EARLIER + 5 * DAY, minutes=120, line="triage")
        issue(EARLIER + 6 * DAY, world.felix, NOW - DAY)
        approve(EARLIER + 6 * DAY, world.felix, NOW - DAY)
        approved(world, world.devon, world.riverside, EARLIER + 6 * DAY, minutes=60, line="triage")


def _hours_that_wait(world: World) -> None:
    """Last week: clean lines, one far too long, one disputed, one not handed in."""
    for place, who, offset in (("harbor", "rosa", 0), ("riverside", "lars", 3)):
        lines = [worked_line(world, world.maya, LAST_WEEK + (offset + n) * DAY, facility=place) for n in range(2)]
        lines.append(worked_line(world, world.jonas, LAST_WEEK + offset * DAY, (IN, 0), (OUT, 528), facility=place))
        wrong = worked_line(world, world.jonas, LAST_WEEK + (offset + 1) * DAY, (IN, 40), (OUT, 400), facility=place)
        handed_in([*lines, wrong], NOW - 6 * HOUR)
        db.session.flush()
        dispute(wrong.id, "Nobody was there after three.", getattr(world, who), NOW - 5 * HOUR)
    worked_line(world, world.aisha, TODAY - DAY, facility="harbor")


def _work_ahead(world: World) -> None:
    """Needs in every state, offers out, seats taken, somebody at work this minute."""
    for key, owner, shift in (("harbor", "rosa", 0), ("riverside", "lars", 7)):
        by = getattr(world, owner)
        offered = world.shift(getattr(world, key), day=date(2026, 11, 30) + shift * DAY, headcount=2)
        for who in (world.maya, world.jonas):
            offers.send_offer(offered, who, by, NOW - HOUR)
        for n in range(3):
            world.shift(getattr(world, key), day=date(2026, 12, 1 + n) + shift * DAY, mode=FillMode.FIRST_COME)
        chosen = world.shift(getattr(world, key), day=date(2026, 12, 4) + shift * DAY, mode=FillMode.CHOOSE)
        db.session.flush()
        offers.apply(chosen, world.jonas, world.jonas.person, NOW - HOUR)
        world.need(getattr(world, key), day=date(2026, 12, 14), state=NeedState.DRAFT)
        world.need(getattr(world, key), day=date(2026, 12, 15), state=NeedState.ON_HOLD)
        for n, who in enumerate((world.maya, world.jonas)):
            taken = world.shift(getattr(world, key), day=date(2026, 12, 2) + (n + shift) * DAY, line="medical-billing")
            db.session.flush()
            book(taken, who, by, NOW - 2 * DAY)
        given_up = world.shift(getattr(world, key), day=date(2026, 12, 3) + shift * DAY, line="rpm")
        lost = book(given_up, world.devon, by, NOW - 2 * DAY)
        db.session.flush()
        cancelling.cancel(lost, world.devon.person, NOW - DAY, CancelledBy.COORDINATOR, "My child is ill.")
        gone = world.need(getattr(world, key), day=date(2026, 12, 9))
        cancelling.cancel_need(gone, by, NOW - DAY, CancelledBy.FACILITY, "Not needed any more.")
    working = booked(world, world.jonas, TODAY, time(8), time(16))
    punch(working, IN, local_instant(TODAY, time(8), "America/Chicago"))
    booked(world, world.maya, TODAY, time(9), time(17))
    missed = booked(world, world.devon, TODAY - DAY, time(8), time(12), line="rpm", facility="riverside")
    mark_no_show(missed, world.lars, NOW - 20 * HOUR)


def _moves(world: World) -> None:
    """Two who are asked whether they would work another shift instead of theirs."""
    for who, day in ((world.maya, date(2026, 12, 2)), (world.jonas, date(2026, 12, 3))):
        held = db.session.scalars(
            select(Assignment).where(
                Assignment.coordinator_id == who.id, Assignment.state == AssignmentState.BOOKED,
                Assignment.starts_at >= local_instant(day, time(0), "America/Chicago"),
                Assignment.starts_at < local_instant(day + DAY, time(0), "America/Chicago"),
            )
        ).one()  # fmt: skip
        wanting = world.shift(world.riverside, day=day, start=time(10), end=time(14))
        ask(wanting, [ReassignmentStep(who.id, held.shift_id)], None, world.sam, NOW - HOUR)


def _people_around(world: World) -> None:
    """Papers to check, people invited, sites, days off, favorites, a contract being drawn up."""
    for who, kind in ((world.maya, "hipaa-training"), (world.jonas, "hipaa-training"), (world.sofia, "hipaa-training")):
        name = hashlib.sha256(f"{who.id}{kind}".encode()).hexdigest()[:32]
        paper = Document(
            coordinator_id=who.id, stored_as=f"{name}.png", filename="certificate.png", content_type="image/png",
            size=len(PICTURE), sha256=hashlib.sha256(PICTURE).hexdigest(),
        )  # fmt: skip
        db.session.add(paper)
        db.session.flush()
        db.session.add(
            Credential(
                coordinator_id=who.id, type=kind, number=f"NEW-{who.id}", issued_on=date(2026, 10, 1),
                expires_on=date(2028, 9, 30), document_id=paper.id, state=CredentialState.SUBMITTED, submitted_at=NOW - 30 * HOUR,
            )
        )  # fmt: skip
    agency = world.agency
    invite("new@northlight.example", "Nia New", Role.AGENCY_SUPPORT, agency, by=world.ada, at=NOW)
    invite(
        "new@harbor.example", "Hal New", Role.FACILITY_APPROVER, world.rosa.acting.organisation, by=world.rosa, at=NOW
    )
    invite(
        "new@riverside.example", "Rae New", Role.FACILITY_BILLING, world.lars.acting.organisation, by=world.lars, at=NOW
    )
    invited = register_coordinator(
        CoordinatorDraft("new@people.example", "Noa New", "US", "America/New_York", "NY", ("prior-auth",)),
        NOW,
        world.sam,
    )
    db.session.flush()
    invite("new@people.example", "Noa New", Role.COORDINATOR, agency, invited.id, by=world.ada, at=NOW)
    for who in (world.rosa, world.lars, world.maya.person, world.jonas.person):
        db.session.add(
            SignInSession(
                token_hash=token_hash(f"the telephone of {who.id}"), person_id=who.id, started_at=NOW, seen_at=NOW,
                confirmed_at=NOW, user_agent="Telephone",
            )
        )  # fmt: skip
    for place in (world.harbor, world.riverside):
        db.session.add(Site(facility_id=place.id, name="North wing", time_zone=place.time_zone))
        for side, who, kind in (
            (PreferenceSide.FACILITY, world.maya, PreferenceKind.FAVOURITE),
            (PreferenceSide.FACILITY, world.sofia, PreferenceKind.BLOCK),
            (PreferenceSide.COORDINATOR, world.aisha, PreferenceKind.FAVOURITE),
        ):
            reason = "Left twice before the end." if kind is PreferenceKind.BLOCK else ""
            about = Preference(
                facility_id=place.id, coordinator_id=who.id, side=side, kind=kind, reason=reason, since=NOW
            )
            db.session.add(about)
        drawn_up = Agreement(
            kind=AgreementKind.MASTER, facility_id=place.id, effective_from=date(2027, 1, 1), net_days=15
        )
        db.session.add(drawn_up)
        db.session.flush()
        for line, (bill, pay) in list(cast.STANDARD_RATES.items())[:4]:
            db.session.add(
                RateRow(
                    agreement_id=drawn_up.id, facility_id=place.id, service_line=line, bill_cents=bill + 100,
                    pay_cents=pay, valid_from=date(2027, 1, 1),
                )
            )  # fmt: skip
    for who in (world.maya, world.jonas):
        day = local_instant(date(2026, 12, 24), time(0), who.time_zone)
        db.session.add(TimeOff(coordinator_id=who.id, starts_at=day, ends_at=day + 2 * DAY, note="Holidays"))


def _weights(world: World) -> None:
    """The score was weighed anew once, and then back."""
    fairer = replace(Weights(), continuity=150, fairness=151)
    first = set_weights(fairer, "Newcomers had too few shifts.", 0, world.ada, NOW - 9 * DAY)
    set_weights(Weights(), "", first.id, world.sam, NOW - 2 * DAY)
    choose_activation(ActivationMode.OFFERED, world.ada, NOW - DAY)


def _plans(world: World) -> None:
    """A plan that was replaced, the present one with a pin and a ban, a question what a change would cost, a setting."""
    change_settings(14, 24, 60, 50, by=world.sam, at=NOW - DAY)
    db.session.flush()
    free = world.shift(world.harbor, day=date(2026, 12, 8))
    again = world.shift(world.riverside, day=date(2026, 12, 8), mode=FillMode.CHOOSE)
    world.shift(world.harbor, day=date(2026, 12, 8), languages=["ja"])
    plan_made(world)
    constraints.pin(free, world.aisha, world.sam, NOW)
    constraints.veto(again, world.jonas, world.sam, NOW)
    present = plan_made(world)
    worked_on(ask_what_if(present, free, world.aisha, world.sam, NOW))


# ---- for the tests ----------------------------------------------------------------------------------------------


def lay_out_papers(home: Path) -> None:
    """The files of the papers lie where the site looks for them."""
    from marketplace.credentials.files.storage import path_of

    for paper in db.session.scalars(select(Document)):
        place = path_of(paper.stored_as)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(PICTURE)
    assert home in place.parents


@pytest.fixture(scope="session")
def lively_template(databases: Any, database_template: str, site: Flask) -> str:
    """A database to copy in which everything happens that the site knows."""

    def fill(url: str) -> None:
        engine = db.connect(url)
        with frozen_at(NOW), site.test_request_context():
            g._login_user = None  # nobody asks: whoever writes a letter wants to know the language
            live(World())
            db.session.commit()
        db.session.remove()
        engine.dispose()

    made_from = [ROOT / "migrations", ROOT / "marketplace", ROOT / "tests" / "world.py", Path(__file__)]
    before = db._factory.kw["bind"]
    try:
        return databases.template("lively", made_from, fill, base=database_template)  # type: ignore[no-any-return]
    finally:
        db._factory.configure(bind=before)


class Lively:
    """The site on a lively database. `undone` takes back whatever happens inside it."""

    def __init__(self, app: Flask, connection: Connection) -> None:
        self.app, self.connection = app, connection

    def __enter__(self) -> "Lively":
        self._within = self.connection.begin_nested()
        return self

    def __exit__(self, *_: object) -> None:
        db.session.remove()
        self._within.rollback()

    @property
    def undone(self) -> "Lively":
        return Lively(self.app, self.connection)


@pytest.fixture(scope="session")
def lively_engine(databases: Any, lively_template: str) -> Iterator[Any]:
    """Connections to one copy, for the tests of this process that leave nothing behind."""
    with databases.copy(lively_template) as url:
        before = db._factory.kw["bind"]
        engine = db.connect(url)
        db._factory.configure(bind=before)
        yield engine
        engine.dispose()


@pytest.fixture
def lively(lively_engine: Any, site: Flask, settings: Settings) -> Iterator[Lively]:
    """The site in a lively world, at `NOW`; undone at the end."""
    with site_on(lively_engine, site, settings) as found:
        yield found


@contextmanager
def site_on(engine: Any, site: Flask, settings: Settings) -> Iterator[Lively]:
    """The site on another database, at `NOW`; whatever happens there is undone at the end."""
    before = db._factory.kw["bind"]
    db.session.remove()
    with frozen_at(NOW), engine.connect() as connection:
        everything = connection.begin()
        db._factory.configure(bind=connection, join_transaction_mode="create_savepoint")
        try:
            # A browser may look at the same pages for minutes while this waits.
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            with site.app_context():
                db.bind_actor(db.SYSTEM)
                lay_out_papers(settings.home)
                db.session.execute(text("RESET ROLE"))
                db.session.execute(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())"))
                db.session.commit()
            yield Lively(site, connection)
        finally:
            db.session.remove()
            everything.rollback()
            db._factory.configure(bind=before, join_transaction_mode="conditional_savepoint")
