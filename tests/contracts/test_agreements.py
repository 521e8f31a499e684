"""An agreement from the draft to the shelf: drafted, priced, sent, read, signed, active, amended, ended."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import joinedload, undefer

from marketplace.audit.models import AuditEntry
from marketplace.config import Settings
from marketplace.contracts import signing, tasks
from marketplace.contracts.agreement_text import hash_of, words_of
from marketplace.contracts.cancellation_policy import CancellationPolicy
from marketplace.contracts.drafting import AgreementTerms, draft_baa, draft_master
from marketplace.contracts.models import Agreement, AgreementKind, Overtime, RateRow, StandardRate
from marketplace.contracts.queries import with_details
from marketplace.contracts.rate_card import CardRow, put_card
from marketplace.contracts.rules import AgreementState
from marketplace.db import Actor, Audience, as_system, bind_actor, session
from marketplace.kernel import Invalid, NotAllowedNow, NotPermitted
from marketplace.kernel.clock import frozen_at
from marketplace.messaging.models import Letter, Notice
from marketplace.needs.models import Need
from tests.browser import Visitor
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.usefixtures("app")

S = AgreementState


def speaks_spanish(world: World, name: str) -> None:
    with as_system():
        getattr(world, name).locale = "es"
        session.commit()


CARD = (CardRow("prior-auth", 3900, 2900), CardRow("triage", 5800, 4400))


@pytest.fixture(autouse=True)
def _settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters that no page writes take the settings of the process, as in a worker."""
    monkeypatch.setenv("MARKETPLACE_HOME", str(settings.home))
    monkeypatch.setenv("AGENCY_NAME", settings.agency_name)


def master(
    world: World, state: AgreementState = S.DRAFT, terms: AgreementTerms | None = None, place: str = "harbor"
) -> int:
    """A new master agreement with a facility, as far along as `state`; its id."""
    with as_system():
        facility = getattr(world, place)
        made = draft_master(facility, terms or AgreementTerms(effective_from=TODAY), NOW, world.ada, CARD)
        _lead(world, made, state, "rosa" if place == "harbor" else "lars")
        session.commit()
        return made.id


def _lead(world: World, made: Agreement, state: AgreementState, signer: str) -> None:
    if state is not S.DRAFT:
        signing.send(made, world.ada, NOW)
    if state in (S.SIGNED, S.ACTIVE):
        person = getattr(world, signer)
        signing.sign(made, person.name, person, NOW)
    if state is S.ACTIVE:
        signing.activate(made, world.ada, NOW)


def key_of(world: World, name: str) -> int:
    with as_system():
        return int(getattr(world, name).id)


def contract_of(world: World, name: str) -> int:
    with as_system():
        found = world.contract(getattr(world, name))
        assert found is not None
        return found.id


def kept(key: int) -> Agreement:
    with as_system():
        return session.scalars(
            with_details(select(Agreement)).where(Agreement.id == key).execution_options(populate_existing=True)
        ).one()


def card(key: int) -> list[tuple[str, int, int, date, date | None]]:
    with as_system():
        rows = session.scalars(
            select(RateRow).where(RateRow.agreement_id == key).options(undefer(RateRow.pay_cents))
            .order_by(RateRow.service_line, RateRow.valid_from).execution_options(populate_existing=True)
        )  # fmt: skip
        return [(row.service_line, row.bill_cents, row.pay_cents, row.valid_from, row.valid_until) for row in rows]


# --- the whole way, in the browser ---


