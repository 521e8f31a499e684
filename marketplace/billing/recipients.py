"""Who reads the invoices of a facility, and in which language its documents are."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.permissions import MAY, Permission
from marketplace.db import session
from marketplace.facilities.models import Facility


def invoice_readers(facility_ids: Collection[int]) -> dict[int, list[Person]]:
    """Everybody who may see the invoices of these facilities, by facility, the first to join first. One statement."""
    members = session.scalars(
        select(Membership)
        .join(Membership.person)
        .where(Membership.organisation_id.in_(facility_ids), Membership.active, Person.active)
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    ).all()
    readers: dict[int, list[Person]] = {key: [] for key in facility_ids}
    for member in members:
        if Permission.INVOICE_SEE in MAY[member.role]:
            readers[member.organisation_id].append(member.person)
    return readers


def document_locale(facility: Facility, readers: Sequence[Person]) -> str:
    """The language an invoice to this facility is issued in.

    The recipient is the facility's contact, who is an address: its documents are in the language of whoever there signs in
    with that address, else of the first reader of its invoices, else in English.
    """
    contact = (facility.contact_email or "").casefold()
    known = [person for person in readers if person.email.casefold() == contact] or readers
    return known[0].locale if known else "en"
