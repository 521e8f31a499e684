"""Registering a coordinator before they have a password, and keeping the profile up to date."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from marketplace.accounts.models import Invitation, Person
from marketplace.accounts.queries import person_by_email
from marketplace.audit.recording import record
from marketplace.catalogue.models import ServiceLine
from marketplace.coordinators.models import AvailabilityWindow, Coordinator
from marketplace.coordinators.readiness import look_again
from marketplace.coordinators.rules import CoordinatorDraft, Education, WeeklyHours, checked
from marketplace.db import session
from marketplace.kernel import N_, Invalid, JoinedList, Phrase, differing, email_address

# What may be different about a coordinator, and what that is called in the trail.
FACTS = {
    "country": N_("country"), "work_state": N_("state"), "time_zone": N_("time zone"),
    "service_lines": N_("kinds of work"), "languages": N_("languages"), "ehr": N_("records systems"),
    "years_experience": N_("years of experience"), "education": N_("education"), "min_pay_cents": N_("lowest pay"),
    "max_week_minutes": N_("most hours a week"), "rest_minutes": N_("rest between shifts"), "rating": N_("rating"),
}  # fmt: skip
_OTHER_FACTS = {"name": N_("name"), "availability": N_("typical week")}


def register_coordinator(
    draft: CoordinatorDraft, at: datetime, by: Person | None = None, lines: Collection[str] | None = None
) -> Coordinator:
    """Write a new coordinator down, still to be activated. Raises Invalid with the field; an address works once.

    They cannot sign in before they accept an invitation (`accounts.invitations.invite` with their id). A person who already has
    an account keeps its name. `lines` spares a query of the catalogue when many are registered.
    """
    facts = _checked(draft, lines)
    person = person_by_email(facts.email)
    if person is not None and session.scalar(select(Coordinator.id).where(Coordinator.person_id == person.id)):
        raise Invalid("Somebody with this address is a coordinator already.", "email")
    if person is None:
        person = Person(email=facts.email, name=facts.name, created_at=at, memberships=[])
        session.add(person)
        session.flush()
    coordinator = Coordinator(person_id=person.id, person=person, created_at=at, **_columns(facts))
    session.add(coordinator)
    session.flush()
    session.add_all(windows(coordinator.id, facts.availability))
    session.flush()
    record("register", coordinator, Phrase("%(name)s was registered as a coordinator.", name=person.name), by=by)
    return coordinator


def amend_coordinator(
    coordinator: Coordinator, draft: CoordinatorDraft, by: Person | None = None, lines: Collection[str] | None = None
) -> tuple[str, ...]:
    """Make the facts those of the draft; the names of what was different. Raises Invalid with the field.

    `coordinator` is loaded with person, pay (`undefer`) and typical week. Their name is their own once they have an account.
    """
    facts = _checked(draft, lines)
    wanted = _columns(facts)
    changed = differing(coordinator, wanted, FACTS)
    for name in changed:
        setattr(coordinator, name, wanted[name])
    if coordinator.person.password is None and coordinator.person.name != facts.name:
        coordinator.person.name = facts.name
        changed.append("name")
    if tuple(window.hours for window in coordinator.availability) != facts.availability:
        coordinator.availability[:] = windows(coordinator.id, facts.availability)
        changed.append("availability")
    if changed:
        session.flush()
        what = JoinedList([Phrase((FACTS | _OTHER_FACTS)[name]) for name in changed], ", ")
        record("change", coordinator, Phrase("Changed: %(what)s.", what=what), by=by)
    return tuple(changed)


def correct_address(coordinator: Coordinator, email: str, by: Person, at: datetime) -> bool:
    """Correct the address a coordinator without an account is invited at, and revoke the invitations sent to the old one.

    Returns whether it was different. Raises Invalid when somebody else has the address.
    """
    owner = coordinator.person
    if email.casefold() == owner.email.casefold():
        return False
    if person_by_email(email) is not None:
        raise Invalid("Somebody else has this address.", "email")
    owner.email = email
    session.execute(
        update(Invitation)
        .where(
            Invitation.coordinator_id == coordinator.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )
    record(
        "correct address",
        coordinator,
        Phrase("The e-mail address of %(name)s was corrected.", name=owner.name),
        by=by,
    )
    return True


def windows(coordinator_id: int, week: Iterable[WeeklyHours]) -> list[AvailabilityWindow]:
    """The rows of a typical week."""
    return [
        AvailabilityWindow(
            coordinator_id=coordinator_id, weekday=one.weekday, start_minute=one.start_minute, end_minute=one.end_minute
        )
        for one in week
    ]


def _checked(draft: CoordinatorDraft, lines: Collection[str] | None) -> CoordinatorDraft:
    known = lines if lines is not None else set(session.scalars(select(ServiceLine.code)))
    return replace(checked(draft, known), email=email_address(draft.email.strip(), "email"))


def _columns(facts: CoordinatorDraft) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(facts, name) for name in FACTS if name != "rating"}
    for name in ("service_lines", "languages", "ehr"):
        found[name] = list(found[name])
    found["education"] = Education(facts.education)
    found["rating"] = Decimal(facts.rating_tenths) / 10 if facts.rating_tenths is not None else None
    return found


def confirm_facts(coordinator: Coordinator, at: datetime) -> None:
    """The coordinator says that the profile is right."""
    coordinator.facts_confirmed_at = at
    look_again(coordinator)
