"""The first page of a facility: how the week goes, what comes next, what needs somebody, who works right now."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.db import Audience
from marketplace.facilities.models import Facility
from marketplace.home.action_items import on_the_desk, open_shifts, upcoming
from marketplace.home.on_shift_now import OnShift, on_shift_now
from marketplace.home.views.blueprint import pages
from marketplace.inbox.views.inbox import agency_inbox
from marketplace.kernel import NotPermitted, called, local_day, now
from marketplace.reports.kpis import facility_month, facility_with_budget, time_to_fill, weeks
from marketplace.reports.texts import compared, course, duration, greeting, points, short_times, whole_dollars
from marketplace.web import SIGNED_IN
from marketplace.web.filters import clock, since


@pages.get("/overview", may=SIGNED_IN)
def overview() -> ResponseReturnValue:
    """A facility's overview, or the agency's inbox."""
    person = current_person()
    match person.audience:
        case Audience.AGENCY if person.may(Permission.AGENCY_DESK):
            return agency_inbox(person, now())
        case Audience.FACILITY if person.may(Permission.FACILITY_DESK):
            return _facility(person, now())
        case _:
            raise NotPermitted(_("This page is for facilities and the agency. Your own first page is behind the logo."))


def _facility(person: Person, at: datetime) -> str:
    assert person.facility_id is not None
    facility = facility_with_budget(person.facility_id)
    today = local_day(at, facility.time_zone)
    staffed = weeks(today, facility.id)
    took = time_to_fill(at, facility.time_zone, facility.id)
    note, trend = compared(took, today)
    sees_shifts = person.may(Permission.SHIFT_SEE)
    return render_template(
        "home/overview.html",
        greeting=greeting(person.name, at.astimezone(ZoneInfo(facility.time_zone)).hour),
        today=today,
        zone=facility.time_zone,
        at=at,
        week=staffed[-1],
        points=points(staffed),
        course=course(staffed),
        whole_dollars=whole_dollars,
        fill_time=duration(took.median),
        fill_note=note,
        fill_trend=trend,
        month=facility_month(facility, at),
        sees_money=person.may(Permission.REPORT_SEE),
        desk=on_the_desk(person, at),
        seats=open_shifts(facility.id, at) if sees_shifts else None,
        coming=upcoming(facility.id, at) if sees_shifts else [],
        live=_live(facility, at) if sees_shifts else None,
        sees_shifts=sees_shifts,
        may_post=person.may(Permission.NEED_POST),
        may_offer=person.may(Permission.OFFER_SEND),
        short_times=short_times,
        contracts=url_for("contracts.index"),
    )


@pages.watch("/overview/live", may=Permission.SHIFT_SEE)
def live() -> Response:
    """Who works now, for the card that asks for itself every 20 seconds: 304 while nothing on it has changed.

    Nothing of a signed-in page is kept by the browser, so the card itself says what it already shows.
    """
    person = current_person()
    if person.facility_id is None:
        raise NotPermitted(_("Only a facility has people at work on its own page."))
    shown = _live(facility_with_budget(person.facility_id), now())
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


def _live(facility: Facility, at: datetime) -> Live:
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
