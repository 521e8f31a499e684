"""The places of a facility, each with its own time zone and budget."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.facilities.forms import SiteForm, site_as_shown
from marketplace.facilities.policy import check_may_change
from marketplace.facilities.sites import change_site, close_site, open_site, reopen_site
from marketplace.facilities.views.blueprint import pages
from marketplace.facilities.views.finding import own_facility, site_to_change
from marketplace.kernel import Invalid
from marketplace.web import check_version


@pages.form("/settings/sites/new", may=Permission.FACILITY_SETTINGS)
def new_site() -> ResponseReturnValue:
    """A further place."""
    facility = own_facility()
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
    facility, found = own_facility(), site_to_change(site_id)
    form = SiteForm(data=site_as_shown(found))
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
    found = site_to_change(site_id)
    check_may_change(current_person(), found.facility)
    close_site(own_facility(), found, by=current_person())
    flash(_("Site %(name)s is closed. Shifts already posted stay.", name=found.name))
    return redirect(url_for(".settings"), 303)


@pages.post("/settings/sites/<int:site_id>/reopening", may=Permission.FACILITY_SETTINGS)
def reopen(site_id: int) -> ResponseReturnValue:
    """Needs may be posted for it again."""
    found = site_to_change(site_id)
    check_may_change(current_person(), found.facility)
    reopen_site(found, by=current_person())
    flash(_("Site %(name)s is open again.", name=found.name))
    return redirect(url_for(".settings"), 303)
