"""Pages about agreements: the list, one agreement as each side sees it, drafting, the rate card, signing."""

from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_of
from marketplace.audit.recording import record
from marketplace.catalogue.models import ServiceLine
from marketplace.catalogue.queries import service_lines
from marketplace.contracts import drafting, signing
from marketplace.contracts.contract_check import findings
from marketplace.contracts.drafting import CardRow, check_still_draft
from marketplace.contracts.forms import (
    BaaForm,
    EndForm,
    PartyForm,
    RateForm,
    SignForm,
    StandardForm,
    TermsForm,
    policy_fields,
    terms_fields,
)
from marketplace.contracts.models import Agreement, AgreementKind, StandardRate
from marketplace.contracts.policy import check_may_sign, may_see_pay, may_sign
from marketplace.contracts.queries import card_of, in_list, parties, standard_card, visible_to, with_cards, with_details
from marketplace.contracts.rules import LIFE, AgreementState, CancellationPolicy, complete_rate
from marketplace.coordinators.models import Coordinator
from marketplace.db import Audience, session
from marketplace.facilities.models import Facility
from marketplace.kernel import Invalid, Named, NotFound, Phrase, local_day, now, parsing
from marketplace.web import Pages, asked_number, asked_word, check_version, get_or_404, page_of
from marketplace.web.forms import Form
from marketplace.web.middleware.proxies import visitor_address

pages = Pages("contracts", __name__, url_prefix="/contracts")


@pages.get("/", may=Permission.CONTRACT_SEE)
def index() -> str:
    """What waits for somebody first, then what holds, then the past."""
    person = current_person()
    kind, state = asked_word("kind", set(AgreementKind)), asked_word("state", set(AgreementState))
    text = asked_word("q")
    found = in_list(person, AgreementKind(kind) if kind else None, AgreementState(state) if state else None, text)
    return render_template(
        "contracts/index.html",
        page=page_of(found),
        asked={"kind": kind, "state": state, "q": text},
        states=list(AgreementState),
        for_agency=person.audience is Audience.AGENCY,
        may_manage=person.may(Permission.CONTRACT_MANAGE),
        to_sign=lambda agreement: may_sign(person, agreement),
    )


@pages.get("/<int:agreement_id>", may=Permission.CONTRACT_SEE)
def show(agreement_id: int) -> str:
    return _page(_one(agreement_id))


@pages.get("/<int:agreement_id>/text", may=Permission.CONTRACT_SEE)
def text(agreement_id: int) -> Response:
    """The words as they were sent, as a text file."""
    agreement = _one(agreement_id)
    if not agreement.body:
        raise NotFound(_("This agreement has no text here: it was made on paper, or is not sent yet."))
    response = Response(agreement.body, mimetype="text/plain")
    response.headers.set("Content-Disposition", "attachment", filename=f"agreement-{agreement.id}.txt")
    return response


# ---- drafting ---------------------------------------------------------------------------------------------------


@pages.form("/new", may=Permission.CONTRACT_MANAGE)
def new() -> ResponseReturnValue:
    """First with whom; then, at `/new/terms`, what is agreed."""
    form = PartyForm(data={"kind": asked_word("kind", {"master", "baa", "baa_coordinator"}) or "master",
                           "facility": asked_number("facility"), "coordinator": asked_number("coordinator")})  # fmt: skip
    facilities, coordinators = parties()
    form.facility.choices = [("", "–"), *facilities]
    form.coordinator.choices = [("", "–"), *coordinators]
    if form.validate_on_submit():
        with_coordinator = form.kind.data == "baa_coordinator"
        party = form.coordinator if with_coordinator else form.facility
        if party.data:
            name = "coordinator" if with_coordinator else "facility"
            return redirect(url_for(".draft", kind=str(form.kind.data).partition("_")[0], **{name: party.data}), 303)
        form.refuse(_("Choose with whom."), party.name)
    return render_template("contracts/new.html", form=form), 422 if form.errors else 200


