"""From the coordinator's phone to the agency's word: handed in, looked at, decided, taken back."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from marketplace.accounts.models import Membership, Organisation
from marketplace.accounts.permissions import Role
from marketplace.audit.models import AuditEntry
from marketplace.credentials import notifications, review, tasks
from marketplace.credentials.models import Credential, ExpiryReminder
from marketplace.credentials.policy import check_may_decide
from marketplace.credentials.queries import expiring
from marketplace.credentials.rules import CredentialState, CredentialStatus
from marketplace.db import Actor, Audience, as_system, bind_actor, session
from marketplace.kernel import NotAllowedNow, NotPermitted
from marketplace.kernel.clock import frozen_at
from marketplace.messaging.models import Letter, Notice
from tests.browser import Visitor
from tests.credentials.files import hand_in, pdf
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.usefixtures("app")


def papers(*states: CredentialState) -> list[Credential]:
    """Those that were handed in with a file, the oldest first, as the database has them."""
    with as_system():
        found = select(Credential).where(Credential.document_id.is_not(None)).order_by(Credential.id)
        if states:
            found = found.where(Credential.state.in_(states))
        return list(session.scalars(found.execution_options(populate_existing=True)))


def of(world: World, name: str, kind: str) -> Credential:
    """The paper the cast brought along."""
    with as_system():
        coordinator = getattr(world, name)
        return session.scalars(
            select(Credential)
            .where(
                Credential.coordinator_id == coordinator.id, Credential.type == kind, Credential.document_id.is_(None)
            )
            .execution_options(populate_existing=True)
        ).one()


def jobs_waiting(name: str) -> list[dict[str, Any]]:
    with as_system():
        session.execute(text("RESET ROLE"))
        rows = session.execute(
            text("SELECT args, scheduled_at FROM procrastinate_jobs WHERE task_name = :n ORDER BY id"), {"n": name}
        )
        return [{**row[0], "at": row[1]} for row in rows]


def waits(world: World, **more: Any) -> Credential:
    """A paper of Maya's that waits, without going through the page."""
    credential = Credential(
        coordinator_id=world.maya.id, type="hipaa-training", number="H-1", issued_on=date(2026, 11, 1),
        expires_on=date(2027, 10, 31), state=CredentialState.SUBMITTED, submitted_at=NOW, **more,
    )  # fmt: skip
    session.add(credential)
    session.commit()
    return credential


# --- handing in ---


def test_a_paper_handed_in_waits_and_the_trail_says_so(client: Visitor, world: World) -> None:
    hand_in(client.sign_in("maya"), number="T-77").sees("HIPAA training is with the agency now.", "Waiting", "T-77")
    (paper,) = papers()
    assert (paper.state, paper.expires_on) == (CredentialState.SUBMITTED, date(2027, 10, 31))
    with as_system():
        entry = session.scalars(select(AuditEntry).where(AuditEntry.thing == "credential")).one()
    assert (entry.sentence, entry.coordinator_id) == ("Handed in: HIPAA training.", paper.coordinator_id)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"issued_on": "2024-01-01", "expires_on": "2025-01-01"}, "It expired on Jan 1, 2025. Upload the renewed one."),
        ({"issued_on": "2026-12-01"}, "It cannot be issued after today."),
        ({"issued_on": "2026-11-01", "expires_on": ""}, ""),
        ({"issued_on": "", "expires_on": ""}, "Write the date it was issued or the last day it is valid."),
        ({"type": "CPCC", "issued_on": "2026-01-01"}, "Write the number that stands on it."),
        (
            {"type": "rn-license", "number": "RN1", "issued_on": "2026-01-01"},
            "Choose the state that issued the license.",
        ),
        ({"region": "CA"}, "Only a license belongs to a state."),
        (
            {"type": "rn-license", "number": "RN1", "region": "CA", "multistate": "y", "issued_on": "2026-01-01"},
            "CA is not in the Nurse Licensure Compact",
        ),
        (
            {"type": "rn-license", "number": "RN1", "region": "TX", "multistate": "y", "issued_on": "2026-01-01"},
            "A multistate license counts elsewhere only from the state you live in (CA).",
        ),
        ({"type": "no-such-type"}, "Choose one of the list."),
        ({"number": "x" * 20_000}, "Write at most 80 characters."),
        ({"number": "A\x00B"}, "a character that cannot be shown or kept"),
        ({"issued_on": "2026-02-30"}, "not a date of the calendar"),
    ],
)
def test_problems_are_told_at_once(client: Visitor, world: World, fields: dict[str, str], sentence: str) -> None:
    hand_in(client.sign_in("maya"), **fields)
    if sentence:
        assert client.status == 422
        client.sees(sentence)
        assert papers() == []
    else:
        assert client.status == 200


