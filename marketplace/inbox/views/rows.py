"""The entries of the inbox in words: what is wrong, for how long, and the button to where it is put right."""

from collections.abc import Callable
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.assignments.rules import NO_SHOW_AFTER_MINUTES
from marketplace.inbox.items import InboxItem, InboxKind, day_of
from marketplace.inbox.views import newcomer_rows
from marketplace.inbox.views.row_parts import InboxRow, InboxWords, agreement_name, contract_url
from marketplace.kernel import Named, Span, called, dollars, duration
from marketplace.reports.texts import age
from marketplace.web.filters import day, short_date, times

HOUR = 60 * 60
SOON = 12 * HOUR


def kind_words() -> dict[InboxKind, str]:
    """The name of each kind on the button that shows it alone."""
    return {
        InboxKind.BOOKS: _("Books"),
        InboxKind.LATE: _("Late"),
        InboxKind.NO_SHOW: _("No-shows"),
        InboxKind.UNFILLED: _("Unfilled, 48 h"),
        InboxKind.DISPUTE: _("Disputes"),
        InboxKind.JOB: _("Failed jobs"),
        InboxKind.UNSENT: _("Weeks not handed in"),
        InboxKind.UNAPPROVED: _("Hours not approved"),
        InboxKind.OVERDUE: _("Overdue invoices"),
        InboxKind.READY_FACILITY: _("Facilities to activate"),
        InboxKind.READY_COORDINATOR: _("Coordinators to activate"),
        InboxKind.ACTIVATE: _("Contracts to put in force"),
        InboxKind.UNSIGNED: _("Nobody can sign"),
        InboxKind.DRAFT: _("Contracts to send"),
        InboxKind.CREDENTIAL: _("Credentials to check"),
        InboxKind.EXPIRING: _("Credentials ending"),
        InboxKind.ENDING: _("Contracts ending"),
    }


def row_of(entry: InboxItem, at: datetime, reader: Person) -> InboxRow:
    """An entry in the reader's language, with the way to what the reader can do about it."""
    said = _SAY[entry.kind](entry, at, reader)
    waited = said.age or age(entry.since, at)
    return InboxRow(
        f"{entry.kind}-{entry.key}", entry.kind, said.icon, said.title, said.text, waited, said.tone, said.url, said.action,
        said.posts,
    )  # fmt: skip


def _what(entry: InboxItem, reader: Person) -> str:
    return called(Named(entry.what or "", entry.what_es or ""))


def _shift_time(entry: InboxItem) -> str:
    zone, ends = entry.zone or "UTC", entry.ends_at or entry.since
    return f"{day(entry.since, zone)}, {times(Span(entry.since, ends), zone)}"