def test_from_the_draft_to_active_the_present_contract_holds_until_the_new_one_does(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    present = contract_of(world, "harbor")
    client.sign_in("chidi").get("/contracts/").follow("New agreement")
    client.press("Go on to the terms", kind="master", facility=str(key_of(world, "harbor")))
    client.press("Save the draft", effective_from="2026-11-24", net_days="15", overtime="weekly", po_number="PO-77")
    client.sees("Drafted.", "Draft", "Prior-Authorization", "$39.00", "34.48 %")
    key = int(client.path.split("/")[2].split("?")[0])
    rosa = visitors("rosa")
    assert rosa.get(f"/contracts/{key}").status == 404, "a draft is the agency's alone"
    client.get(f"/contracts/{key}").press("Send for signature").sees("Waiting for signature")
    rosa.get("/contracts/").sees("Waiting for signature")
    rosa.follow("Read and sign").sees("MASTER AGREEMENT", "NET 15", "PO-77", "Prior-Authorization: $39.00 an hour")
    rosa.press("Sign it", name="rosa  CHEN", read="y").sees("Signed. The agency puts it in force next")
    assert kept(present).state is S.ACTIVE
    client.get(f"/contracts/{key}").press("Put it in force").sees(f"In force. Agreement {present} is superseded.")
    assert (kept(key).state, kept(present).state) == (S.ACTIVE, S.SUPERSEDED)
    client.get(f"/contracts/{present}").sees(f"Superseded by agreement {key}.")
    speaks_spanish(world, "rosa")
    rosa.get(f"/contracts/{present}").sees(f"Sustituido por el contrato {key}.")
    agreement = kept(key)
    assert (agreement.signed_name, agreement.signed_by_id) == ("rosa CHEN", key_of(world, "rosa"))
    assert agreement.body_sha256 == hash_of(agreement.body)
    with as_system():
        acts = session.scalars(
            select(AuditEntry.act)
            .where(AuditEntry.thing == "agreement", AuditEntry.thing_id == key)
            .order_by(AuditEntry.id)
        ).all()
    assert acts == ["draft", "send", "sign", "activate"]


def test_a_coordinator_signs_their_baa_on_the_phone(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    maya = world.maya.id
    client.sign_in("ada").get(f"/contracts/new?kind=baa_coordinator&coordinator={maya}").press("Go on to the terms")
    client.press("Save the draft", effective_until="2027-12-31").press("Send for signature")
    key = int(client.path.split("/")[2])
    signer = visitors("maya").get(f"/contracts/{key}")
    signer.sees("BUSINESS ASSOCIATE AGREEMENT FOR COORDINATORS", "Maya Torres")
    signer.press("Sign it", name="Maya Torres", read="y")
    client.get(f"/contracts/{key}").press("Put it in force")
    assert kept(key).state is S.ACTIVE
    with as_system():
        live = session.scalars(
            select(Agreement.id).where(Agreement.coordinator_id == maya, Agreement.state == S.ACTIVE)
        ).all()
    assert live == [key]


def test_a_signature_is_the_signers_own_name_under_a_text_that_was_read(client: Visitor, world: World) -> None:
    key = master(world, S.SENT)
    client.sign_in("rosa").get(f"/contracts/{key}").press("Sign it", name="Rosa Chen")
    assert client.status == 422
    client.sees("Read the text first, then tick this.")
    client.press("Sign it", name="Ada Okafor", read="y")
    assert client.status == 422
    client.sees("Type your name as it stands in your account: Rosa Chen.")
    assert kept(key).state is S.SENT


def test_a_signature_asks_who_it_is_when_the_password_was_given_long_ago(client: Visitor, world: World) -> None:
    key = master(world, S.SENT)
    client.sign_in("rosa").get(f"/contracts/{key}")
    with frozen_at(NOW + timedelta(minutes=14)):  # still signed in
        client.get(f"/contracts/{key}")
    with frozen_at(NOW + timedelta(minutes=20)):
        client.press("Sign it", name="Rosa Chen", read="y").sees("Confirm that it is you", "Nothing was done yet.")
    assert kept(key).state is S.SENT


def test_whoever_may_not_sign_cannot(client: Visitor, world: World) -> None:
    key = master(world, S.SENT)
    for who, status in (("ada", 403), ("bea", 403), ("lars", 404), ("maya", 404)):
        client.sign_in(who).get("/account")
        version = str(kept(key).version)
        data = {"name": "Ada Okafor", "read": "y", "version": version}
        assert client.post(f"/contracts/{key}/signature", data).status == status, who
    assert kept(key).state is S.SENT
    with as_system(), pytest.raises(NotPermitted, match="Only an owner of the facility"):
        signing.sign(kept(key), "Lars Holm", world.lars, NOW)


def test_a_text_that_was_tampered_with_is_not_signed(world: World) -> None:
    agreement = kept(master(world, S.SENT))
    agreement.body += "And all profits go to the agency."
    with as_system(), pytest.raises(NotAllowedNow, match="does not match its fingerprint"):
        signing.sign(agreement, "Rosa Chen", world.rosa, NOW)


def test_what_was_sent_can_be_taken_back_and_then_changed(client: Visitor, world: World) -> None:
    key = master(world, S.SENT)
    client.sign_in("ada").get(f"/contracts/{key}/edit")
    assert client.status == 409
    client.get(f"/contracts/{key}").press("Withdraw").press("Use the standard card").sees(
        "The agency's standard card is in place."
    )
    assert len(card(key)) == 16
    client.follow("Edit terms").press("Save the draft", net_days="45").sees("Saved.")
    assert (kept(key).state, kept(key).net_days, kept(key).body) == (S.DRAFT, 45, "")


def test_the_other_side_and_then_the_agency_get_a_letter_and_a_notice_with_the_link(world: World) -> None:
    with as_system():
        key = master(world, S.SIGNED)
        letters = session.scalars(select(Letter).order_by(Letter.id)).all()
        told = set(session.scalars(select(Notice.person_id).where(Notice.sentence.like("%signed%"))))
        people = {world.ada.id, world.chidi.id}
    assert [letter.to for letter in letters] == [
        "rosa@harbor.example", "ada@northlight.example", "chidi@northlight.example",
    ]  # fmt: skip
    assert all(f"/contracts/{key}" in letter.text_body for letter in letters)
    assert told == people


# --- terms ---


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"effective_until": "2020-01-01"}, "It cannot end before it begins."),
        ({"net_days": "31"}, "Choose one of the list."),
        ({"rounding_minutes": "7"}, "Choose one of the list."),
        ({"overtime": "double"}, "Choose one of the list."),
        ({"middle_hours": "96"}, "The notice tiers must go from the longest notice down to 0."),
        ({"short_points": "10"}, "Less notice must never cost fewer points"),
        ({"free_hours": "-1"}, "Write a whole number from 0 to 720."),
        ({"late_minutes": "1_000"}, "Write a whole number from 0 to 1,440."),
        ({"po_number": "x" * 20_000}, "Write at most 60 characters."),
        ({"effective_from": "2026-02-30"}, "not a date of the calendar"),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    client: Visitor, world: World, fields: dict[str, str], sentence: str
) -> None:
    client.sign_in("ada").get(f"/contracts/new/terms?kind=master&facility={key_of(world, 'harbor')}").press(
        "Save the draft", **fields
    )
    assert client.status == 422
    client.sees(sentence)


