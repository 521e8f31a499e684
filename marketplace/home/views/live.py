"""The card of the people at work at a facility now; it refreshes itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.home.on_shift_now import OnShift, on_shift_now
from marketplace.home.views.blueprint import pages
from marketplace.kernel import NotPermitted, called, duration, now
from marketplace.web.filters import clock, since


@pages.watch("/overview/live", may=Permission.SHIFT_SEE)
def live() -> Response:
    """The people at work now, for the card that refreshes itself every 20 seconds: 304 while nothing on it has changed.

    Nothing of a signed-in page is kept by the browser, so the card itself says what it already shows.
    """
    person, at = current_person(), now()
    if person.facility_id is None:
        raise NotPermitted(_("Only a facility has people at work on its own page."))
    shown = live_card(on_shift_now(person.facility_id, at), at)
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


def live_card(people: Sequence[OnShift], at: datetime) -> Live:
    """The card of these people as it is read now."""
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
        tag = _("Late: %(time)s", time=duration(late))
        return LiveRow(each.assignment_id, each.name, line, note, tag=tag, kind="bad")
    note = _("starts %(time)s", time=clock(each.starts_at, each.time_zone))
    tag = _("Starts now") if late == 0 else _("In %(time)s", time=duration(-late))
    return LiveRow(each.assignment_id, each.name, line, note, tag=tag, kind="info")
