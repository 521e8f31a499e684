"""One agreement as its reader sees it."""

from flask import render_template

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.audit.queries import latest_of
from marketplace.catalogue.queries import line_names, name_of
from marketplace.contracts.agreement_text import words_of
from marketplace.contracts.contract_check import findings
from marketplace.contracts.forms import EndForm, RateForm, SignForm
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.policy import may_manage, may_see_pay, may_sign, sees_all
from marketplace.contracts.queries import baa_under_way, card_of, with_cards
from marketplace.contracts.views.next_steps import next_step, signer_progress
from marketplace.kernel import local_day, now


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
        waits_for=signer_progress(agreement) if sees_all(person) else None,
        not_yet=next_step(agreement, person, at),
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


def _lines(body: str) -> list[tuple[bool, str]]:
    """The words of an agreement line by line, and which of them are headings."""
    lines = [line for line in body.split("\n") if line]
    return [(line == line.upper() and any(c.isalpha() for c in line), line) for line in lines]
