"""The parts of a row of the inbox, and the words several kinds of row share."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from marketplace.inbox.items import InboxItem, InboxKind


@dataclass(frozen=True)
class InboxRow:
    """An entry as it is read. `tone` colours how long it has waited; `posts`: the button acts instead of leading on."""

    id: str
    kind: InboxKind
    icon: str
    title: str
    text: str
    age: str
    tone: str
    url: str
    action: str
    posts: bool = False


@dataclass(frozen=True)
class InboxWords:
    """The words and links that differ by kind."""

    icon: str
    title: str
    text: str
    url: str
    action: str
    tone: str = "warn"
    age: str = ""
    posts: bool = False


def agreement_name(entry: InboxItem) -> str:
    """Contract with Harbor Family Medicine; BAA with Maya Torres."""
    party = entry.place or entry.who or ""
    if entry.what == "baa":
        return str(_("BAA with %(party)s", party=party))
    return str(_("Contract with %(party)s", party=party))


def contract_url(entry: InboxItem) -> str:
    return url_for("contracts.show", agreement_id=entry.key)
