"""Every room with pages, and the way to it: which entries each kind of person finds in the navigation."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from importlib import import_module

from flask import Flask, url_for
from flask_babel import gettext as _

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.accounts.workplaces import START, WORKPLACES
from marketplace.db import Audience

# Each module has a blueprint called `pages`. The order is that of the layers.
ROOMS = (
    "marketplace.accounts.views",
    "marketplace.accounts.views.members",
    "marketplace.audit.views",
    "marketplace.messaging.views",
    "marketplace.facilities.views",
    "marketplace.coordinators.views",
    "marketplace.credentials.views",
    "marketplace.contracts.views",
    "marketplace.needs.views.needs",
    "marketplace.eligibility.views",
    "marketplace.booking.views",
    "marketplace.coverage.views",
    "marketplace.schedules.views.availability",
    "marketplace.schedules.views.schedule",
    "marketplace.plans.views",
    "marketplace.attendance.views",
    "marketplace.timesheets.views",
    "marketplace.ledger.views",
    "marketplace.billing.views",
    "marketplace.payouts.views",
    "marketplace.onboarding.views",
    "marketplace.relationships.views.people",
    "marketplace.relationships.views.my_facilities",
    "marketplace.relationships.views.preferences",
    "marketplace.relationships.views.work_record",
    "marketplace.search.views",
    "marketplace.reports.views",
    "marketplace.inbox.views",
    "marketplace.home.views",
)


@dataclass(frozen=True)
class NavigationEntry:
    """A way to a room: who sees it, under which name, with which picture."""

    key: str
    endpoint: str
    label: Callable[[], str]
    icon: str
    may: Permission
    also: tuple[str, ...] = ()
    """Where the addresses of other pages of the room begin, those that do not begin like the room's own."""
    count: int | None = None
    url: str = ""
    current: bool = False


P = Permission

# A coordinator has no room of their own for these: their own page leads to them.
OWN_PAPERS = ("/credentials", "/contracts", "/notices", "/account")

NAVIGATION: dict[Audience, tuple[NavigationEntry, ...]] = {
    Audience.FACILITY: (
        NavigationEntry("overview", "home.overview", lambda: _("Overview"), "layout-dashboard", P.FACILITY_DESK),
        NavigationEntry(
            "schedule", "schedule.index", lambda: _("Schedule"), "calendar", P.SHIFT_SEE, ("/shifts", "/assignments")
        ),
        NavigationEntry("needs", "coverage.index", lambda: _("Needs"), "clipboard-list", P.NEED_SEE),
        NavigationEntry("timesheets", "timesheets.index", lambda: _("Timesheets"), "clock", P.TIMESHEET_SEE),
        NavigationEntry("invoices", "billing.index", lambda: _("Invoices"), "receipt", P.INVOICE_SEE),
        NavigationEntry("people", "people.index", lambda: _("People"), "users", P.NEED_SEE),
        NavigationEntry("contracts", "contracts.index", lambda: _("Contract"), "handshake", P.CONTRACT_SEE),
        NavigationEntry("settings", "facilities.settings", lambda: _("Settings"), "settings", P.FACILITY_SETTINGS),
    ),
    Audience.COORDINATOR: (
        NavigationEntry("offers", "booking.offers", lambda: _("Offers"), "sparkles", P.OFFER_ANSWER, ("/shifts",)),
        NavigationEntry(
            "schedule", "schedule.index", lambda: _("Schedule"), "calendar", P.SHIFT_SEE, ("/assignments",)
        ),
        NavigationEntry("clock", "attendance.clock", lambda: _("Clock"), "timer", P.CLOCK),
        NavigationEntry("earnings", "payouts.earnings", lambda: _("Earnings"), "wallet", P.EARNINGS_SEE),
        NavigationEntry("me", "coordinators.me", lambda: _("Me"), "badge-check", P.COORDINATOR_DESK, OWN_PAPERS),
    ),
    Audience.AGENCY: (
        NavigationEntry("inbox", "home.overview", lambda: _("Inbox"), "inbox", P.AGENCY_DESK),
        NavigationEntry(
            "schedule", "schedule.index", lambda: _("Schedule"), "calendar", P.SHIFT_SEE, ("/shifts", "/assignments")
        ),
        NavigationEntry("needs", "coverage.index", lambda: _("Needs"), "clipboard-list", P.NEED_SEE),
        NavigationEntry("matching", "plans.index", lambda: _("Matching"), "zap", P.MATCH_PLAN, ("/reports",)),
        NavigationEntry("credentials", "credentials.queue", lambda: _("Credentials"), "shield-check", P.AGENCY_DESK),
        NavigationEntry("facilities", "facilities.index", lambda: _("Facilities"), "building-2", P.AGENCY_DESK),
        NavigationEntry("coordinators", "coordinators.index", lambda: _("Coordinators"), "users", P.AGENCY_DESK),
        NavigationEntry("contracts", "contracts.index", lambda: _("Contracts"), "handshake", P.CONTRACT_SEE),
        NavigationEntry("timesheets", "timesheets.index", lambda: _("Timesheets"), "clock", P.TIMESHEET_SEE),
        NavigationEntry("invoices", "billing.index", lambda: _("Invoices"), "receipt", P.INVOICE_SEE),
        NavigationEntry("pay", "payouts.index", lambda: _("Pay runs"), "wallet", P.PAY_RUN, ("/payouts",)),
        NavigationEntry("ledger", "ledger.index", lambda: _("Ledger"), "scale", P.LEDGER_SEE),
        NavigationEntry("audit", "audit.index", lambda: _("Audit"), "history", P.AUDIT_SEE),
        NavigationEntry("rules", "eligibility.rules", lambda: _("Rules"), "list-checks", P.AGENCY_DESK),
        NavigationEntry("members", "members.index", lambda: _("Team"), "key-round", P.MEMBER_MANAGE),
    ),
}


