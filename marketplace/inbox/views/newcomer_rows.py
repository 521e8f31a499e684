"""The rows of the inbox about newcomers: each with the act that brings them on."""

from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.inbox.items import InboxItem
from marketplace.inbox.views.row_parts import InboxWords, agreement_name, contract_url
from marketplace.web.filters import short_date


def ready_facility(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    return _ready(entry.place or "", url_for("onboarding.activate_facility", facility_id=entry.key))


def ready_coordinator(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    return _ready(entry.who or "", url_for("onboarding.activate_coordinator", coordinator_id=entry.key))


def _ready(name: str, url: str) -> InboxWords:
    return InboxWords(
        "circle-check",
        _("%(name)s can be activated", name=name),
        _("Everything is in place."),
        url,
        _("Activate"),
        posts=True,
    )


def to_activate(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    manages = reader.may(Permission.CONTRACT_MANAGE)
    first = (entry.ends_at or at).date()
    return InboxWords(
        "handshake",
        _("%(agreement)s is signed", agreement=agreement_name(entry)),
        _("It begins on %(day)s. One that holds now holds until then.", day=short_date(first))
        if first > at.date()
        else _("No shift starts under it until it is in force."),
        contract_url(entry),
        _("Put it in force") if manages else _("Look"),
    )


def to_send(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    return InboxWords(
        "handshake",
        _("%(agreement)s is drafted and not sent", agreement=agreement_name(entry)),
        _("Only the agency sees it."),
        contract_url(entry),
        _("Look it over and send it"),
        "plain",
    )


def without_signer(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    """The button leads to the invitation of whoever has to sign."""
    if entry.place:
        url = url_for("facilities.invitation", facility_id=entry.number)
        sentence = _("Nobody there has an account yet, so nobody can sign. Invite its owner.")
    else:
        url = url_for("coordinators.show", coordinator_id=entry.number, _anchor="access")
        sentence = _("They have no account yet, so they cannot sign.")
    return InboxWords(
        "mail",
        _("%(agreement)s waits for a signature nobody can give", agreement=agreement_name(entry)),
        sentence,
        url,
        _("Send the invitation"),
    )