@pages.form("/new/terms", may=Permission.CONTRACT_MANAGE)
def draft() -> ResponseReturnValue:
    """The terms of a new agreement with the party in the address; a master begins with the agency's own card."""
    at, person = now(), current_person()
    kind, party = _kind_and_party()
    zone = party.time_zone
    first = local_day(at, zone)
    form = (
        TermsForm(data=_standard_terms(party, first))
        if kind is AgreementKind.MASTER
        else BaaForm(data={"effective_from": first})
    )
    if form.validate_on_submit():
        try:
            if isinstance(form, TermsForm) and isinstance(party, Facility):
                rates = [CardRow(row.service_line, row.bill_cents, row.pay_cents) for row in standard_card()]
                made = drafting.draft_master(party, form.terms(), rates, at, person)
            else:
                days = {"first": form.effective_from.data, "last": form.effective_until.data}
                made = drafting.draft_baa(party, at, person, **days)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Drafted. Only the agency sees it until it is sent."))
            return redirect(url_for(".show", agreement_id=made.id), 303)
    page = render_template("contracts/terms.html", form=form, party=party, kind=kind, agreement=None)
    return page, 422 if form.errors else 200


@pages.form("/<int:agreement_id>/edit", may=Permission.CONTRACT_MANAGE)
def edit(agreement_id: int) -> ResponseReturnValue:
    agreement = _one(agreement_id)
    check_still_draft(agreement)
    master = agreement.kind is AgreementKind.MASTER
    form = TermsForm(data=terms_fields(agreement)) if master else BaaForm(obj=agreement)
    if form.validate_on_submit():
        check_version(agreement, form.posted_version)
        try:
            if isinstance(form, TermsForm):
                terms = form.terms()
            else:
                terms = drafting.AgreementTerms(
                    effective_from=form.effective_from.data, effective_until=form.effective_until.data
                )
            drafting.rewrite(agreement, terms, current_person())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved."))
            return redirect(url_for(".show", agreement_id=agreement.id), 303)
    party = agreement.facility or agreement.coordinator
    page = render_template("contracts/terms.html", form=form, party=party, kind=agreement.kind, agreement=agreement)
    return page, 422 if form.errors else 200


@pages.post("/<int:agreement_id>/amendment", may=Permission.CONTRACT_MANAGE)
def amend(agreement_id: int) -> ResponseReturnValue:
    made = drafting.amend(_to_change(agreement_id), now(), current_person())
    flash(_("A new version as a draft. The present one holds until this one is active."))
    return redirect(url_for(".show", agreement_id=made.id), 303)


