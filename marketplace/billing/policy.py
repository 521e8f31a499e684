"""Permissions on invoices beyond that of the route."""

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission


def may_run(person: Person) -> bool:
    """Issue, void and credit invoices: the agency's finance."""
    return person.may(Permission.INVOICE_RUN)


def may_record_payment(person: Person) -> bool:
    """Say that money arrived, or that it did not after all."""
    return person.may(Permission.PAYMENT_RECORD)