def _books(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    broken = entry.number or 0
    return InboxWords(
        "scale",
        _("The books do not hold"),
        ngettext(
            "%(num)d thing that must always be true is not, by the last recount.",
            "%(num)d things that must always be true are not, by the last recount.",
            broken,
        ),
        url_for("ledger.index"),
        _("Look at the books"),
        "bad",
    )


def _late(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    minutes = int((at - entry.since).total_seconds() // 60)
    marks = reader.may(Permission.ASSIGNMENT_CANCEL) and minutes >= NO_SHOW_AFTER_MINUTES
    return InboxWords(
        "clock",
        _("%(name)s is late: %(time)s", name=entry.who, time=duration(minutes)),
        f"{_what(entry, reader)} · {entry.place} · {_shift_time(entry)}",
        url_for("booking.no_show" if marks else "booking.assignment", assignment_id=entry.key),
        _("Mark as no-show") if marks else _("Look"),
        "bad",
        posts=marks,
    )


def _no_show(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    decides = reader.may(Permission.ASSIGNMENT_CANCEL)
    return InboxWords(
        "user",
        _("%(name)s did not come", name=entry.who),
        f"{_what(entry, reader)} · {entry.place} · {_shift_time(entry)}",
        url_for("booking.assignment", assignment_id=entry.key),
        _("Decide") if decides else _("Look"),
        "bad",
    )


def _unfilled(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    seats = entry.number or 1
    name = _what(entry, reader)
    refills = reader.may(Permission.MATCH_PLAN)
    title = name if seats == 1 else ngettext("%(name)s: %(num)d seat", "%(name)s: %(num)d seats", seats, name=name)
    return InboxWords(
        "triangle-alert",
        _("%(what)s is open", what=title),
        f"{entry.place} · {_shift_time(entry)}",
        url_for("plans.refill" if refills else "coverage.shift", shift_id=entry.key),
        _("Refill") if refills else _("Look"),
        "bad" if (entry.since - at).total_seconds() <= SOON else "warn",
        _("in %(time)s", time=age(entry.since, at)),
    )


def _dispute(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    return InboxWords(
        "scale",
        _("%(facility)s disputes hours of %(name)s", facility=entry.place, name=entry.who),
        _("%(hours)s; the rest of the week goes on", hours=duration(entry.number or 0)),
        url_for("timesheets.entry", entry_id=entry.key),
        _("Settle") if reader.may(Permission.TIMESHEET_APPROVE) else _("Look"),
    )


def _job(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    tries = entry.number or 1
    return InboxWords(
        "repeat",
        _("Something in the background failed"),
        ngettext(
            "%(job)s, tried %(num)d time; the log of the worker says why",
            "%(job)s, tried %(num)d times; the log of the worker says why",
            tries,
            job=entry.what,
        ),
        url_for("inbox.repeat_job", job_id=entry.key),
        _("Try again"),
        "bad",
        posts=True,
    )


def _unsent(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    return InboxWords(
        "clock",
        _("%(name)s has not handed in a week", name=entry.who),
        f"{entry.place} · {duration(entry.number or 0)}",
        url_for("timesheets.week", timesheet_id=entry.key),
        _("Look"),
    )


def _unapproved(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    lines = entry.number or 0
    return InboxWords(
        "clock",
        _("%(facility)s has not approved hours", facility=entry.place),
        ngettext("%(num)d line past half of the window", "%(num)d lines past half of the window", lines),
        url_for("timesheets.index", facility=entry.key),
        _("Review"),
    )


def _overdue(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    return InboxWords(
        "receipt",
        _("%(number)s is overdue", number=entry.what),
        f"{entry.place} · {dollars(entry.number or 0)} · " + _("due %(day)s", day=short_date(day_of(entry))),
        url_for("billing.invoice", invoice_id=entry.key),
        _("See invoice"),
        age=_days(entry, at),
    )


def _days(entry: InboxItem, at: datetime) -> str:
    """The time of an entry without an hour, in days."""
    days = abs((at.date() - day_of(entry)).days)
    return str(ngettext("%(num)d day", "%(num)d days", days)) if days else str(_("today"))


def _in_days(entry: InboxItem, at: datetime) -> str:
    days = (day_of(entry) - at.date()).days
    return str(ngettext("in %(num)d day", "in %(num)d days", days)) if days else str(_("today"))


def _ending(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    over = day_of(entry) < at.date()
    return InboxWords(
        "handshake",
        _("%(agreement)s ends", agreement=agreement_name(entry)),
        _("Last day %(day)s. No shift starts after it without a new one.", day=short_date(day_of(entry))),
        contract_url(entry),
        _("Renew") if reader.may(Permission.CONTRACT_MANAGE) else _("Look"),
        "bad" if over else "warn",
        _("over") if over else _in_days(entry, at),
    )


def _paper(entry: InboxItem, reader: Person) -> str:
    return f"{_what(entry, reader)} ({entry.place})" if entry.place else _what(entry, reader)


def _credential(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    return InboxWords(
        "shield-check",
        f"{entry.who}: {_paper(entry, reader)}",
        _("Uploaded and not checked yet"),
        url_for("credentials.show", credential_id=entry.key),
        _("Review") if reader.may(Permission.CREDENTIAL_VERIFY) else _("Look"),
        "plain",
    )


def _expiring(entry: InboxItem, at: datetime, reader: Person) -> InboxWords:
    over = day_of(entry) < at.date()
    return InboxWords(
        "shield-check",
        f"{entry.who}: {_paper(entry, reader)}",
        _("Ended %(day)s; the coordinator is refused for shifts that need it", day=short_date(day_of(entry)))
        if over
        else _("Last day %(day)s", day=short_date(day_of(entry))),
        url_for("coordinators.show", coordinator_id=entry.number),
        _("Look"),
        "bad" if over else "plain",
        _("over") if over else _in_days(entry, at),
    )


_SAY: dict[InboxKind, Callable[[InboxItem, datetime, Person], InboxWords]] = {
    InboxKind.BOOKS: _books,
    InboxKind.LATE: _late,
    InboxKind.NO_SHOW: _no_show,
    InboxKind.UNFILLED: _unfilled,
    InboxKind.DISPUTE: _dispute,
    InboxKind.JOB: _job,
    InboxKind.UNSENT: _unsent,
    InboxKind.UNAPPROVED: _unapproved,
    InboxKind.OVERDUE: _overdue,
    InboxKind.READY_FACILITY: newcomer_rows.ready_facility,
    InboxKind.READY_COORDINATOR: newcomer_rows.ready_coordinator,
    InboxKind.ACTIVATE: newcomer_rows.to_activate,
    InboxKind.UNSIGNED: newcomer_rows.without_signer,
    InboxKind.DRAFT: newcomer_rows.to_send,
    InboxKind.CREDENTIAL: _credential,
    InboxKind.EXPIRING: _expiring,
    InboxKind.ENDING: _ending,
}
