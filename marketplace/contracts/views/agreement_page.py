"""One agreement as its reader sees it, and the look-ups that its acts share."""

from flask import render_template
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_of
from marketplace.catalogue.queries import line_names, name_of
from marketplace.contracts.agreement_text import words_of
from marketplace.contracts.cancellation_policy import CancellationPolicy
from marketplace.contracts.contract_check import findings
from marketplace.contracts.forms import EndForm, RateForm, SignForm
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.policy import may_see_pay, may_sign
from marketplace.contracts.queries import card_of, visible_to, with_cards, with_details
from marketplace.contracts.rates import complete_rate
from marketplace.contracts.rules import LIFE, AgreementState
from marketplace.db import Audience, session
from marketplace.kernel import local_day, now
from marketplace.web import check_version, get_or_404
from marketplace.web.forms import Form


def visible_agreement(agreement_id: int) -> Agreement:
    return get_or_404(with_details(visible_to(current_person())), agreement_id)


def agreement_to_change(agreement_id: int) -> Agreement:
    agreement = visible_agreement(agreement_id)
    check_version(agreement, Form().posted_version)
    return agreement


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
    manages = person.may(Permission.CONTRACT_MANAGE)
    master = agreement.kind is AgreementKind.MASTER
    drafted = agreement.state is AgreementState.DRAFT
    editable = manages and master and drafted
    zone = (agreement.facility or agreement.coordinator).time_zone  # type: ignore[union-attr]  # one party by the table
    today = local_day(at, zone)
    with_pay = may_see_pay(person, agreement)
    rows = card_of(agreement, with_pay) if master else []
    form = rate or (rate_form() if editable else None)
    return render_template(
        "contracts/show.html",
        agreement=agreement,
        acts=LIFE.acts(agreement.state) if manages else (),
        rows=rows,
        names=dict(form.service_line.choices)
        if form
        else {row.service_line: name_of("line", row.service_line) for row in rows},
        with_pay=with_pay,
        markup=lambda row: percent(complete_rate(row.bill_cents, row.pay_cents).markup),
        findings=findings(agreement, rows, today) if person.audience is Audience.AGENCY else [],
        manages=manages,
        for_agency=person.audience is Audience.AGENCY,
        rate=form,
        sources=with_cards(agreement.id) if editable else [],
        body=_lines(words_of(agreement) if drafted else agreement.body),
        may_sign=may_sign(person, agreement),
        signature=signature or SignForm(),
        ending=ending or EndForm(),
        policy=agreement.policy,
        tiers=_tiers(agreement.policy),
        trail=session.scalars(trail_of(person, "agreement", agreement.id).limit(20)).all(),
        zone=zone,
        today=today,
    )


def percent(hundredths: int) -> str:
    """33.33; 40"""
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def _lines(body: str) -> list[tuple[bool, str]]:
    """The words of an agreement line by line, and which of them are headings."""
    lines = [line for line in body.split("\n") if line]
    return [(line == line.upper() and any(c.isalpha() for c in line), line) for line in lines]


def _tiers(policy: CancellationPolicy) -> list[str]:
    """more than 72 h: 0; at least 24 h: −25; …; not coming: −100"""
    said = []
    for notice, points in policy.coordinator_tiers:
        hours, rest = divmod(notice, 60)
        if not notice:
            said.append(_("less: %(points)s", points=_signed(points)))
        elif rest:
            said.append(_("more than %(hours)s h: %(points)s", hours=hours, points=_signed(points)))
        else:
            said.append(_("at least %(hours)s h: %(points)s", hours=hours, points=_signed(points)))
    return [*said, _("not coming: %(points)s", points=_signed(policy.no_show_points))]


def _signed(points: int) -> str:
    return f"−{-points}" if points else "0"
