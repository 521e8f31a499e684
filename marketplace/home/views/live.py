"""The card of the people at work at a facility now; it refreshes itself."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.facilities.models import Facility
from marketplace.home.on_shift_now import OnShift, on_shift_now
from marketplace.home.views.blueprint import pages
from marketplace.kernel import NotPermitted, called, now
from marketplace.reports.facility_kpis import facility_with_budget
from marketplace.web.filters import clock, since


@pages.watch("/overview/live", may=Permission.SHIFT_SEE)
def live() -> Response:
    """The people at work now, for the card that refreshes itself every 20 seconds: 304 while nothing on it has changed.

    Nothing of a signed-in page is kept by the browser, so the card itself says what it already shows.
    """
    person = current_person()
    if person.facility_id is None:
        raise NotPermitted(_("Only a facility has people at work on its own page."))
    shown = live_card(facility_with_budget(person.facility_id), now())
    response = make_response(render_template("home/_live.html", live=shown))
    response.set_etag(shown.mark)
    response.make_conditional(request)
    return response


@dataclass(frozen=True)
class LiveRow:
    """One person of the card as it is read: `figure` for those who work, else `tag` with its colour."""

    assignment_id: int
    name: str
    line: str
    note: str
    figure: str = ""
    tag: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Live:
    """The whole card: `mark` changes when anything on it does."""

    rows: tuple[LiveRow, ...]
    working: int
    mark: str


def live_card(facility: Facility, at: datetime) -> Live:
    """The card of a facility as it is read now."""
    people = on_shift_now(facility.id, at)
    rows = tuple(_live_row(each, at) for each in people)
    # The words are in somebody's language, so the mark is of what is read, not of what is known.
    mark = hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
    return Live(rows, sum(each.is_working for each in people), mark)


def _live_row(each: OnShift, at: datetime) -> LiveRow:
    line = called(each.line)
    if each.is_working:
        began = each.since or each.starts_at
        note = _("started %(time)s", time=clock(began, each.time_zone))
        tag, kind = (_("On break"), "info") if each.on_break else ("", "")
        return LiveRow(each.assignment_id, each.name, line, note, since(began, at), tag, kind)
    late = each.minutes_late(at)
    if late > 0:
        note = _("should have started %(time)s", time=clock(each.starts_at, each.time_zone))
        tag = ngettext("%(num)d min late", "%(num)d min late", late)
        return LiveRow(each.assignment_id, each.name, line, note, tag=tag, kind="bad")
    note = _("starts %(time)s", time=clock(each.starts_at, each.time_zone))
    tag = _("Starts now") if late == 0 else _("In %(minutes)s min", minutes=-late)
    return LiveRow(each.assignment_id, each.name, line, note, tag=tag, kind="info")
