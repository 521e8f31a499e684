"""The coordinators that a person sees, and lookups about one of them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload, undefer

from marketplace.accounts.models import Invitation, Membership, Person
from marketplace.accounts.permissions import Role
from marketplace.coordinators.models import Coordinator, CoordinatorState, TimeOff
from marketplace.db import found_in, seen_by, session
from marketplace.kernel import BIGGEST_KEY, NotFound

SORTED_BY: dict[str, ColumnElement[Any]] = {
    "name": Person.name.expression,
    "country": Coordinator.country.expression,
    "rating": func.coalesce(Coordinator.rating, 0),
    "state": Coordinator.state.expression,
    "since": Coordinator.created_at.expression,
}


def visible_to(person: Person) -> Select[Coordinator]:
    """The agency sees all, a coordinator only their own row. Facilities meet coordinators as candidates and on shifts."""
    coordinators = select(Coordinator).join(Coordinator.person).options(joinedload(Coordinator.person))
    return seen_by(person, coordinators, coordinator=Coordinator.id)


def with_details(coordinators: Select[Coordinator]) -> Select[Coordinator]:
    """With the typical week, time off, pay and the finding of a screening: for the agency and the coordinator."""
    return coordinators.options(
        undefer(Coordinator.min_pay_cents),
        undefer(Coordinator.exclusion_hold),
        selectinload(Coordinator.availability),
        selectinload(Coordinator.time_off),
    )


def listed(
    person: Person, *, text: str = "", state: str = "", line: str = "", country: str = "", sort: str = "name"
) -> Select[Coordinator]:
    """The coordinators a person sees, filtered and in order; `sort` is a key of SORTED_BY, with "-" downwards."""
    coordinators = visible_to(person).options(undefer(Coordinator.exclusion_hold), undefer(Coordinator.min_pay_cents))
    if state:
        coordinators = coordinators.where(Coordinator.state == CoordinatorState(state))
    if line:
        coordinators = coordinators.where(Coordinator.service_lines.contains([line]))
    if country:
        coordinators = coordinators.where(Coordinator.country == country)
    if text:
        coordinators = coordinators.where(
            or_(
                found_in(Person.name, text),
                found_in(Person.email, text),
                Coordinator.work_state == text.upper(),
                found_in(func.array_to_string(Coordinator.ehr, " "), text),
            )
        )
    column = SORTED_BY[sort.lstrip("-")]
    return coordinators.order_by(column.desc() if sort.startswith("-") else column.asc(), Coordinator.id)


def somebody(coordinator_id: int) -> Coordinator:
    """Any coordinator with their name, as far as the actor's rows go; raises NotFound."""
    found = None
    if 0 < coordinator_id <= BIGGEST_KEY:
        found = session.scalars(
            select(Coordinator).where(Coordinator.id == coordinator_id).options(joinedload(Coordinator.person))
        ).one_or_none()
    if found is None:
        raise NotFound("There is no such coordinator.")
    return found


def named(person: Person, text: str, most: int) -> list[Coordinator]:
    """The first `most`, by name, of the coordinators a person sees whose name or address has the text in it."""
    matching = or_(found_in(Person.name, text), found_in(Person.email, text))
    return list(session.scalars(visible_to(person).where(matching).order_by(Person.name, Coordinator.id).limit(most)))


def countries() -> list[str]:
    """The countries coordinators work from."""
    return list(session.scalars(select(Coordinator.country).distinct().order_by(Coordinator.country)))


def invitations_of(coordinator_id: int) -> Select[Invitation]:
    """The invitations of a coordinator that were neither accepted nor taken back, the latest first; some may be too old."""
    return (
        select(Invitation)
        .where(
            Invitation.coordinator_id == coordinator_id,
            Invitation.role == Role.COORDINATOR,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .options(joinedload(Invitation.organisation))
        .order_by(Invitation.id.desc())
    )


def open_invitations(coordinator_id: int) -> list[Invitation]:
    """`invitations_of`, read."""
    return list(session.scalars(invitations_of(coordinator_id)))


def has_joined(coordinator_id: int) -> bool:
    """Whether the coordinator has accepted an invitation and can sign in."""
    found = select(Membership.id).where(Membership.coordinator_id == coordinator_id, Membership.active)
    return session.scalar(found) is not None


def time_off_of(person: Person) -> Select[TimeOff]:
    """A coordinator's own time off."""
    return select(TimeOff).where(TimeOff.coordinator_id == person.coordinator_id).order_by(TimeOff.starts_at)


def zone_of(coordinator_id: int) -> str:
    """The clock of a coordinator."""
    return session.scalars(select(Coordinator.time_zone).where(Coordinator.id == coordinator_id)).one()
