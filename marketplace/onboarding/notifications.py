"""Notices and letters about activation."""

from sqlalchemy import select

from marketplace.accounts.models import Membership, Person
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import Phrase
from marketplace.messaging.writing import notify


def notify_facility_active(facility: Facility) -> None:
    """Everybody there may begin."""
    people = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == facility.id, Membership.active)
        .order_by(Person.id)
    )
    sentence = Phrase("%(name)s is active: you can post needs.", name=facility.name)
    for person in session.scalars(people):
        notify(person, sentence, kind="activated", link="/needs/new")


def notify_coordinator_active(coordinator: Coordinator) -> None:
    """From now on shifts come."""
    sentence = Phrase("You are active: shifts that fit you are offered from now on.")
    notify(coordinator.person, sentence, kind="activated", link="/offers")
