"""Which facilities and sites a person sees, who was invited, and who prefers whom."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload, undefer

from marketplace.accounts.models import Invitation, Membership, Person
from marketplace.accounts.queries import memberships_in
from marketplace.db import Audience, Share, found_in, seen_by, session
from marketplace.facilities.models import Facility, FacilityState, Preference, PreferenceSide, Site

SORTED_BY: dict[str, ColumnElement[Any]] = {
    "name": Facility.name.expression,
    "kind": Facility.kind.expression,
    "place": Facility.city.expression,
    "state": Facility.state.expression,
    "since": Facility.created_at.expression,
}


def visible_to(person: Person) -> Select[Facility]:
    """The agency sees all, a facility itself, a coordinator those that work with the agency."""
    working = Facility.state != FacilityState.ONBOARDING
    return seen_by(person, select(Facility), facility=Facility.id, coordinator=Share.ALL, coordinator_if=[working])


def with_details(facilities: Select[Facility]) -> Select[Facility]:
    """With sites and budgets: for the agency and the facility itself."""
    return facilities.options(
        undefer(Facility.monthly_budget_cents), joinedload(Facility.sites).undefer(Site.monthly_budget_cents)
    )


def listed(person: Person, *, text: str = "", state: str = "", sort: str = "name") -> Select[Facility]:
    """The facilities a person sees, filtered and in order; `sort` is a key of SORTED_BY, with "-" downwards."""
    facilities = visible_to(person)
    if state:
        facilities = facilities.where(Facility.state == FacilityState(state))
    if text:
        facilities = facilities.where(
            or_(
                *(
                    found_in(column, text)
                    for column in (Facility.name, Facility.city, Facility.contact_name, Facility.npi, Facility.region)
                )
            )
        )
    column = SORTED_BY[sort.lstrip("-")]
    return facilities.order_by(column.desc() if sort.startswith("-") else column.asc(), Facility.id)


def sites_of(person: Person) -> Select[Site]:
    """The sites of a facility, for itself; the agency sees all."""
    sites = select(Site).options(undefer(Site.monthly_budget_cents), joinedload(Site.facility)).order_by(Site.id)
    return sites if person.audience is Audience.AGENCY else sites.where(Site.facility_id == person.facility_id)


def invitations_to(organisation_id: int) -> Select[Invitation]:
    """The invitations to a facility that were neither accepted nor taken back, the latest first; some may be too old."""
    return (
        select(Invitation)
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .options(joinedload(Invitation.organisation))
        .order_by(Invitation.id.desc())
    )


def people_of(facility_id: int) -> tuple[Sequence[Membership], Sequence[Invitation]]:
    """The members of a facility, and the people invited to it."""
    return session.scalars(memberships_in(facility_id)).all(), session.scalars(invitations_to(facility_id)).all()


def preference(facility_id: int, coordinator_id: int, side: PreferenceSide) -> Preference | None:
    """The present preference of one side about the other."""
    return session.scalars(
        select(Preference).where(
            Preference.facility_id == facility_id,
            Preference.coordinator_id == coordinator_id,
            Preference.side == side,
            Preference.ended_at.is_(None),
        )
    ).one_or_none()


def zone_of(facility_id: int) -> str:
    """The clock of a facility."""
    return session.scalars(select(Facility.time_zone).where(Facility.id == facility_id)).one()