def test_the_form_begins_with_the_standard_cancellation_policy(client: Visitor, world: World) -> None:
    client.sign_in("ada").get(f"/contracts/new/terms?kind=master&facility={key_of(world, 'harbor')}").press(
        "Save the draft"
    )
    key = int(client.path.split("/")[2])
    assert kept(key).policy == CancellationPolicy()
    assert kept(key).net_days == 30


def test_no_contract_promises_pay_that_nobody_charges(client: Visitor, world: World) -> None:
    client.sign_in("ada").get(f"/contracts/new/terms?kind=master&facility={key_of(world, 'harbor')}")
    assert not [node for node in client.page.all("input") if "home" in node.attributes.get("name", "")]
    client.press("Save the draft").sees("The facility may cancel a shift free of charge")
    assert "sent home" not in client.page.text
    assert "half of the shift" not in client.page.text


def test_hidden_fields_change_nothing(client: Visitor, world: World) -> None:
    key = master(world)
    client.sign_in("ada").get(f"/contracts/{key}/edit")
    other = key_of(world, "riverside")
    data = {
        "state": "active",
        "facility_id": str(other),
        "signed_name": "Rosa Chen",
        "body": "x",
        "kind": "baa",
        "version": str(kept(key).version),
    }
    form = {
        node.attributes["name"]: node.attributes.get("value", "")
        for node in client.page.all("input")
        if "name" in node.attributes
    }
    client.post(
        f"/contracts/{key}/edit", {**form, **data, "net_days": "30", "overtime": "none", "rounding_minutes": "0"}
    )
    agreement = kept(key)
    assert (agreement.state, agreement.kind, agreement.signed_name, agreement.body) == (
        S.DRAFT,
        AgreementKind.MASTER,
        None,
        "",
    )
    assert agreement.facility_id != other


