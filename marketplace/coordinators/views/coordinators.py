"""A coordinator as the agency sees them; pausing and resuming."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.audit.models import AuditEntry
from marketplace.audit.queries import visible_to as trail_visible_to
from marketplace.audit.recording import record
from marketplace.catalogue.queries import line_names
from marketplace.coordinators.policy import may_hold, may_manage
from marketplace.coordinators.queries import (
    invitations_of,
    membership_of,
    visible_to,
    with_details,
)
from marketplace.coordinators.rules import LIFE
from marketplace.coordinators.texts import education_words, state_words, week_words
from marketplace.coordinators.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import Phrase, local_days, now
from marketplace.web import (
    country_name,
    get_or_404,
    language_name,
)

TRAIL = 10


@pages.get("/coordinators/<int:coordinator_id>", may=Permission.AGENCY_DESK)
def show(coordinator_id: int) -> str:
    """Everything the agency knows about a coordinator, apart from papers and work."""
    person, at = current_person(), now()
    coordinator = get_or_404(with_details(visible_to(person)), coordinator_id)
    trail = trail_visible_to(person).where(AuditEntry.coordinator_id == coordinator.id).limit(TRAIL)
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
        acts=LIFE.acts(coordinator.state) if may_manage(person) else (),
        may_change=may_manage(person),
        may_hold=may_hold(person),
        invitations=session.scalars(invitations_of(coordinator.id)).all(),
        joined=session.scalar(membership_of(coordinator.id)) is not None,
        trail=session.scalars(trail).all(),
        states=state_words(),
        at=at,
    )


@pages.post("/coordinators/<int:coordinator_id>/pause", may=Permission.COORDINATOR_MANAGE)
def pause(coordinator_id: int) -> ResponseReturnValue:
    """She is asked nothing new for now."""
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    coordinator.pause()
    record("pause", coordinator, Phrase("%(name)s was paused.", name=coordinator.name), by=current_person())
    flash(_("%(name)s is paused. What is booked stays booked.", name=coordinator.name))
    return redirect(url_for(".show", coordinator_id=coordinator.id), 303)


@pages.post("/coordinators/<int:coordinator_id>/resumption", may=Permission.COORDINATOR_MANAGE)
def resume(coordinator_id: int) -> ResponseReturnValue:
    """She is asked again."""
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    coordinator.resume()
    record("resume", coordinator, Phrase("%(name)s is active again.", name=coordinator.name), by=current_person())
    flash(_("%(name)s is active again.", name=coordinator.name))
    return redirect(url_for(".show", coordinator_id=coordinator.id), 303)
