"""A coordinator as the agency sees them."""

from flask import render_template

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.queries import trail_about_coordinator
from marketplace.catalogue.queries import line_names
from marketplace.coordinators.policy import acts_of, may_hold, may_manage
from marketplace.coordinators.queries import has_joined, open_invitations, visible_to, with_details
from marketplace.coordinators.texts import education_words, missing_words, state_words, week_words
from marketplace.coordinators.views.blueprint import pages
from marketplace.kernel import local_days, now
from marketplace.web import country_name, get_or_404, language_name

TRAIL = 10


@pages.get("/coordinators/<int:coordinator_id>", may=Permission.AGENCY_DESK)
def show(coordinator_id: int) -> str:
    """Everything the agency knows about a coordinator, apart from credentials and work."""
    person, at = current_person(), now()
    coordinator = get_or_404(with_details(visible_to(person)), coordinator_id)
    lines = line_names()
    return render_template(
        "coordinators/show.html",
        coordinator=coordinator,
        lines=[lines.get(code, code) for code in coordinator.service_lines],
        tongues=[language_name(code) for code in coordinator.languages],
        education=education_words()[coordinator.education],
        country=country_name(coordinator.country),
        week=week_words(window.hours for window in coordinator.availability),
        time_off=[
            (local_days(off.span, coordinator.time_zone), off.note) for off in coordinator.time_off if off.ends_at > at
        ],
        acts=acts_of(person, coordinator),
        may_change=may_manage(person),
        may_hold=may_hold(person),
        invitations=open_invitations(coordinator.id),
        joined=has_joined(coordinator.id),
        missing=missing_words(coordinator, at),
        trail=trail_about_coordinator(person, coordinator.id, TRAIL),
        states=state_words(),
        at=at,
    )