@pytest.mark.parametrize("button", ["Send for signature", "Use the standard card", "Remove", "Put it on the card"])
def test_the_second_of_two_editors_is_told(visitors: Callable[[str], Visitor], world: World, button: str) -> None:
    key = master(world)
    first, second = visitors("ada").get(f"/contracts/{key}"), visitors("chidi").get(f"/contracts/{key}")
    first.press("Put it on the card", service_line="rpm", bill="46", pay="34.50")
    second.press(button)
    assert second.status == 409
    second.sees("Somebody changed this while you had it open.")
    assert (kept(key).state, len(card(key))) == (S.DRAFT, 3)


def test_no_one_signs_another_text_than_the_one_on_the_screen(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    key = master(world, S.SENT)
    rosa = visitors("rosa").get(f"/contracts/{key}")
    client.sign_in("ada").get(f"/contracts/{key}").press("Withdraw")
    client.press("Put it on the card", service_line="prior-auth", bill="99", pay="50").press("Send for signature")
    rosa.press("Sign it", name="Rosa Chen", read="y")
    assert rosa.status == 409
    assert kept(key).state is S.SENT


# --- the rate card ---


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ({"bill": "46", "pay": "34.50"}, (4600, 3450)),
        ({"pay": "30", "markup": "33.33"}, (4000, 3000)),
        ({"bill": "40", "markup": "60"}, (4000, 2500)),
        ({"bill": "$40.00", "pay": "25", "markup": "60 %"}, (4000, 2500)),
    ],
)
def test_any_two_of_bill_pay_and_markup_give_the_third(
    client: Visitor, world: World, fields: dict[str, str], row: tuple[int, int]
) -> None:
    key = master(world)
    client.sign_in("ada").get(f"/contracts/{key}").press("Put it on the card", service_line="rpm", **fields)
    assert client.status == 200, client.text
    assert [one[1:3] for one in card(key) if one[0] == "rpm"] == [row]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"bill": "40"}, "Give two of bill rate, pay rate and markup"),
        ({"bill": "20", "pay": "30"}, "pay rate must be above zero and no more than the bill rate"),
        ({"bill": "40", "pay": "25", "markup": "10"}, "do not agree"),
        ({"bill": "1E5", "pay": "25"}, ""),
        ({"bill": "40.005", "pay": "25"}, ""),
        ({"bill": "40", "markup": "lots"}, "Write the markup in percent"),
        ({"bill": "10000.01", "pay": "1"}, "$10,000.00"),
        (
            {"bill": "40", "pay": "25", "valid_from": "2027-01-01", "valid_until": "2026-12-01"},
            "cannot end before it begins",
        ),
        ({"service_line": "sorcery", "bill": "40", "pay": "25"}, "Choose one of the list."),
    ],
)
def test_rates_that_make_no_sense_are_refused(
    client: Visitor, world: World, fields: dict[str, str], sentence: str
) -> None:
    key = master(world)
    before = card(key)
    client.sign_in("ada").get(f"/contracts/{key}").press("Put it on the card", **{"service_line": "rpm", **fields})
    assert client.status == 422
    client.sees(sentence or "Put it on the card")
    assert card(key) == before


