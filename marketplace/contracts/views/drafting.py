"""Drafting an agreement, editing the draft, and amending an active agreement."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.lists import STANDARD_NET_DAYS
from marketplace.contracts import drafting
from marketplace.contracts.cancellation_policy import CancellationPolicy
from marketplace.contracts.forms import BaaForm, PartyForm, TermsForm, policy_fields, terms_fields
from marketplace.contracts.models import AgreementKind
from marketplace.contracts.queries import parties
from marketplace.contracts.rate_card import standard_rows
from marketplace.contracts.views.agreement_page import agreement_to_change, visible_agreement
from marketplace.contracts.views.blueprint import pages
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import Invalid, NotFound, local_day, now
from marketplace.web import asked_number, asked_word, check_version


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
        TermsForm(data=_standard_terms(first))
        if kind is AgreementKind.MASTER
        else BaaForm(data={"effective_from": first})
    )
    if form.validate_on_submit():
        try:
            if isinstance(form, TermsForm) and isinstance(party, Facility):
                made = drafting.draft_master(party, form.terms(), standard_rows(), at, person)
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
    agreement = visible_agreement(agreement_id)
    agreement.check_draft()
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
    made = drafting.amend(agreement_to_change(agreement_id), now(), current_person())
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


def _standard_terms(first: date) -> dict[str, Any]:
    return {
        "effective_from": first,
        "net_days": str(STANDARD_NET_DAYS),
        "overtime": "none",
        "rounding_minutes": "0",
        **policy_fields(CancellationPolicy()),
    }