def _kind_and_party() -> tuple[AgreementKind, Facility | Coordinator]:
    kind = asked_word("kind", set(AgreementKind))
    facility, coordinator = asked_number("facility"), asked_number("coordinator")
    found: Facility | Coordinator | None = None
    if kind and facility:
        found = session.get(Facility, facility)
    elif kind == AgreementKind.BAA and coordinator:
        found = session.scalars(
            select(Coordinator).where(Coordinator.id == coordinator).options(joinedload(Coordinator.person))
        ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such party. Start again from the list of contracts."))
    return AgreementKind(kind), found


def _standard_terms(party: Facility | Coordinator, first: date) -> dict[str, Any]:
    net = party.net_days if isinstance(party, Facility) else 30
    return {
        "effective_from": first,
        "net_days": str(net),
        "overtime": "none",
        "rounding_minutes": "0",
        **policy_fields(CancellationPolicy()),
    }


# ---- the rate card ----------------------------------------------------------------------------------------------


@pages.post("/<int:agreement_id>/rates", may=Permission.CONTRACT_MANAGE)
def put_rate(agreement_id: int) -> ResponseReturnValue:
    """Add a rate, or change one from a day on: the old one ends the day before."""
    agreement = _to_change(agreement_id)
    form = _rate_form()
    if form.validate():
        try:
            row = form.row()
            drafting.change_rate(agreement, row, current_person())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(
                _(
                    "Saved: the markup is %(markup)s %%.",
                    markup=_percent(complete_rate(row.bill_cents, row.pay_cents).markup),
                )
            )
            return _to_card(agreement)
    session.refresh(agreement)
    return _page(agreement, rate=form), 422


@pages.post("/<int:agreement_id>/rates/<int:rate_id>/removal", may=Permission.CONTRACT_MANAGE)
def remove_rate(agreement_id: int, rate_id: int) -> ResponseReturnValue:
    agreement = _to_change(agreement_id)
    drafting.remove_rate(agreement, rate_id, current_person())
    flash(_("The rate is off the card."))
    return _to_card(agreement)


@pages.post("/<int:agreement_id>/standard-card", may=Permission.CONTRACT_MANAGE)
def take_standard(agreement_id: int) -> ResponseReturnValue:
    """Put the agency's own card in place of what stands there."""
    agreement = _to_change(agreement_id)
    drafting.put_card(agreement, [CardRow(row.service_line, row.bill_cents, row.pay_cents) for row in standard_card()])
    record("rate", agreement, Phrase("The card is the agency's standard one."), by=current_person())
    flash(_("The agency's standard card is in place."))
    return _to_card(agreement)


@pages.post("/<int:agreement_id>/copied-card", may=Permission.CONTRACT_MANAGE)
def copy_card(agreement_id: int) -> ResponseReturnValue:
    """Put another contract's card in place of what stands there."""
    agreement = _to_change(agreement_id)
    chosen = request.form.get("source", "")
    source = get_or_404(with_details(visible_to(current_person())), parsing.key(chosen) or 0)
    count = drafting.copy_card(agreement, source, current_person())
    flash(_("%(count)s rates copied from %(party)s.", count=count, party=source.party))
    return _to_card(agreement)


@pages.form("/standard-card", may=Permission.CONTRACT_MANAGE)
def standard() -> ResponseReturnValue:
    """The agency's own card: where every new contract starts. Contracts that exist do not change with it."""
    lines = service_lines()
    rows = {row.service_line: row for row in standard_card()}
    forms = {
        line.code: StandardForm(prefix=f"{line.code}-", data=_standard_fields(rows.get(line.code))) for line in lines
    }
    wrong = False
    if request.method == "POST":
        wrong = False in [form.validate() for form in forms.values()]  # every one, so that every error shows
        if not wrong:
            try:
                _write_standard(lines, rows, forms)
            except Invalid as error:
                wrong = True
                flash(error.sentence, "error")
        if not wrong:
            flash(_("The standard card is saved. Contracts that exist keep their rates."))
            return redirect(url_for(".standard"), 303)
    page = render_template("contracts/standard.html", lines=lines, forms=forms, wrong=wrong)
    return page, 422 if wrong else 200


def _standard_fields(row: StandardRate | None) -> dict[str, int]:
    return {"bill": row.bill_cents, "pay": row.pay_cents} if row else {}


def _write_standard(lines: list[ServiceLine], rows: dict[str, StandardRate], forms: dict[str, StandardForm]) -> None:
    for line in lines:
        row = rows.get(line.code)
        if row is None:
            row = StandardRate(service_line=line.code)
        try:
            forms[line.code].write_to(row)
        except Invalid as error:
            forms[line.code].refuse(error)
            raise Invalid(
                "%(work)s: %(sentence)s", work=Named(line.name, line.name_es), sentence=error.phrase
            ) from error
        session.add(row)


# ---- its life ---------------------------------------------------------------------------------------------------


@pages.post("/<int:agreement_id>/sending", may=Permission.CONTRACT_MANAGE)
def send(agreement_id: int) -> ResponseReturnValue:
    agreement = _to_change(agreement_id)
    signing.send(agreement, current_person(), now())
    flash(_("Sent to %(party)s for signature.", party=agreement.party))
    return redirect(url_for(".show", agreement_id=agreement.id), 303)


@pages.post("/<int:agreement_id>/withdrawal", may=Permission.CONTRACT_MANAGE)
def withdraw(agreement_id: int) -> ResponseReturnValue:
    agreement = _to_change(agreement_id)
    signing.withdraw(agreement, current_person())
    flash(_("Taken back. It is a draft again."))
    return redirect(url_for(".show", agreement_id=agreement.id), 303)


@pages.post("/<int:agreement_id>/signature", may=Permission.CONTRACT_SIGN, fresh=True)
def sign(agreement_id: int) -> ResponseReturnValue:
    """The other side has read the text and types a name under it."""
    agreement = _to_change(agreement_id)
    person = current_person()
    check_may_sign(person, agreement)
    form = SignForm()
    if form.validate():
        try:
            signing.sign(agreement, form.name.data, person, now(), visitor_address() or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Signed. The agency activates it next."))
            return redirect(url_for(".show", agreement_id=agreement.id), 303)
    return _page(agreement, signature=form), 422


@pages.post("/<int:agreement_id>/activation", may=Permission.CONTRACT_MANAGE)
def activate(agreement_id: int) -> ResponseReturnValue:
    agreement = _to_change(agreement_id)
    before = signing.activate(agreement, current_person(), now())
    flash(
        _("Active. Agreement %(number)s is superseded.", number=before.id)
        if before
        else _("Active with %(party)s.", party=agreement.party)
    )
    return redirect(url_for(".show", agreement_id=agreement.id), 303)


@pages.post("/<int:agreement_id>/termination", may=Permission.CONTRACT_MANAGE)
def terminate(agreement_id: int) -> ResponseReturnValue:
    agreement = _to_change(agreement_id)
    form = EndForm()
    if form.validate():
        try:
            signing.terminate(agreement, form.reason.data, current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Terminated. %(party)s was told.", party=agreement.party))
            return redirect(url_for(".show", agreement_id=agreement.id), 303)
    return _page(agreement, ending=form), 422


# ---- the page ---------------------------------------------------------------------------------------------------


def _one(agreement_id: int) -> Agreement:
    return get_or_404(with_details(visible_to(current_person())), agreement_id)


def _to_change(agreement_id: int) -> Agreement:
    agreement = _one(agreement_id)
    check_version(agreement, Form().posted_version)
    return agreement


def _to_card(agreement: Agreement) -> ResponseReturnValue:
    return redirect(url_for(".show", agreement_id=agreement.id, _anchor="card"), 303)


def _rate_form() -> RateForm:
    form = RateForm()
    spanish = current_person().locale == "es"
    form.service_line.choices = [(line.code, line.name_es if spanish else line.name) for line in service_lines()]
    return form


def _page(
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
    form = rate or (_rate_form() if editable else None)
    return render_template(
        "contracts/show.html",
        agreement=agreement,
        acts=LIFE.acts(agreement.state) if manages else (),
        rows=rows,
        names=_line_names(rows, form),
        with_pay=with_pay,
        markup=lambda row: _percent(complete_rate(row.bill_cents, row.pay_cents).markup),
        findings=findings(agreement, rows, today) if person.audience is Audience.AGENCY else [],
        manages=manages,
        for_agency=person.audience is Audience.AGENCY,
        rate=form,
        sources=with_cards(agreement.id) if editable else [],
        body=_lines(drafting.words_of(agreement) if drafted else agreement.body),
        may_sign=may_sign(person, agreement),
        signature=signature or SignForm(),
        ending=ending or EndForm(),
        policy=agreement.policy,
        tiers=_tiers(agreement.policy),
        trail=session.scalars(trail_of(person, "agreement", agreement.id).limit(20)).all(),
        zone=zone,
        today=today,
    )


def _line_names(rows: list[Any], form: RateForm | None) -> dict[str, str]:
    if form is not None:
        return {code: str(name) for code, name in form.service_line.choices}
    spanish = current_person().locale == "es"
    found = session.execute(
        select(ServiceLine.code, ServiceLine.name, ServiceLine.name_es).where(
            ServiceLine.code.in_({row.service_line for row in rows})
        )
    )
    return {code: name_es if spanish else name for code, name, name_es in found}


def _percent(hundredths: int) -> str:
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
