"""A facility's own settings and sites."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.facilities.forms import FactsForm, SiteForm, as_shown, systems
from marketplace.facilities.models import Facility, Site
from marketplace.facilities.policy import check_may_change
from marketplace.facilities.queries import sites_of, visible_to, with_details
from marketplace.facilities.registration import amend_facility
from marketplace.facilities.sites import change_site, close_site, open_site, reopen_site
from marketplace.facilities.views.blueprint import pages
from marketplace.kernel import Invalid, now
from marketplace.web import check_version, get_or_404


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
            changed = amend_facility(facility, form.draft(facility.npi, facility.name), by=current_person())
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
