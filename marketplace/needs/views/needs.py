"""Posting a need, and keeping one as a draft."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.kernel import Invalid, now
from marketplace.needs.posting import post_draft, post_need, save_draft
from marketplace.needs.queries import extent, facilities_to_post_for
from marketplace.needs.quoting import draft_of
from marketplace.needs.texts import days_between
from marketplace.needs.views.finding import need_to_change
from marketplace.needs.views.posting import catalogue, chosen_facility, earlier_need, filled_in_advance, need_form, page
from marketplace.web import Pages, asked_day, asked_word, check_version

pages = Pages("needs", __name__, url_prefix="/needs")


@pages.form("/new", may=Permission.NEED_POST)
def new() -> ResponseReturnValue:
    """Post a need: blank, as one posted before (`again`), or from a cell of the schedule (`line`, `day`)."""
    person, at = current_person(), now()
    earlier = earlier_need(person)
    facility = chosen_facility(person, at, earlier)
    if facility is None:
        return render_template("needs/which_facility.html", facilities=facilities_to_post_for(person))
    offered = catalogue()
    line = asked_word("line", {code for code, *_names in offered.lines})
    filled = filled_in_advance(facility, at, earlier, line, asked_day("day")) if request.method == "GET" else None
    form = need_form(facility, offered, filled)
    if form.validate_on_submit():
        try:
            need = post_need(form.draft(facility), person, at)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_posted(need.id))
            return redirect(url_for("coverage.show", need_id=need.id), 303)
    return page(facility, form, person, at), 422 if form.is_submitted() else 200


@pages.post("/drafts", may=Permission.NEED_POST)
def keep() -> ResponseReturnValue:
    """Keep what is filled in as a draft."""
    person, at = current_person(), now()
    facility = chosen_facility(person, at)
    if facility is None:
        return redirect(url_for(".new"), 303)
    form = need_form(facility, catalogue())
    if form.validate_on_submit():
        try:
            need = save_draft(form.draft(facility), person, at)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved as a draft. Nobody is asked until you post it."))
            return redirect(url_for("coverage.show", need_id=need.id), 303)
    return page(facility, form, person, at), 422


@pages.post("/<int:need_id>/posting", may=Permission.NEED_POST)
def post(need_id: int) -> ResponseReturnValue:
    """Post what was kept as a draft, as it now stands in the form."""
    person, at = current_person(), now()
    need = need_to_change(need_id)
    form = need_form(need.facility, catalogue(), draft_of(need), need)
    if form.validate_on_submit():
        check_version(need, form.posted_version)
        try:
            post_draft(need, form.draft(need.facility), person, at)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_posted(need.id))
            return redirect(url_for("coverage.show", need_id=need.id), 303)
    return page(need.facility, form, person, at, need=need), 422


def _posted(need_id: int) -> str:
    """15 shifts posted, Nov 30 – Dec 18, 2026."""
    count, first, last = extent(need_id)
    days = days_between(first, last)
    return str(ngettext("%(num)d shift posted, %(days)s.", "%(num)d shifts posted, %(days)s.", count, days=days))
