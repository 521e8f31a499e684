"""The preferences of facilities and coordinators, for the agency: do-not-returns with their reasons, and favorites."""

from typing import Any

from flask import render_template
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from marketplace.accounts.authentication.sign_in import settings
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.coordinators.models import Coordinator
from marketplace.facilities.models import Facility, Preference, PreferenceKind, PreferenceSide
from marketplace.web import Pages, asked_number, asked_word, page_of

pages = Pages("preferences", __name__, url_prefix="/preferences")

PAST = "past"


@pages.get("", may=Permission.AGENCY_DESK)
def index() -> str:
    """The live ones, the newest first; a facility, a coordinator, a name, one side or one kind narrow it down."""
    asked: dict[str, Any] = {
        "text": asked_word("q"),
        "kind": asked_word("kind", set(PreferenceKind)),
        "side": asked_word("side", set(PreferenceSide)),
        "facility": asked_number("facility"),
        "coordinator": asked_number("coordinator"),
        "show": asked_word("show", {PAST}),
    }
    return render_template(
        "relationships/preferences.html",
        page=page_of(_listed(**asked), scalars=False),
        asked=asked,
        zone=settings().agency_time_zone,
    )


def _listed(
    text: str, kind: str, side: str, facility: int | None, coordinator: int | None, show: str
) -> Select[Any, Any, Any]:
    """Rows of (preference, the facility's name, the coordinator's name)."""
    their_person = aliased(Person)
    found = (
        select(Preference, Facility.name, their_person.name)
        .join(Facility, Facility.id == Preference.facility_id)
        .join(Coordinator, Coordinator.id == Preference.coordinator_id)
        .join(their_person, their_person.id == Coordinator.person_id)
        .where(Preference.ended_at.is_not(None) if show == PAST else Preference.ended_at.is_(None))
        .order_by(Preference.since.desc(), Preference.id.desc())
    )
    if text:
        found = found.where(
            or_(Facility.name.icontains(text, autoescape=True), their_person.name.icontains(text, autoescape=True))
        )
    if kind:
        found = found.where(Preference.kind == PreferenceKind(kind))
    if side:
        found = found.where(Preference.side == PreferenceSide(side))
    if facility is not None:
        found = found.where(Preference.facility_id == facility)
    if coordinator is not None:
        found = found.where(Preference.coordinator_id == coordinator)
    return found
