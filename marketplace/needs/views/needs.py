"""Posting a need, keeping one as a draft, changing what it asks for, and extending it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.recording import record
from marketplace.kernel import Invalid, JoinedList, Phrase, now
from marketplace.needs.extensions import extend
from marketplace.needs.forms import ExtendForm, RequirementsForm, fields_of
from marketplace.needs.models import Need
from marketplace.needs.policy import check_may_change, check_still_changeable
from marketplace.needs.posting import post_draft, post_need, save_draft
from marketplace.needs.queries import extent, facilities_to_post_for, last_days, visible_to, with_details
from marketplace.needs.quoting import draft_of
from marketplace.needs.rules import NeedState
from marketplace.needs.texts import clock_span, days_between, leaves_out_holidays
from marketplace.needs.views.posting import catalogue, chosen_facility, earlier_need, filled_in_advance, need_form, page
from marketplace.web import Pages, asked_day, asked_word, check_version, get_or_404
from marketplace.web.filters import zone_name

pages = Pages("needs", __name__, url_prefix="/needs")


@pages.form("/new", may=Permission.NEED_POST)
def new() -> ResponseReturnValue:
    """Post a need: blank, as one posted before (`again`), or from a cell of the schedule (`line`, `day`)."""
    person, at = current_person(), now()
    earlier = earlier_need(person)
    facility = chosen_facility(person, earlier)
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
            flash(_posted(need))
            return redirect(url_for("coverage.show", need_id=need.id), 303)
    return page(facility, form, person, at), 422 if form.is_submitted() else 200


@pages.post("/drafts", may=Permission.NEED_POST)
def keep() -> ResponseReturnValue:
    """Keep what is filled in as a draft."""
    person, at = current_person(), now()
    facility = chosen_facility(person)
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


@pages.form("/<int:need_id>/edit", may=Permission.NEED_POST)
def edit(need_id: int) -> ResponseReturnValue:
    """A draft as a whole; of a posted need what is asked for and the notes."""
    need = get_or_404(with_details(visible_to(current_person())), need_id)
    check_may_change(current_person(), need)
    if need.state is NeedState.DRAFT:
        return _edit_draft(need)
    check_still_changeable(need)
    offered = catalogue()
    form = RequirementsForm(data=fields_of(draft_of(need), ()))
    form.offer_requirements(offered, need.facility, need)
    if form.validate_on_submit():
        check_version(need, form.posted_version)
        asked = {
            name: list(value) if isinstance(value, tuple) else value for name, value in form.requirements().items()
        }
        changed = [name for name, value in asked.items() if getattr(need, name) != value]
        for name in changed:
            setattr(need, name, asked[name])
        if changed:
            with force_locale("en"):  # the label's own text, to be read in the language of whoever reads the trail
                labels = [Phrase(str(form[name].label.text)) for name in changed]
            record("change", need, Phrase("Changed: %(what)s.", what=JoinedList(labels, ", ")), by=current_person())
        flash(_("Saved. Who is already booked stays booked.") if changed else _("Nothing was different."))
        return redirect(url_for("coverage.show", need_id=need.id), 303)
    return render_template("needs/edit.html", form=form, need=need), 422 if form.is_submitted() else 200


def _edit_draft(need: Need) -> ResponseReturnValue:
    person, at = current_person(), now()
    form = need_form(need.facility, catalogue(), draft_of(need), need)
    if form.validate_on_submit():
        check_version(need, form.posted_version)
        try:
            save_draft(form.draft(need.facility), person, at, need)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved as a draft. Nobody is asked until you post it."))
            return redirect(url_for("coverage.show", need_id=need.id), 303)
    return page(need.facility, form, person, at, need=need), 422 if form.is_submitted() else 200


@pages.post("/<int:need_id>/posting", may=Permission.NEED_POST)
def post(need_id: int) -> ResponseReturnValue:
    """Post what was kept as a draft, as it now stands in the form."""
    person, at = current_person(), now()
    need = get_or_404(with_details(visible_to(person)), need_id)
    check_may_change(person, need)
    form = need_form(need.facility, catalogue(), draft_of(need), need)
    if form.validate_on_submit():
        check_version(need, form.posted_version)
        try:
            post_draft(need, form.draft(need.facility), person, at)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_posted(need))
            return redirect(url_for("coverage.show", need_id=need.id), 303)
    return page(need.facility, form, person, at, need=need), 422


@pages.form("/<int:need_id>/extension", may=Permission.NEED_POST)
def lengthen(need_id: int) -> ResponseReturnValue:
    """Add shifts to a need: its pattern for longer, or single days."""
    need = get_or_404(with_details(visible_to(current_person())), need_id)
    check_may_change(current_person(), need)
    check_still_changeable(need)
    form = ExtendForm()
    if form.validate_on_submit():
        check_version(need, form.posted_version)
        try:
            added = extend(need, form.until.data, tuple(form.other_days.data or ()), current_person(), now())
        except Invalid as error:
            form.refuse(error)
        else:
            days = days_between(added[0].local_day, added[-1].local_day)
            flash(ngettext("%(num)d shift added, %(days)s.", "%(num)d shifts added, %(days)s.", len(added), days=days))
            return redirect(url_for("coverage.show", need_id=need.id), 303)
    last = last_days([need]).get(need.id)
    hours = f"{clock_span(need.starts_local, need.ends_local)} {zone_name(now(), need.time_zone)}"
    return render_template(
        "needs/extend.html",
        form=form,
        need=need,
        last=last,
        hours=hours,
        leaves_out_holidays=leaves_out_holidays(need.repeat),
    ), 422 if form.is_submitted() else 200


def _posted(need: Need) -> str:
    """15 shifts posted, Nov 30 – Dec 18, 2026."""
    count, first, last = extent(need.id)
    days = days_between(first, last)
    return str(ngettext("%(num)d shift posted, %(days)s.", "%(num)d shifts posted, %(days)s.", count, days=days))