def test_changing_a_rate_ends_the_old_one_the_day_before(client: Visitor, world: World) -> None:
    key = master(world)
    client.sign_in("ada").get(f"/contracts/{key}").press(
        "Put it on the card", service_line="prior-auth", bill="42", pay="31", valid_from="2027-01-01"
    )
    assert [one[1:] for one in card(key) if one[0] == "prior-auth"] == [
        (3900, 2900, TODAY, date(2026, 12, 31)),
        (4200, 3100, date(2027, 1, 1), None),
    ]


def test_a_rate_over_one_that_comes_later_is_refused_with_a_sentence(client: Visitor, world: World) -> None:
    key = master(world)
    client.sign_in("ada").get(f"/contracts/{key}")
    client.press("Put it on the card", service_line="rpm", bill="46", pay="30", valid_from="2027-03-01")
    before = card(key)
    client.press("Put it on the card", service_line="rpm", bill="50", pay="30", valid_from="2027-01-01")
    assert client.status == 422
    client.sees("Another rate for this kind of work holds on some of these days.")
    assert card(key) == before
    client.press(
        "Put it on the card", service_line="rpm", bill="50", pay="30", valid_from="2027-01-01", valid_until="2027-02-28"
    )
    assert client.status == 200


def test_a_card_is_copied_from_another_contract(client: Visitor, world: World) -> None:
    key = master(world, place="riverside")
    source = contract_of(world, "harbor")
    client.sign_in("ada").get(f"/contracts/{key}").press("Copy its card", source=str(source)).sees(
        "16 rates copied from Harbor"
    )
    assert len(card(key)) == 16
    client.get(f"/contracts/{key}").press("Remove").sees("The rate is off the card.")
    assert len(card(key)) == 15
    client.get(f"/contracts/{key}")
    version = str(kept(key).version)
    assert client.post(f"/contracts/{key}/copied-card", {"source": "x' OR 1=1", "version": version}).status == 404


def test_the_card_of_what_was_sent_does_not_change(client: Visitor, world: World) -> None:
    key = master(world, S.SENT)
    client.sign_in("ada").get(f"/contracts/{key}")
    data = {"service_line": "rpm", "bill": "50", "pay": "30", "version": str(kept(key).version)}
    for address in ("rates", "standard-card", "copied-card"):
        assert client.post(f"/contracts/{key}/{address}", {**data, "source": str(key)}).status == 409, address


def test_the_agencys_own_card_is_changed_for_contracts_to_come(client: Visitor, world: World) -> None:
    old = card(present := contract_of(world, "harbor"))
    client.sign_in("ada").get("/contracts/standard-card").press(
        "Save the card", **{"rpm-bill": "50.00", "rpm-pay": "40"}
    )
    client.sees("The standard card is saved.")
    with as_system():
        rate = session.get_one(StandardRate, "rpm", populate_existing=True)
    assert (rate.bill_cents, rate.pay_cents) == (5000, 4000)
    assert card(present) == old
    client.press("Save the card", **{"rpm-bill": "30.00", "rpm-pay": "40"})
    assert client.status == 422
    client.sees("no more than the bill rate")


def test_an_empty_card_is_not_sent(world: World) -> None:
    with as_system():
        made = draft_master(world.harbor, AgreementTerms(effective_from=TODAY), NOW, rates=())
        with pytest.raises(NotAllowedNow, match="The rate card is empty"):
            signing.send(made, world.ada, NOW)


