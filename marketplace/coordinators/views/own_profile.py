"""A coordinator's own page and profile."""

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.queries import line_names
from marketplace.coordinators.forms import ProfileForm, as_shown
from marketplace.coordinators.queries import visible_to, with_details
from marketplace.coordinators.registration import amend_coordinator, confirm_facts
from marketplace.coordinators.texts import education_words, week_in_short
from marketplace.coordinators.views.blueprint import pages
from marketplace.kernel import Invalid, now
from marketplace.web import check_version, get_or_404, language_name

NEWCOMER_FOR = timedelta(days=90)
"""The list of first steps stays within reach this long, also after the activation."""


@pages.get("/me", may=Permission.COORDINATOR_DESK)
def me() -> str:
    """The coordinator's own profile, with links to everything of theirs."""
    person, at = current_person(), now()
    coordinator = get_or_404(with_details(visible_to(person)), person.coordinator_id or 0)
    lines = line_names()
    return render_template(
        "coordinators/me.html",
        coordinator=coordinator,
        lines=[lines.get(code, code) for code in coordinator.service_lines],
        tongues=[language_name(code) for code in coordinator.languages],
        education=education_words()[coordinator.education],
        week=week_in_short(window.hours for window in coordinator.availability),
        is_new=at - coordinator.created_at < NEWCOMER_FOR,
        next_off=next((off for off in coordinator.time_off if off.ends_at > at), None),
    )


@pages.form("/me/profile", may=Permission.COORDINATOR_DESK)
def profile() -> ResponseReturnValue:
    """Edit the own profile. Saving also confirms that it is right."""
    person = current_person()
    coordinator = get_or_404(with_details(visible_to(person)), person.coordinator_id or 0)
    form = ProfileForm(data=as_shown(coordinator))
    form.offer(coordinator)
    if form.validate_on_submit():
        check_version(coordinator, form.posted_version)
        try:
            changed = amend_coordinator(coordinator, form.draft(coordinator), by=person)
        except Invalid as error:
            form.refuse(error)
        else:
            first_time = coordinator.facts_confirmed_at is None
            confirm_facts(coordinator, now())
            flash(
                _("Saved. What is booked stays booked.")
                if changed
                else _("Nothing was different; your profile is confirmed.")
            )
            return redirect(url_for("onboarding.welcome") if first_time else url_for(".me"), 303)
    page = render_template("coordinators/profile.html", form=form, coordinator=coordinator)
    return page, 422 if form.is_submitted() else 200
