"""Everybody reads what concerns them in their own language: every notice, every letter, every line of the trail.

The sentences are listed from the code: one that nobody says here fails the first test.
"""

import ast
import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text, update

import marketplace.accounts.notifications as accounts
import marketplace.booking.notifications as assignments
import marketplace.contracts.notifications as contracts
import marketplace.credentials.notifications as credentials
import marketplace.onboarding.notifications as onboarding
import marketplace.reports.notifications as reports
import marketplace.timesheets.notifications as timesheets
from marketplace.accounts.invitations import invite
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Role
from marketplace.assignments.models import Assignment, CancelledBy, Reassignment, load_options
from marketplace.assignments.rules import ReassignmentState
from marketplace.audit.models import AuditEntry
from marketplace.audit.recording import record
from marketplace.billing.invoicing import issue
from marketplace.booking import cancelling, offers, reassignments
from marketplace.booking.booking import book
from marketplace.booking.reassignment_requests import ReassignmentStep, ask
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.credentials.models import Credential
from marketplace.credentials.queries import with_details
from marketplace.credentials.rules import CredentialState
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import ENGLISH, Phrase
from marketplace.kernel.phrasing import phrases
from marketplace.messaging.languages import language_of
from marketplace.messaging.models import Letter, Notice
from marketplace.messaging.writing import notify
from marketplace.needs.models import FillMode
from marketplace.payouts.pay_run import approve
from marketplace.payouts.sending import fail, send_by_hand
from marketplace.timesheets.approvals import approve_changed, dispute, reject
from tests.life import ROOT
from tests.timesheets.hours import handed_in, worked_line
from tests.worked import MONDAY, approved
from tests.world import NOW, TODAY

SPANISH = language_of("es")
# Words that every English sentence has one of, and no Spanish one.
ENGLISH_WORDS = re.compile(
    r"\b(the|you|your|is|are|was|were|of|and|or|for|to|at|it|its|with|has|have|not|they|by|from|until|soon|about|look|open|invoice"
    r"|shifts?|hours?|see|sign|read|upload|accept|choose|confirm)\b",
    re.IGNORECASE,
)