def register_pages(app: Flask) -> None:
    """Register every room's pages. Raises ImportError for a room that does not exist."""
    for name in ROOMS:
        app.register_blueprint(import_module(name).pages)


def check_all_lead_somewhere(endpoints: Collection[str]) -> None:
    """Refuse to start while an entry of the navigation or a link of the frame names a page that does not exist."""
    named = {way.endpoint for ways in NAVIGATION.values() for way in ways}
    named |= {*LINKS.values(), MORE, START, *WORKPLACES.values()}
    if missing := named - set(endpoints):
        raise LookupError("There are no such pages: " + ", ".join(sorted(missing)))


def navigation(person: Person | None, path: str, counts: Mapping[str, int] | None = None) -> list[NavigationEntry]:
    """The ways this person may go, with the one that leads to `path` marked and what waits behind each (by its key)."""
    if person is None or person.acting is None:
        return []
    ways = [
        replace(way, url=url_for(way.endpoint), count=(counts or {}).get(way.key))
        for way in NAVIGATION[person.audience]
        if person.may(way.may)
    ]
    under = [(len(start), way) for way in ways for start in (way.url, *way.also) if _is_under(path, start)]
    here = max(under, key=lambda found: found[0], default=(0, None))[1]
    return [replace(way, current=way is here) for way in ways]


def _is_under(path: str, start: str) -> bool:
    return path == start or path.startswith(start.rstrip("/") + "/")


def tabs(entries: list[NavigationEntry]) -> list[NavigationEntry]:
    """The first four or five entries, for the bar at the bottom of a phone; the rest are behind "More"."""
    return entries if len(entries) <= 5 else entries[:4]


# Where the frame of every page leads.
LINKS = {
    "search": "search.search",
    "account": "accounts.account",
    "notifications": "messaging.notices",
    "sign_in": "accounts.sign_in",
    "sign_out": "accounts.sign_out",
    "join_facility": "accounts.join_facility",
    "join_coordinator": "accounts.join_coordinator",
    "demo": "accounts.join_facility",
    "theme": "accounts.theme",
    "language": "accounts.language",
    "shortcuts": "accounts.shortcuts",
    "status": "home.status",
}

MORE = "home.more"
INSIDE = frozenset({"search", "account", "notifications"})


def links(entries: list[NavigationEntry], *, inside: bool) -> dict[str, str]:
    """The addresses `base.html` speaks of, by name; `inside` when the person may go anywhere at all."""
    found = {name: url_for(endpoint) for name, endpoint in LINKS.items() if inside or name not in INSIDE}
    if len(entries) > 5:
        found["more"] = url_for(MORE)
    return found