def test_the_table_itself_refuses_two_rates_for_a_day_and_more_pay_than_bill(world: World) -> None:
    with as_system():
        made = draft_master(world.harbor, AgreementTerms(effective_from=TODAY), NOW, rates=CARD)
        for row, rule in (((3900, 2900), "ex_rate_row_overlap"), ((2000, 2900), "ck_rate_row_rates")):
            with pytest.raises(IntegrityError, match=rule), session.begin_nested():  # noqa: PT012
                session.add(
                    RateRow(agreement_id=made.id, facility_id=made.facility_id, service_line="prior-auth", bill_cents=row[0],
                            pay_cents=row[1], valid_from=TODAY)
                )  # fmt: skip
                session.flush()
        with pytest.raises(Invalid, match="Another rate"):
            put_card(made, [*CARD, CardRow("triage", 6000, 4000, TODAY + timedelta(days=9))])


# --- amending, ending ---


def test_an_amendment_is_a_new_version_and_shifts_keep_the_old_terms(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    need = world.need().id
    present = contract_of(world, "harbor")
    client.sign_in("ada").get(f"/contracts/{present}").press("Amend").sees(
        "The present one holds until this one is active."
    )
    key = int(client.path.split("/")[2])
    assert kept(key).supersedes_id == present
    assert len(card(key)) == 16
    assert kept(key).overtime is Overtime.WEEKLY
    client.press("Put it on the card", service_line="prior-auth", bill="45", pay="33").press("Send for signature")
    visitors("rosa").get(f"/contracts/{key}").press("Sign it", name="Rosa Chen", read="y")
    client.get(f"/contracts/{key}").press("Put it in force")
    assert kept(present).state is S.SUPERSEDED
    with as_system():
        posted = session.get_one(Need, need, populate_existing=True)
    assert (posted.agreement_id, posted.bill_rate_cents) == (present, 3900)


def test_one_amendment_at_a_time(client: Visitor, world: World) -> None:
    present = contract_of(world, "harbor")
    client.sign_in("ada").get(f"/contracts/{present}").press("Amend")
    client.get(f"/contracts/{present}").press("Amend")
    assert client.status == 409
    client.sees("An amendment is under way already.")


def test_what_begins_later_does_not_push_the_present_one_aside(world: World) -> None:
    with as_system():
        made = kept(master(world, S.SIGNED, AgreementTerms(effective_from=TODAY + timedelta(days=10))))
        with pytest.raises(NotAllowedNow, match="It begins on Dec 4, 2026, and the present one holds until then"):
            signing.activate(made, world.ada, NOW)
        signing.activate(made, world.ada, NOW + timedelta(days=10))
        assert made.state is S.ACTIVE


def test_what_has_ended_is_not_activated(world: World) -> None:
    with as_system():
        made = kept(
            master(
                world,
                S.SIGNED,
                AgreementTerms(effective_from=TODAY - timedelta(days=9), effective_until=TODAY - timedelta(days=1)),
            )
        )
        with pytest.raises(NotAllowedNow, match="It ended on"):
            signing.activate(made, world.ada, NOW)


def test_terminating_needs_a_reason_that_the_other_side_reads(
    client: Visitor, visitors: Callable[[str], Visitor], world: World
) -> None:
    present = contract_of(world, "harbor")
    client.sign_in("ada").get(f"/contracts/{present}").press("Terminate")
    assert client.status == 422
    client.press("Terminate", reason="Invoices unpaid since June.").sees("Terminated. Harbor Family Medicine was told.")
    visitors("rosa").get(f"/contracts/{present}").sees("Terminated", "Invoices unpaid since June.")
    assert kept(present).state is S.TERMINATED


def test_an_agreement_expires_after_its_last_day(world: World) -> None:
    with as_system():
        present = world.contract(world.harbor)
        present.effective_until = TODAY
        session.flush()
        assert tasks.expire() == 0
        with frozen_at(NOW + timedelta(days=1)):
            assert tasks.expire() == 1
            assert tasks.expire() == 0
        assert present.state is S.EXPIRED


# --- who sees what ---


def test_a_facility_sees_the_bill_side_only_unless_the_contract_is_transparent(client: Visitor, world: World) -> None:
    closed = master(world, S.ACTIVE)
    client.sign_in("rosa").get(f"/contracts/{closed}").sees("$39.00")
    assert "$29.00" not in client.html
    assert "Markup" not in client.text
    with as_system():
        open_one = master(world, S.ACTIVE, AgreementTerms(effective_from=TODAY, transparent=True))
    client.get(f"/contracts/{open_one}").sees("$39.00", "$29.00", "of which the coordinator is paid $29.00")
    client.get(f"/contracts/{closed}")
    assert "$29.00" not in client.html


def test_the_database_keeps_pay_rates_from_a_facility(world: World) -> None:
    bind_actor(Actor(Audience.FACILITY, world.rosa.id, facility_id=world.harbor.id))
    rows = session.execute(text("SELECT facility_id, bill_cents FROM rate_row")).all()
    assert {row[0] for row in rows} == {key_of(world, "harbor")}
    for statement in (
        "SELECT pay_cents FROM rate_row",
        "SELECT * FROM rate_row",
        "SELECT count(*) FROM rate_row WHERE pay_cents > 2000",
        "UPDATE rate_row SET bill_cents = 1",
        "UPDATE agreement SET state = 'active'",
        "DELETE FROM agreement",
        "SELECT * FROM standard_rate",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text(statement))


def test_the_database_shows_each_side_its_own_agreements_and_no_drafts(world: World) -> None:
    draft = master(world)
    with as_system():
        harbor, maya, rosa = world.harbor.id, world.maya, world.rosa.id
    bind_actor(Actor(Audience.FACILITY, rosa, facility_id=harbor))
    seen = session.scalars(select(Agreement).options(joinedload(Agreement.facility))).all()
    assert {agreement.facility_id for agreement in seen} == {harbor}
    assert draft not in {agreement.id for agreement in seen}
    assert session.scalars(select(RateRow.id).where(RateRow.agreement_id == draft)).all() == []
    bind_actor(Actor(Audience.COORDINATOR, maya.person_id, coordinator_id=maya.id))
    assert {agreement.coordinator_id for agreement in session.scalars(select(Agreement))} == {maya.id}
    for table in ("rate_row", "standard_rate"):
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text(f"SELECT bill_cents FROM {table}"))
    bind_actor(Actor(Audience.AGENCY))
    assert session.scalar(text("SELECT count(pay_cents) FROM rate_row WHERE agreement_id = :a"), {"a": draft}) == 2