def test_without_a_file_nothing_is_handed_in(client: Visitor, world: World) -> None:
    client.sign_in("maya").get("/credentials/mine/new").press("Send it", type="hipaa-training", issued_on="2026-11-01")
    assert client.status == 422
    client.sees("Choose a file, or take a photo.")


def test_the_same_paper_once_more_takes_the_place_of_the_one_that_waits(client: Visitor, world: World) -> None:
    hand_in(client.sign_in("maya"), number="T-1")
    hand_in(client, number="T-1")
    assert [paper.state for paper in papers()] == [CredentialState.SUPERSEDED, CredentialState.SUBMITTED]


def test_fields_the_form_does_not_have_change_nothing(client: Visitor, world: World) -> None:
    maya, other = world.maya.id, world.devon.id
    client.sign_in("maya").get("/credentials/mine/new")
    data = {
        "state": "verified",
        "coordinator_id": str(other),
        "decided_by_id": "1",
        "type": "hipaa-training",
        "issued_on": "2026-11-01",
    }
    client.post("/credentials/mine/new", {**data, "file": (BytesIO(pdf()), "x.pdf")})
    (paper,) = papers()
    assert (paper.state, paper.coordinator_id, paper.decided_by_id) == (CredentialState.SUBMITTED, maya, None)


def test_what_is_missing_for_her_kinds_of_work_is_named(client: Visitor, world: World) -> None:
    for credential in session.scalars(select(Credential).where(Credential.coordinator_id == world.devon.id)):
        if credential.type in ("rn-license", "hipaa-training"):
            session.delete(credential)
    session.commit()
    client.sign_in("devon").get("/credentials/mine").sees("Still missing", "Registered Nurse license", "HIPAA training")
    client.sign_in("jonas").get("/credentials/mine")
    assert "Still missing" not in client.text


def test_a_renewal_begins_with_what_is_known(client: Visitor, world: World) -> None:
    old = of(world, "devon", "CPCC")
    client.sign_in("devon").get(f"/credentials/mine/new?renew={old.id}")
    assert client.page.all("input", id="number")[0].attributes["value"] == old.number
    assert client.sign_in("maya").get(f"/credentials/mine/new?renew={old.id}").status == 404


# --- deciding ---


def test_verifying_makes_it_count_and_the_next_item_loads_itself(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    hand_in(visitors("maya"), number="T-1")
    hand_in(visitors("jonas"), number="T-2")
    first, second = papers()
    client.sign_in("chidi").get("/credentials/").sees("Waiting 2", "Maya Torres", "Jonas Lind")
    client.follow("Start with the oldest")
    assert client.path == f"/credentials/{first.id}"
    client.press("Verify")
    assert client.path == f"/credentials/{second.id}", "the next one is on the screen"
    client.sees("Verified: HIPAA training of Maya Torres.", "Undo")
    client.press("Verify")
    assert client.path == "/credentials/"
    client.sees("Nothing waits. All credentials are decided.")
    assert [paper.state for paper in papers()] == [CredentialState.VERIFIED] * 2
    with as_system():
        assert papers()[0].decided_by_id == world.chidi.id


def test_what_is_read_on_the_paper_is_what_is_kept(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    hand_in(visitors("maya"), number="T-I")
    (paper,) = papers()
    client.sign_in("chidi").get(f"/credentials/{paper.id}").press("Verify", number="T-1", expires_on="2027-06-30")
    (paper,) = papers()
    assert (paper.number, paper.expires_on, paper.state) == ("T-1", date(2027, 6, 30), CredentialState.VERIFIED)
    with as_system():
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "verify")).one()
    assert entry.detail["corrected"] == {"expires_on": ["2027-10-31", "2027-06-30"]}


