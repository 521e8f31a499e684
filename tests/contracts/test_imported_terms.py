"""Payment terms in a file of facilities become a draft of the contract, and never change one that was sent."""

import pytest
from sqlalchemy import select

from marketplace.contracts.models import Agreement, AgreementKind, RateRow
from marketplace.contracts.rules import AgreementState
from marketplace.facilities.importing import load
from marketplace.facilities.models import Facility

HEADER = "npi,name,kind,time_zone,city,state,contact_name,contact_email,net_terms,ehr,payer_mix"
NOVA = "1558598797"


def file(net_terms: int, npi: str = NOVA) -> bytes:
    row = f"{npi},Nova,hospital,America/Boise,Boise,ID,Zo,z@nova.example,{net_terms},Epic,commercial"
    return f"{HEADER}\n{row}\n".encode()


def contracts(session, npi: str = NOVA) -> list[Agreement]:
    found = select(Agreement).join(Facility, Facility.id == Agreement.facility_id)
    return list(session.scalars(found.where(Facility.npi == npi, Agreement.kind == AgreementKind.MASTER)))


def counts(report):
    return report.inserted, report.updated, report.unchanged


def test_a_new_facility_gets_a_draft_with_its_terms_and_the_standard_card(world, session):
    assert counts(load(file(45))) == (1, 0, 0)
    [draft] = contracts(session)
    assert (draft.state, draft.net_days) == (AgreementState.DRAFT, 45)
    assert session.scalars(select(RateRow.service_line).where(RateRow.agreement_id == draft.id)).all()


def test_a_second_run_changes_nothing_and_other_terms_correct_the_draft(world, session):
    load(file(45))
    again = load(file(45))
    assert (counts(again), again.noted) == ((0, 0, 1), [])
    other = load(file(15))
    assert (counts(other), other.noted) == ((0, 1, 0), [])
    assert [draft.net_days for draft in contracts(session)] == [15]


@pytest.mark.parametrize("state", [s for s in AgreementState if s is not AgreementState.DRAFT])
def test_a_contract_that_was_sent_stands_and_the_report_says_so(world, session, state):
    load(file(45))
    [contract] = contracts(session)
    contract.state = state
    session.flush()
    report = load(file(15))
    assert counts(report) == (0, 0, 1)
    [noted] = report.noted
    assert (noted.line, noted.key, noted.column, noted.value) == (2, NOVA, "net_terms", "15")
    assert "NET 45" in noted.note
    assert [kept.net_days for kept in contracts(session)] == [45]


def test_a_new_version_that_is_being_drafted_is_not_touched(world, session):
    load(file(45))
    [contract] = contracts(session)
    contract.state = AgreementState.ACTIVE
    new = Agreement(
        kind=AgreementKind.MASTER,
        facility_id=contract.facility_id,
        effective_from=contract.effective_from,
        net_days=60,
        supersedes_id=contract.id,
    )
    session.add(new)
    session.flush()
    assert [noted.column for noted in load(file(15)).noted] == ["net_terms"]
    assert new.net_days == 60


@pytest.mark.parametrize("days", [20, 61, -1])
def test_terms_that_nobody_agrees_are_refused_at_their_column(world, session, days):
    report = load(file(days))
    assert [refused.column for refused in report.refused] == ["net_terms"]
    assert contracts(session) == []