def test_other_peoples_agreements_do_not_exist(client: Visitor, world: World) -> None:
    key = master(world, S.SENT, place="riverside")
    client.sign_in("rosa").get("/contracts/")
    for path in (f"/contracts/{key}", f"/contracts/{key}/text", "/contracts/999999", "/contracts/99999999999999999999"):
        assert client.get(path).status == 404, path
    client.get("/contracts/")
    assert client.post(f"/contracts/{key}/signature", {"name": "Rosa Chen", "read": "y"}).status == 404
    assert client.sign_in("maya").get(f"/contracts/{key}").status == 404


@pytest.mark.parametrize("who", ["sam", "rosa", "maya"])
def test_only_those_who_manage_contracts_write_them(client: Visitor, world: World, who: str) -> None:
    key = master(world)
    client.sign_in(who).get("/account")
    for path in ("/contracts/new", "/contracts/new/terms", "/contracts/standard-card", f"/contracts/{key}/edit"):
        assert client.get(path).status == 403, path
    client.get("/account")
    for act in (
        "rates",
        "standard-card",
        "copied-card",
        "sending",
        "withdrawal",
        "activation",
        "termination",
        "amendment",
        "rates/1/removal",
    ):
        assert client.post(f"/contracts/{key}/{act}").status == 403, act
    assert kept(key).state is S.DRAFT


