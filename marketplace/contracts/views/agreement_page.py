"""One agreement as its reader sees it."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Invitation, Person
from marketplace.audit.queries import latest_of
from marketplace.catalogue.queries import line_names, name_of
from marketplace.contracts.agreement_text import words_of
from marketplace.contracts.contract_check import findings
from marketplace.contracts.forms import EndForm, RateForm, SignForm
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.policy import may_manage, may_see_pay, may_sign, sees_all
from marketplace.contracts.queries import (
    baa_under_way,
    card_of,
    invitations_to_sign,
    signers_with_account,
    with_cards,
)
from marketplace.contracts.rules import LIFE
from marketplace.coordinators import readiness as coordinator_readiness
from marketplace.facilities import readiness as facility_readiness
from marketplace.kernel import NotYet, local_day, now


def rate_form() -> RateForm:
    form = RateForm()
    form.service_line.choices = list(line_names().items())
    return form


def agreement_page(
    agreement: Agreement,
    rate: RateForm | None = None,
    signature: SignForm | None = None,
    ending: EndForm | None = None,
) -> str:
    person, at = current_person(), now()
    manages = may_manage(person)
    master = agreement.kind is AgreementKind.MASTER
    drafted = agreement.is_draft
    editable = manages and master and drafted
    zone = (agreement.facility or agreement.coordinator).time_zone  # type: ignore[union-attr]  # one party by the table
    today = local_day(at, zone)
    with_pay = may_see_pay(person, agreement)
    rows = card_of(agreement, with_pay) if master else []
    form = rate or (rate_form() if editable else None)
    found = findings(agreement, rows, today) if sees_all(person) else []
    return render_template(
        "contracts/show.html",
        agreement=agreement,
        acts=agreement.acts if manages else (),
        rows=rows,
        names=dict(form.service_line.choices)
        if form
        else {row.service_line: name_of("line", row.service_line) for row in rows},
        with_pay=with_pay,
        findings=found,
        baa_under_way=baa_under_way(agreement.facility_id) if any(one.about_baa for one in found) else None,
        waits_for=_waits_for(agreement, at) if sees_all(person) else None,
        not_yet=_next_step(agreement, person, at),
        manages=manages,
        for_agency=sees_all(person),
        rate=form,
        sources=with_cards(agreement.id) if editable else [],
        body=_lines(words_of(agreement) if drafted else agreement.body),
        may_sign=may_sign(person, agreement),
        signature=signature or SignForm(),
        ending=ending or EndForm(),
        policy=agreement.policy,
        tiers=agreement.policy.points_in_words(),
        trail=latest_of(person, "agreement", agreement.id),
        zone=zone,
        today=today,
    )


@dataclass(frozen=True)
class SignerProgress:
    """Who is asked for a signature; without anybody, the invitations to be sent again, or to be sent at all."""

    names: list[str]
    invitations: list[Invitation]


def _waits_for(agreement: Agreement, at: datetime) -> SignerProgress | None:
    """For the agency, while the agreement is sent; up to two statements."""
    if not LIFE.allows(agreement.state, "sign"):
        return None
    names = [person.name for person in signers_with_account(agreement)]
    return SignerProgress(names, [] if names else invitations_to_sign(agreement))


def _next_step(agreement: Agreement, person: Person, at: datetime) -> NotYet | None:
    """What is still missing, on the page of an agreement in force with somebody who is getting started."""
    if not agreement.is_active:
        return None
    if agreement.facility is not None:
        return facility_readiness.why_not(agreement.facility, person, at)
    if agreement.coordinator is not None and not sees_all(person):
        return coordinator_readiness.why_no_offers(agreement.coordinator, at)
    return None


def _lines(body: str) -> list[tuple[bool, str]]:
    """The words of an agreement line by line, and which of them are headings."""
    lines = [line for line in body.split("\n") if line]
    return [(line == line.upper() and any(c.isalpha() for c in line), line) for line in lines]
