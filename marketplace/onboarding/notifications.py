"""Notices and letters about activation: nothing is missing any more, and it is done."""

from collections.abc import Iterable

from sqlalchemy import exists, select

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.permissions import Role
from marketplace.accounts.queries import agency, members_of
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.kernel import Phrase
from marketplace.messaging.models import Notice
from marketplace.messaging.writing import Mail, notify

READY = "ready"
_ACTIVATORS = (Role.AGENCY_OWNER, Role.AGENCY_SCHEDULER)


def notify_ready(name: str, link: str) -> int:
    """The agency's people who activate are told once that nothing is missing. Returns how many were told now."""
    sentence = Phrase("%(name)s can be activated: everything is in place.", name=name)
    letter = Mail(
        Phrase("%(name)s can be activated", name=name),
        [sentence, Phrase("It takes one click on the page behind the button, or in your inbox.")],
        Phrase("Activate"),
    )
    told = 0
    for person in members_of(agency().id, _ACTIVATORS):
        if not _was_told(person, link):
            notify(person, sentence, kind=READY, link=link, letter=letter)
            told += 1
    return told


def _was_told(person: Person, link: str) -> bool:
    told = exists().where(Notice.person_id == person.id, Notice.kind == READY, Notice.address == link)
    return bool(session.scalar(select(told)))


def notify_facility_active(facility: Facility, by: Person | None) -> None:
    """Everybody there may begin; the agency's people hear of it too, but for whoever did it."""
    people = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == facility.id, Membership.active, Person.active)
        .order_by(Person.id)
    )
    sentence = Phrase("%(name)s is active: you can post needs.", name=facility.name)
    letter = Mail(
        Phrase("%(name)s is active", name=facility.name),
        [sentence, Phrase("Price and number of matching people are shown before you post.")],
        Phrase("Post a need"),
    )
    for person in session.scalars(people):
        notify(person, sentence, kind="activated", link="/needs/new", letter=letter)
    _tell_agency(facility.name, f"/facilities/{facility.id}", by)


def notify_coordinator_active(coordinator: Coordinator, by: Person | None) -> None:
    """From now on shifts come; the agency's people hear of it too, but for whoever did it."""
    sentence = Phrase("You are active: shifts that fit you are offered from now on.")
    letter = Mail(
        Phrase("You are active"),
        [sentence, Phrase("Offers come by mail and stand on your first page.")],
        Phrase("See the offers"),
    )
    notify(coordinator.person, sentence, kind="activated", link="/offers", letter=letter)
    _tell_agency(coordinator.name, f"/coordinators/{coordinator.id}", by)


def _tell_agency(name: str, link: str, by: Person | None) -> None:
    sentence = (
        Phrase("%(name)s was activated by %(person)s.", name=name, person=by.name)
        if by is not None
        else Phrase("%(name)s is active: the last step was done, and the activation followed by itself.", name=name)
    )
    for person in _others(members_of(agency().id, _ACTIVATORS), by):
        notify(person, sentence, kind="activated", link=link)


def _others(people: Iterable[Person], by: Person | None) -> list[Person]:
    return [person for person in people if by is None or person.id != by.id]
