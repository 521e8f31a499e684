"""The agency's list of facilities and what it knows of each; a facility's own settings and sites."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.invitations import invite, take_back
from marketplace.accounts.models import Invitation, Organisation
from marketplace.accounts.permissions import Permission, Role
from marketplace.accounts.queries import memberships_in
from marketplace.accounts.texts import role_name
from marketplace.audit.models import AuditEntry
from marketplace.audit.queries import visible_to as trail_visible_to
from marketplace.audit.recording import record
from marketplace.db import session
from marketplace.facilities.forms import (
    FacilityForm,
    FactsForm,
    NewFacilityForm,
    OwnerForm,
    SiteForm,
    as_shown,
    systems,
)
from marketplace.facilities.models import Facility, Site
from marketplace.facilities.policy import check_may_change, may_change
from marketplace.facilities.queries import SORTED_BY, invitations_to, listed, sites_of, visible_to, with_details
from marketplace.facilities.registration import amend_facility, register_facility
from marketplace.facilities.rules import LIFE, FacilityState
from marketplace.facilities.sites import change_site, close_site, open_site, reopen_site
from marketplace.facilities.texts import kind_word, payer_word, state_words
from marketplace.kernel import Invalid, Phrase, now, plain_dollars
from marketplace.web import Pages, asked_word, check_version, csv_download, get_or_404, page_of

pages = Pages("facilities", __name__)

MOST_EXPORTED = 20_000
TRAIL = 10


# ---- the agency's list ------------------------------------------------------------------------------------------


def _asked() -> dict[str, str]:
    sort = asked_word("sort", {*SORTED_BY, *(f"-{key}" for key in SORTED_BY)})
    return {"text": asked_word("q"), "state": asked_word("state", set(FacilityState)), "sort": sort or "name"}


@pages.get("/facilities", may=Permission.AGENCY_DESK)
def index() -> str:
    """Every facility, filtered, sorted and paged."""
    asked = _asked()
    return render_template(
        "facilities/index.html",
        page=page_of(listed(current_person(), **asked)),
        asked=asked,
        states=state_words(),
        kind_word=kind_word,
        may_add=current_person().may(Permission.FACILITY_MANAGE),
    )


@pages.get("/facilities/export.csv", may=Permission.AGENCY_DESK)
def export() -> ResponseReturnValue:
    """The same list for a spreadsheet, with the same filters."""
    rows = session.scalars(with_details(listed(current_person(), **_asked())).limit(MOST_EXPORTED)).unique()
    head = (
        "npi", "name", "kind", "state of work", "time zone", "city", "us state", "contact", "e-mail", "net days",
        "records system", "payers", "budget a month", "sites", "since",
    )  # fmt: skip
    return csv_download(
        f"facilities-{now():%Y-%m-%d}",
        head,
        (
            (
                one.npi, one.name, one.kind, one.state.value, one.time_zone, one.city, one.region, one.contact_name,
                one.contact_email, one.net_days, one.ehr, " ".join(one.payer_mix),
                plain_dollars(one.monthly_budget_cents) if one.monthly_budget_cents is not None else None,
                len(one.sites), one.created_at.date(),
            )
            for one in rows
        ),
    )  # fmt: skip


@pages.form("/facilities/new", may=Permission.FACILITY_MANAGE, fresh=True)
def new() -> ResponseReturnValue:
    """Register a facility and invite its owner."""
    form = NewFacilityForm(net_days="30")
    form.offer()
    if form.validate_on_submit():
        person, at = current_person(), now()
        try:
            facility = register_facility(form.whole_draft(), at, by=person)
            invite(
                form.contact_email.data,
                form.contact_name.data,
                Role.FACILITY_OWNER,
                facility.organisation,
                by=person,
                at=at,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(
                _(
                    "%(facility)s is registered. The invitation to %(name)s is on its way; it works for 48 hours.",
                    facility=facility.name,
                    name=form.contact_name.data,
                )
            )
            return redirect(url_for(".show", facility_id=facility.id), 303)
    page = render_template("facilities/new.html", form=form, systems=systems())
    return page, 422 if form.is_submitted() else 200


@pages.get("/facilities/<int:facility_id>", may=Permission.AGENCY_DESK)
def show(facility_id: int) -> str:
    """Everything the agency knows about a facility."""
    person, at = current_person(), now()
    facility = get_or_404(with_details(visible_to(person)), facility_id)
    trail = trail_visible_to(person).where(AuditEntry.facility_id == facility.id).limit(TRAIL)
    return render_template(
        "facilities/show.html",
        facility=facility,
        acts=LIFE.acts(facility.state) if may_change(person, facility) else (),
        may_change=may_change(person, facility),
        members=session.scalars(memberships_in(facility.id)).all(),
        invitations=session.scalars(invitations_to(facility.id)).all(),
        trail=session.scalars(trail).all(),
        kind_word=kind_word,
        payer_word=payer_word,
        role_name=role_name,
        states=state_words(),
        at=at,
    )


@pages.form("/facilities/<int:facility_id>/edit", may=Permission.FACILITY_MANAGE)
def edit(facility_id: int) -> ResponseReturnValue:
    """The facts, with name, NPI and terms."""
    facility = get_or_404(with_details(visible_to(current_person())), facility_id)
    form = FacilityForm(data=as_shown(facility))
    form.offer(facility)
    if form.validate_on_submit():
        check_version(facility, form.posted_version)
        try:
            changed = amend_facility(facility, form.whole_draft(), by=current_person())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved.") if changed else _("Nothing was different."))
            return redirect(url_for(".show", facility_id=facility.id), 303)
    page = render_template("facilities/edit.html", form=form, facility=facility, systems=systems([facility.ehr]))
    return page, 422 if form.is_submitted() else 200


@pages.post("/facilities/<int:facility_id>/pause", may=Permission.FACILITY_MANAGE)
def pause(facility_id: int) -> ResponseReturnValue:
    """It asks for nothing new for now."""
    facility = get_or_404(visible_to(current_person()), facility_id)
    facility.pause()
    record("pause", facility, Phrase("%(facility)s was paused.", facility=facility.name), by=current_person())
    flash(_("%(name)s is paused. What is booked stays booked.", name=facility.name))
    return redirect(url_for(".show", facility_id=facility.id), 303)


@pages.post("/facilities/<int:facility_id>/resumption", may=Permission.FACILITY_MANAGE)
def resume(facility_id: int) -> ResponseReturnValue:
    """It posts needs again."""
    facility = get_or_404(visible_to(current_person()), facility_id)
    facility.resume()
    record("resume", facility, Phrase("%(facility)s is active again.", facility=facility.name), by=current_person())
    flash(_("%(name)s is active again.", name=facility.name))
    return redirect(url_for(".show", facility_id=facility.id), 303)


# ---- inviting its owners ----------------------------------------------------------------------------------------


@pages.form("/facilities/<int:facility_id>/invitations", may=Permission.FACILITY_MANAGE, fresh=True)
def invitation(facility_id: int) -> ResponseReturnValue:
    """Invite a (further) owner."""
    facility = get_or_404(visible_to(current_person()), facility_id)
    form = OwnerForm(data={"name": facility.contact_name, "email": facility.contact_email})
    if form.validate_on_submit():
        organisation = session.get_one(Organisation, facility.id)
        try:
            invite(form.email.data, form.name.data, Role.FACILITY_OWNER, organisation, by=current_person(), at=now())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The invitation to %(name)s is on its way. It works for 48 hours.", name=form.name.data))
            return redirect(url_for(".show", facility_id=facility.id), 303)
    page = render_template("facilities/invite.html", form=form, facility=facility)
    return page, 422 if form.is_submitted() else 200


@pages.post(
    "/facilities/<int:facility_id>/invitations/<int:invitation_id>/letters", may=Permission.FACILITY_MANAGE, fresh=True
)
def send_again(facility_id: int, invitation_id: int) -> ResponseReturnValue:
    """A new letter; the link in the old one is dead."""
    found = _invitation(facility_id, invitation_id)
    invite(found.email, found.name, found.role, found.organisation, by=current_person(), at=now())
    flash(_("A new letter to %(name)s is on its way; the link in the old one is dead.", name=found.name))
    return redirect(url_for(".show", facility_id=facility_id), 303)


@pages.post("/facilities/<int:facility_id>/invitations/<int:invitation_id>/withdrawal", may=Permission.FACILITY_MANAGE)
def withdraw(facility_id: int, invitation_id: int) -> ResponseReturnValue:
    """The link in the letter is dead."""
    found = _invitation(facility_id, invitation_id)
    take_back(found, by=current_person(), at=now())
    flash(_("The invitation of %(name)s is taken back: its link is dead.", name=found.name))
    return redirect(url_for(".show", facility_id=facility_id), 303)


def _invitation(facility_id: int, invitation_id: int) -> Invitation:
    facility = get_or_404(visible_to(current_person()), facility_id)
    return get_or_404(invitations_to(facility.id), invitation_id)


# ---- a facility's own settings ----------------------------------------------------------------------------------


def _own() -> Facility:
    return get_or_404(with_details(visible_to(current_person())), current_person().facility_id or 0)


@pages.form("/settings", may=Permission.FACILITY_SETTINGS)
def settings() -> ResponseReturnValue:
    """What the facility says about itself, and its sites. Saving says: these facts are right."""
    facility = _own()
    form = FactsForm(data=as_shown(facility))
    form.offer(facility)
    if form.validate_on_submit():
        check_version(facility, form.posted_version)
        try:
            changed = amend_facility(
                facility, form.draft(facility.npi, facility.name, facility.net_days), by=current_person()
            )
        except Invalid as error:
            form.refuse(error)
        else:
            first_time = facility.facts_confirmed_at is None
            facility.facts_confirmed_at = now()
            flash(_("Saved.") if changed else _("Nothing was different; the facts are confirmed."))
            return redirect(url_for("onboarding.welcome") if first_time else url_for(".settings"), 303)
    page = render_template(
        "facilities/settings.html",
        form=form,
        facility=facility,
        systems=systems([facility.ehr]),
        may_manage_members=current_person().may(Permission.MEMBER_MANAGE),
    )
    return page, 422 if form.is_submitted() else 200


@pages.form("/settings/sites/new", may=Permission.FACILITY_SETTINGS)
def new_site() -> ResponseReturnValue:
    """A further place."""
    facility = _own()
    form = SiteForm(data={"time_zone": facility.time_zone, "region": facility.region})
    if form.validate_on_submit():
        try:
            site = open_site(facility, form.draft(), by=current_person())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Site %(name)s is added: needs can be posted for it.", name=site.name))
            return redirect(url_for(".settings"), 303)
    page = render_template("facilities/site.html", form=form, site=None)
    return page, 422 if form.is_submitted() else 200


@pages.form("/settings/sites/<int:site_id>", may=Permission.FACILITY_SETTINGS)
def site(site_id: int) -> ResponseReturnValue:
    """Change a place."""
    facility, found = _own(), _site(site_id)
    form = SiteForm(data=_site_as_shown(found))
    if form.validate_on_submit():
        check_version(found, form.posted_version)
        try:
            changed = change_site(facility, found, form.draft(), by=current_person())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved. Shifts already posted keep their times.") if changed else _("Nothing was different."))
            return redirect(url_for(".settings"), 303)
    page = render_template("facilities/site.html", form=form, site=found)
    return page, 422 if form.is_submitted() else 200


@pages.post("/settings/sites/<int:site_id>/closing", may=Permission.FACILITY_SETTINGS)
def close(site_id: int) -> ResponseReturnValue:
    """Nothing new is posted for it."""
    found = _site(site_id)
    check_may_change(current_person(), found.facility)
    close_site(_own(), found, by=current_person())
    flash(_("Site %(name)s is closed. Shifts already posted stay.", name=found.name))
    return redirect(url_for(".settings"), 303)


@pages.post("/settings/sites/<int:site_id>/reopening", may=Permission.FACILITY_SETTINGS)
def reopen(site_id: int) -> ResponseReturnValue:
    """Needs may be posted for it again."""
    found = _site(site_id)
    check_may_change(current_person(), found.facility)
    reopen_site(found, by=current_person())
    flash(_("Site %(name)s is open again.", name=found.name))
    return redirect(url_for(".settings"), 303)


def _site(site_id: int) -> Site:
    return get_or_404(sites_of(current_person()), site_id)


def _site_as_shown(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in ("name", "time_zone", "city", "region", "monthly_budget_cents")}