def test_scheduler_and_approver_of_a_facility_see_no_contract(client: Visitor, world: World) -> None:
    for who in ("tom", "nadia"):
        assert client.sign_in(who).get("/contracts/").status == 403
    assert client.sign_in("bea").get("/contracts/").status == 200


def test_the_list_is_filtered(client: Visitor, world: World) -> None:
    client.sign_in("sam").get("/contracts/?kind=baa&q=maya").sees("1 agreement", "Maya Torres")
    client.get("/contracts/?state=draft").sees("No agreement fits these filters.")
    client.get("/contracts/?q=%25%00&kind=x&state=y&page=zz")
    assert client.status == 200


def test_a_new_agreement_is_made_with_somebody(client: Visitor, world: World) -> None:
    client.sign_in("ada").get("/contracts/new").press("Go on to the terms")
    assert client.status == 422
    client.sees("Choose with whom.")
    for query in ("", "?kind=master", "?kind=master&facility=999", "?kind=master&coordinator=1", "?kind=x&facility=1"):
        assert client.get(f"/contracts/new/terms{query}").status == 404, query


# --- what is wrong with it ---


def test_the_page_says_what_is_wrong_with_a_contract(client: Visitor, world: World) -> None:
    world.need(line="rpm")
    with as_system():
        baa = session.scalars(
            select(Agreement).where(Agreement.kind == AgreementKind.BAA, Agreement.facility_id == world.harbor.id)
        ).one()
        baa.effective_until = TODAY - timedelta(days=3)
        session.commit()
    key = master(world, S.ACTIVE, AgreementTerms(effective_from=TODAY, effective_until=TODAY + timedelta(days=20)))
    client.sign_in("sam").get(f"/contracts/{key}").sees(
        "Remote Patient Monitoring is asked for, but the card has no rate for it",
        "The BAA ended on Nov 21, 2026. No shift can start without it.",
        "It ends on Dec 14, 2026. Draft the next one now.",
    )
    client.sign_in("rosa").get(f"/contracts/{key}")
    assert "Draft the next one" not in client.text
    speaks_spanish(world, "sam")
    client.sign_in("sam").get(f"/contracts/{key}").sees(
        "El BAA terminó el 21 nov 2026. Sin él no puede empezar ningún turno.",
        "Se pide Monitoreo remoto de pacientes, pero el tarifario no tiene tarifa",
    )


def test_a_baa_is_drafted_for_either_side(world: World) -> None:
    with as_system():
        for party, words in (
            (world.harbor, "BUSINESS ASSOCIATE AGREEMENT\n\nbetween Harbor"),
            (world.maya, "FOR COORDINATORS"),
        ):
            made = draft_baa(party, NOW, first=TODAY)
            assert words in words_of(made)
            assert "from November 24, 2026 until one side ends it" in words_of(made)
        with pytest.raises(Invalid, match="cannot end before"):
            draft_baa(world.harbor, NOW, first=TODAY, last=TODAY - timedelta(days=1))


def test_the_pages_ask_the_database_little(
    client: Visitor, visitors: Callable[[str], Visitor], world: World, statements: list[str]
) -> None:
    draft, sent = master(world), master(world, S.SENT)
    client.sign_in("ada")
    rosa = visitors("rosa")
    for visitor, path in (
        (client, "/contracts/"),
        (client, f"/contracts/{draft}"),
        (client, f"/contracts/{sent}"),
        (client, "/contracts/new"),
        (client, f"/contracts/{draft}/edit"),
        (client, "/contracts/standard-card"),
        (rosa, "/contracts/"),
        (rosa, f"/contracts/{sent}"),
    ):
        statements.clear()
        assert visitor.get(path).status == 200, path
        assert len(statements) <= 15, (path, len(statements), statements)