def sentences_in_code():
    """Every text of every `notifications.py`, where it stands."""
    for file in sorted((ROOT / "marketplace").glob("*/notifications.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="Phrase" | "N_"), args=[ast.Constant(value=str(template)), *_]):
                    yield template


def tell_about_accounts(world):
    rosa, owners = world.rosa, [world.ada]
    for role in (Role.FACILITY_SCHEDULER, Role.FACILITY_APPROVER):
        invite(f"{role.value}@clinica.example", "Priya Nair", role, rosa.acting.organisation, by=rosa, at=NOW)
    to_sign = Agreement(kind=AgreementKind.BAA, facility=world.harbor, effective_from=TODAY, state=AgreementState.SENT)
    session.add(to_sign)
    session.flush()
    invite("dueno@clinica.example", "Iris Sol", Role.FACILITY_OWNER, rosa.acting.organisation, by=rosa, at=NOW)
    session.delete(to_sign)
    accounts.notify_new_password_link(rosa, "enlace")
    accounts.notify_password_changed(rosa)
    accounts.notify_new_email(rosa, "rosa@clinica.example", "enlace")
    accounts.notify_second_factor_on(rosa)
    accounts.notify_second_factor_off(rosa)
    accounts.notify_new_recovery_codes(rosa)
    accounts.notify_facility_asks(owners, "Clínica Sol", "Ana Paz", "ana@sol.example", "555 0100", "Dos enfermeras.")
    accounts.notify_coordinator_asks(owners, "Ana Paz", "ana@sol.example", "555 0100", "Ocho años.")


def tell_about_money(world):
    world.harbor.contact_email = "facturas@harbor.example"
    approved(world, world.jonas, world.harbor)
    issue(MONDAY + timedelta(days=6), world.felix, NOW)
    run = approve(MONDAY + timedelta(days=6), world.felix, NOW)
    send_by_hand(run, "LOTE-7", TODAY, world.felix, NOW)
    fail(run.payouts[0], "Cuenta cerrada.", world.felix, NOW)


def tell_about_contracts(world):
    baa = session.scalars(
        select(Agreement).where(Agreement.kind == AgreementKind.BAA, Agreement.facility_id == world.harbor.id)
    )
    for agreement in (world.contract(world.harbor), baa.first()):
        session.refresh(agreement, ["facility", "coordinator"])
        contracts.notify_sent(agreement)
        contracts.notify_signed(agreement)
        contracts.notify_active(agreement)
        contracts.notify_terminated(agreement, "Ya no trabajamos juntos.")


def tell_about_credentials(world):
    verified = session.scalars(
        with_details(select(Credential)).where(
            Credential.coordinator_id == world.maya.id, Credential.state == CredentialState.VERIFIED
        )
    ).first()
    credentials.notify_expiring(verified, 30)
    session.execute(update(Credential).where(Credential.id == verified.id).values(decided_at=NOW))
    # Verified last: the scenes that follow book them.
    for state in (CredentialState.REJECTED, CredentialState.REVOKED, CredentialState.VERIFIED):
        session.execute(
            update(Credential).where(Credential.id == verified.id).values(state=state, decision_note="No se lee.")
        )
        session.expire_all()
        credentials.notify_decided(verified.id, NOW.isoformat())


def tell_about_shifts(world):
    shift, maya = world.shift(), world.maya
    offer = offers.send_offer(shift, maya, world.tom, NOW)
    assignments.notify_offered(offer.id)
    chosen = world.shift(day=date(2026, 12, 1), mode=FillMode.CHOOSE)
    assignments.notify_offered(offers.apply(chosen, maya, maya.person, NOW).id)
    assignments.notify_offer_withdrawn(maya.person, shift)
    made = book(shift, maya, maya.person, NOW, offer=offer)
    assignments.notify_booked(made.id)
    assignments.notify_undone(made.id, maya.person_id)
    assignments.notify_no_show(made.id)
    cancelling.cancel(made, maya.person, NOW, CancelledBy.COORDINATOR)
    assignments.notify_cancelled(made.id, maya.person_id)
    session.execute(
        update(Assignment).where(Assignment.id == made.id).values(cancelled_by=CancelledBy.FACILITY, fee_minutes=60)
    )
    session.expire_all()
    assignments.notify_cancelled(made.id, world.tom.id)


def tell_about_moves(world):
    here, there = world.shift(day=date(2026, 12, 2)), world.shift(world.riverside, day=date(2026, 12, 2))
    book(there, world.maya, world.lars, NOW - timedelta(hours=2))
    session.flush()
    session.expire_all()
    move = ask(
        session.get_one(type(here), here.id, options=load_options(), populate_existing=True),
        [ReassignmentStep(world.maya.id, there.id)], None, world.sam, NOW,
    )  # fmt: skip
    session.flush()
    assignments.notify_asked_to_move(move.id)
    before = move.state
    for state in (ReassignmentState.AGREED, ReassignmentState.DECLINED, ReassignmentState.EXPIRED, before):
        session.execute(update(Reassignment).where(Reassignment.id == move.id).values(state=state))
        session.expire_all()
        assignments.notify_move_answered(move.id)
    assignments.notify_move_withdrawn(move.id)
    reassignments.accept(session.get_one(Reassignment, move.id), world.maya.person, NOW)
    session.flush()
    session.expire_all()
    assignments.notify_move_answered(move.id)
    assignments.notify_booked(session.get_one(Reassignment, move.id).became_id)


def tell_about_hours(world):
    at = NOW
    lines = handed_in([worked_line(world, world.maya, MONDAY + timedelta(days=day)) for day in range(4)], at)
    timesheets.notify_submitted(lines[3].timesheet_id)
    [alone] = handed_in([worked_line(world, world.jonas, MONDAY + timedelta(days=5))], at)
    timesheets.notify_submitted(alone.timesheet_id)
    approve_changed(lines[0].id, 60, "Acordamos una hora.", world.rosa, at)
    dispute(lines[1].id, "No vino nadie.", world.rosa, at)
    reject(lines[2].id, "Empezó a las diez.", world.rosa, at)
    timesheets.notify_changed(lines[0].id)
    timesheets.notify_disputed(lines[1].id)
    timesheets.notify_rejected(lines[2].id)
    for count in (1, 3):
        timesheets.notify_reminded(world.harbor.id, count, at, "America/Chicago")
        timesheets.notify_overdue("Harbor Family Medicine", world.harbor.id, count)


def tell_about_reports(world):
    onboarding.notify_ready("Harbor Family Medicine", f"/facilities/{world.harbor.id}/getting-started")
    onboarding.notify_facility_active(world.harbor, world.ada)
    onboarding.notify_coordinator_active(world.maya, None)
    ginis = {"fills": 12, "offers": 8, "minutes": None, "pay_cents": 20}
    for flagged in ([], [1]):
        found = SimpleNamespace(flagged=flagged, shares=[1, 2], ginis=ginis)
        reports.notify_fair_shares([world.sam], date(2026, 11, 1), found, 20)


SCENES = (
    tell_about_accounts, tell_about_money, tell_about_contracts, tell_about_credentials, tell_about_shifts,
    tell_about_moves, tell_about_hours, tell_about_reports,
)  # fmt: skip


@pytest.fixture
def said(world, app, monkeypatch):
    """Everybody reads Spanish, and everything that can be told is told: the texts that were read in Spanish."""
    bind_actor(SYSTEM)
    session.execute(update(Person).values(locale="es"))
    session.expire_all()
    found, read = set(), Phrase.read

    def listen(self, language):
        if language.spanish:
            found.add(self.template)
        return read(self, language)

    monkeypatch.setattr(Phrase, "read", listen)
    for scene in SCENES:
        scene(world)
        bind_actor(SYSTEM)
        session.flush()
        session.expire_all()
    monkeypatch.setattr(phrases, "_asked", lambda: SPANISH)
    for notice in session.scalars(select(Notice)):
        assert notice.text
    return found


def test_whatever_can_be_told_is_told_in_spanish_to_whoever_reads_spanish(said):
    assert set(sentences_in_code()) - said == set()


def test_no_notice_and_no_letter_to_a_spanish_reader_has_english_in_it(said):
    notices, letters = session.scalars(select(Notice)).all(), session.scalars(select(Letter)).all()
    assert len(notices) > 25
    assert len(letters) > 20
    told = [(notice.kind, notice.text) for notice in notices]
    told += [(letter.kind, f"{letter.subject}\n{letter.text_body}") for letter in letters]
    told += [
        (letter.kind, re.sub(r"<style.*?</style>|<[^>]*>", " ", letter.html_body, flags=re.DOTALL))
        for letter in letters
    ]
    english = [(kind, found, words) for kind, words in told if (found := ENGLISH_WORDS.findall(_prose(words)))]
    assert english == []


def _prose(words):
    """Without addresses, and without what agency, facilities and people are called."""
    return re.sub(
        r"\S+@\S+|https?://\S+|Northlight Coordination|Harbor Family Medicine|Riverside Medical Center", "", words
    )


def test_the_search_finds_english():
    for sentence in (
        "You work a shift.",
        "Invoice INV-7 over $3.00 is due.",
        "Look at the hours",
        "Maya applies for it.",
    ):
        assert ENGLISH_WORDS.search(sentence)


def test_a_notice_changes_its_language_with_its_reader(visitors, world):
    notify(world.rosa, Phrase("%(name)s is active: you can post needs.", name="Harbor"), kind="activated", link="/")
    session.add(Notice(person_id=world.rosa.id, kind="old", sentence="Written long ago.", address="/"))
    session.commit()
    visitors("rosa").get("/notices").sees("Harbor is active: you can post needs.", "Written long ago.")
    bind_actor(SYSTEM)
    session.execute(update(Person).values(locale="es"))
    session.commit()
    visitors("rosa").get("/notices").sees("Harbor está", "Written long ago.")


def test_a_line_of_the_trail_changes_its_language_with_its_reader(visitors, world):
    record("pause", world.harbor, Phrase("%(facility)s was paused.", facility="Harbor"), by=world.ada)
    session.commit()
    visitors("ada").get("/audit/").sees("Harbor was paused.")
    bind_actor(SYSTEM)
    session.execute(update(Person).values(locale="es"))
    session.commit()
    visitors("ada").get("/audit/").sees("Se pausó Harbor.")


@pytest.mark.committed
def test_the_seal_of_the_trail_covers_what_the_phrase_says(world):
    entry = record("pause", world.harbor, Phrase("%(facility)s was paused.", facility="Harbor"), by=world.ada)
    session.commit()
    bind_actor(SYSTEM)
    sealed = text(
        "SELECT s.hash = sha256(convert_to(concat_ws('|', coalesce(encode(before.hash, 'hex'), ''), e.id,"
        " extract(epoch FROM e.at), e.person_id, e.thing, e.thing_id, e.act, e.sentence, e.detail::text,"
        " CAST(:phrase AS text)), 'UTF8'))"
        " FROM audit_entry e JOIN audit_seal s ON s.entry_id = e.id"
        " LEFT JOIN audit_seal before ON before.entry_id = s.previous_id WHERE e.id = :id"
    )
    kept = session.scalar(text("SELECT phrase::text FROM audit_entry WHERE id = :id"), {"id": entry.id})
    assert session.scalar(sealed, {"id": entry.id, "phrase": kept}) is True
    assert session.scalar(sealed, {"id": entry.id, "phrase": kept.replace("Harbor", "Riverside")}) is False


def test_what_was_said_is_kept_in_english_beside_its_phrase(world):
    entry = record("pause", world.harbor, Phrase("%(facility)s was paused.", facility="Harbor"), by=world.ada)
    assert entry.sentence == "Harbor was paused." == Phrase.from_record(entry.phrase).read(ENGLISH)
    session.flush()
    assert session.get_one(AuditEntry, entry.id).text == "Harbor was paused."