def test_what_its_issuer_keeps_a_register_of_must_be_looked_up(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    hand_in(visitors("maya"), type="CMM", number="M-9", issued_on="2026-01-05")
    (paper,) = papers()
    client.sign_in("chidi").get(f"/credentials/{paper.id}").press("Verify")
    assert client.status == 422
    client.sees("Write where you looked it up")
    client.press("Verify", note="PAHCOM register: active")
    assert papers()[0].decision_note == "PAHCOM register: active"


def test_an_expired_paper_is_not_verified(client: Visitor, world: World) -> None:
    key = waits(world).id
    client.sign_in("ada").get(f"/credentials/{key}").press("Verify", issued_on="2024-01-01", expires_on="2025-01-01")
    assert client.status == 422
    client.sees("It expired on Jan 1, 2025")
    assert client.page.all("input", id="number")[0].attributes["value"] == "H-1"


def test_a_rejection_needs_a_reason_and_she_reads_it(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    hand_in(maya := visitors("maya"))
    (paper,) = papers()
    client.sign_in("chidi").get(f"/credentials/{paper.id}").press("Reject")
    assert client.status == 422
    assert client.page.all("input", id="expires_on")[0].attributes["value"] == "2027-10-31", (
        "what stands on it is still there"
    )
    client.press("Reject", reason="The photo cannot be read.").sees("Rejected: HIPAA training of Maya Torres.")
    maya.get("/credentials/mine").sees("Rejected", "The photo cannot be read.", "Upload again")


def test_she_is_told_when_the_ten_minutes_are_over(world: World, app: Flask) -> None:
    with app.app_context():
        credential = waits(world)
        deciding_one = _loaded(credential)
        review.reject(deciding_one, "Not yours.", world.chidi, NOW)
        (job,) = jobs_waiting("credentials.tell_decided")
        assert job.pop("at") == NOW + timedelta(minutes=10)
        bind_actor(Actor(Audience.SYSTEM))
        notifications.notify_decided(**job)
        letter = session.scalars(select(Letter)).one()
        assert letter.to == "maya@people.example"
        assert "was not accepted: Not yours." in letter.text_body
        assert session.scalars(select(Notice)).one().person_id == world.maya.person_id


def test_a_decision_taken_back_is_never_told(world: World, app: Flask) -> None:
    with app.app_context():
        credential = _loaded(waits(world))
        review.reject(credential, "Not yours.", world.chidi, NOW)
        (job,) = jobs_waiting("credentials.tell_decided")
        job.pop("at")
        bind_actor(Actor(Audience.SYSTEM))
        review.take_back(credential, world.chidi, NOW + timedelta(minutes=9))
        notifications.notify_decided(**job)
        assert session.scalars(select(Letter)).all() == []
        assert (credential.state, credential.decision_note) == (CredentialState.SUBMITTED, "")


def test_after_ten_minutes_a_decision_stands(world: World, app: Flask) -> None:
    with app.app_context():
        credential = _loaded(waits(world))
        review.verify(credential, review.paper_of(credential), world.chidi, NOW)
        with pytest.raises(NotAllowedNow, match="Ten minutes have passed"):
            review.take_back(credential, world.chidi, NOW + timedelta(minutes=11))


def test_a_renewal_takes_the_place_of_the_old_paper_and_undo_gives_it_back(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    old = of(world, "maya", "hipaa-training")
    old.expires_on = date(2026, 12, 31)
    session.commit()
    hand_in(visitors("maya"), number=old.number)
    (new,) = papers()
    client.sign_in("chidi").get(f"/credentials/{new.id}").sees("Verifying it replaces")
    client.press("Verify")
    assert of(world, "maya", "hipaa-training").state is CredentialState.SUPERSEDED
    client.press("Undo").sees("Undone. Nobody was told.")
    assert of(world, "maya", "hipaa-training").state is CredentialState.VERIFIED
    assert papers()[0].state is CredentialState.SUBMITTED


def test_revoking_needs_a_reason_and_can_be_taken_back(client: Visitor, world: World) -> None:
    key = of(world, "maya", "hipaa-training").id
    client.sign_in("chidi").get(f"/credentials/{key}").press("Revoke")
    assert client.status == 422
    client.press("Revoke", reason="Withdrawn by the provider.").sees(
        "Revoked: HIPAA training of Maya Torres.", "Withdrawn by the provider."
    )
    assert of(world, "maya", "hipaa-training").state is CredentialState.REVOKED
    client.press("Undo", within="toasts")
    assert of(world, "maya", "hipaa-training").state is CredentialState.VERIFIED


def test_the_second_of_two_who_look_at_it_is_told(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    key = waits(world).id
    first, second = visitors("chidi").get(f"/credentials/{key}"), visitors("ada").get(f"/credentials/{key}")
    first.press("Reject", reason="It is blurred.")
    second.press("Verify")
    assert second.status == 409
    second.sees("Somebody changed this while you had it open.")


# --- who may ---


@pytest.mark.parametrize("who", ["sam", "felix", "rosa", "maya"])
def test_only_compliance_and_the_owner_decide(client: Visitor, world: World, who: str) -> None:
    key = waits(world).id
    client.sign_in(who).get("/account")
    for act in ("verification", "rejection", "revocation", "undo"):
        assert client.post(f"/credentials/{key}/{act}", {"reason": "x"}).status == 403
    with as_system():
        assert session.get_one(Credential, key, populate_existing=True).state is CredentialState.SUBMITTED


def test_other_agency_staff_look_on(client: Visitor, world: World) -> None:
    key = waits(world).id
    client.sign_in("sam").get(f"/credentials/{key}").sees("The agency's compliance team and its owner decide about it.")
    assert not [button for button in client.page.all("button") if button.text.startswith(("Verify", "Reject"))]


def test_nobody_decides_about_her_own_paper(world: World) -> None:
    paper = _loaded(waits(world))
    agency = session.scalars(select(Organisation).where(Organisation.name == world.agency.name)).one()
    owner = paper.coordinator.person
    owner.acting = Membership(person_id=owner.id, organisation_id=agency.id, role=Role.AGENCY_COMPLIANCE)
    with session.no_autoflush, pytest.raises(NotPermitted, match="your own credential"):
        check_may_decide(owner, paper)


def test_what_is_not_there_and_what_is_not_a_number_is_404(client: Visitor, world: World) -> None:
    client.sign_in("chidi").get("/credentials/")
    for path in ("999999", "0", "-1", "99999999999999999999", "abc"):
        assert client.get(f"/credentials/{path}").status == 404, path
        assert client.post(f"/credentials/{path}/verification").status == 404, path


def test_the_database_lets_a_coordinator_hand_in_but_not_decide(world: World) -> None:
    maya, devon = world.maya, world.devon
    bind_actor(Actor(Audience.COORDINATOR, maya.person_id, coordinator_id=maya.id))
    seen = session.scalars(select(Credential.coordinator_id).distinct()).all()
    assert seen == [maya.id]
    for statement in (
        "UPDATE credential SET state = 'verified'",
        "DELETE FROM credential",
        f"INSERT INTO credential (coordinator_id, type, state) VALUES ({maya.id}, 'CMAA', 'verified')",
        f"INSERT INTO credential (coordinator_id, type) VALUES ({devon.id}, 'CMAA')",
        "SELECT * FROM expiry_reminder",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|row-level security"), session.begin_nested():
            session.execute(text(statement))
    session.execute(text(f"INSERT INTO credential (coordinator_id, type) VALUES ({maya.id}, 'CMAA')"))


def test_the_database_shows_a_facility_no_papers(world: World) -> None:
    bind_actor(Actor(Audience.FACILITY, world.rosa.id, facility_id=world.harbor.id))
    for table in ("credential", "document", "expiry_reminder"):
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text(f"SELECT * FROM {table}"))


# --- lists and reminders ---


def test_the_list_is_filtered_by_the_words_people_read(client: Visitor, world: World) -> None:
    soon = of(world, "jonas", "hipaa-training")
    soon.expires_on = TODAY + timedelta(days=20)
    session.commit()
    client.sign_in("sam").get("/credentials/?state=expiring").sees("Jonas Lind", "Expiring")
    assert "Maya Torres" not in client.text
    client.get("/credentials/?state=verified&q=maya").sees("Maya Torres")
    assert "Jonas Lind" not in client.text
    client.get("/credentials/?state=all&type=CPCC").sees("Certified Patient Care Coordinator")
    client.get("/credentials/?q=%25%00'\"&state=nonsense&page=-3").sees("No credential fits these filters.")


def test_what_expires_soon_leaves_out_what_is_outlasted(world: World) -> None:
    soon = of(world, "jonas", "hipaa-training")
    soon.expires_on = TODAY + timedelta(days=20)
    session.flush()
    assert [paper.id for paper in expiring(30, TODAY)] == [soon.id]
    assert expiring(19, TODAY) == []
    session.add(
        Credential(coordinator_id=world.jonas.id, type="hipaa-training", number="new", expires_on=TODAY + timedelta(days=400),
                   state=CredentialState.VERIFIED)
    )  # fmt: skip
    session.flush()
    assert expiring(30, TODAY) == []


def test_reminders_go_out_60_30_and_7_days_before_once_each(world: World, app: Flask) -> None:
    end = TODAY + timedelta(days=61)
    paper = of(world, "jonas", "hipaa-training")
    paper.expires_on = end
    session.commit()
    told = []
    with app.app_context():
        bind_actor(Actor(Audience.SYSTEM))
        for day in range(63):
            with frozen_at(NOW + timedelta(days=day)):
                for _again in range(2):
                    if tasks.remind():
                        told.append((end - TODAY).days - day)
        assert told == [60, 30, 7]
        assert session.scalar(select(func.count()).select_from(ExpiryReminder)) == 3
        assert session.scalar(select(func.count()).select_from(Notice)) == 3
        letters = session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [letter.to for letter in letters] == ["jonas@people.example"] * 3
    assert "Your HIPAA training ends on Jan 24, 2027. Days left: 60." in letters[0].text_body
    assert f"/credentials/mine/new?renew={paper.id}" in letters[0].text_body


def test_a_late_first_look_sends_one_reminder_not_three(world: World, app: Flask) -> None:
    of(world, "jonas", "hipaa-training").expires_on = TODAY + timedelta(days=5)
    session.commit()
    with app.app_context():
        bind_actor(Actor(Audience.SYSTEM))
        assert tasks.remind() == 1
        assert tasks.remind() == 0


@pytest.mark.parametrize(
    ("left", "word"),
    [
        (61, CredentialStatus.VERIFIED),
        (60, CredentialStatus.EXPIRING),
        (0, CredentialStatus.EXPIRING),
        (-1, CredentialStatus.EXPIRED),
    ],
)
def test_the_word_follows_the_dates(world: World, left: int, word: CredentialStatus) -> None:
    paper = of(world, "jonas", "hipaa-training")
    paper.expires_on = TODAY + timedelta(days=left)
    assert paper.standing(TODAY) is word


def test_the_pages_ask_the_database_little(
    client: Visitor, visitors: Callable[[str], Visitor], world: World, statements: list[str]
) -> None:
    hand_in(maya := visitors("maya"))
    key = papers()[0].id
    client.sign_in("chidi")
    for visitor, path in (
        (maya, "/credentials/mine"),
        (maya, "/credentials/mine/new"),
        (client, "/credentials/"),
        (client, "/credentials/?state=all"),
        (client, f"/credentials/{key}"),
    ):
        statements.clear()
        assert visitor.get(path).status == 200
        assert len(statements) <= 15, (path, statements)
    statements.clear()
    client.press("Verify")
    assert len(statements) <= 30, statements


def _loaded(credential: Credential) -> Credential:
    from marketplace.credentials.queries import with_details

    with as_system():
        return session.scalars(with_details(select(Credential)).where(Credential.id == credential.id)).unique().one()
