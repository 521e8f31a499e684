"""The first page of a facility: how the week goes, what comes next, what needs somebody, who works right now."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.facilities.models import Facility, FacilityState
from marketplace.home.action_items import on_the_desk, open_shifts, upcoming
from marketplace.home.on_shift_now import on_shift_now
from marketplace.home.views.blueprint import pages
from marketplace.home.views.live import live_card
from marketplace.inbox.views.inbox import agency_inbox
from marketplace.kernel import NotPermitted, local_day, now
from marketplace.onboarding.steps.newcomers import ChecklistStep, left, steps_of
from marketplace.reports.facility_kpis import facility_month, facility_with_budget
from marketplace.reports.kpis import time_to_fill, weeks
from marketplace.reports.texts import compared, course, duration, greeting, points, short_times, whole_dollars
from marketplace.web import SIGNED_IN


@pages.get("/overview", may=SIGNED_IN)
def overview() -> ResponseReturnValue:
    """A facility's overview, or the agency's inbox."""
    person = current_person()
    if person.may(Permission.AGENCY_DESK):
        return agency_inbox(person, now())
    if person.may(Permission.FACILITY_DESK) and person.facility_id is not None:
        return _facility(person.facility_id, now())
    raise NotPermitted(_("This page is for facilities and the agency. Your own first page is behind the logo."))


def _facility(facility_id: int, at: datetime) -> str:
    person, facility = current_person(), facility_with_budget(facility_id)
    today = local_day(at, facility.time_zone)
    staffed = weeks(today, facility.id)
    took = time_to_fill(at, facility.time_zone, facility.id)
    note, trend = compared(took, today)
    sees_shifts = person.may(Permission.SHIFT_SEE)
    people = on_shift_now(facility.id, at) if sees_shifts else []
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
        late=[one for one in people if one.is_late(at)],
        coming=upcoming(facility.id, at) if sees_shifts else [],
        live=live_card(people, at) if sees_shifts else None,
        sees_shifts=sees_shifts,
        may_post=person.may(Permission.NEED_POST) and facility.state is FacilityState.ACTIVE,
        first_steps=_first_steps(person, facility, at),
        may_offer=person.may(Permission.OFFER_SEND),
        may_cancel=person.may(Permission.ASSIGNMENT_CANCEL),
        short_times=short_times,
    )


def _first_steps(person: Person, facility: Facility, at: datetime) -> list[ChecklistStep]:
    """The steps up to the first paid invoice, for its owner; for everybody until the activation, for nobody after the last."""
    if facility.state is not FacilityState.ONBOARDING and not person.may(Permission.FACILITY_SETTINGS):
        return []
    steps = steps_of(facility, at)
    return steps if left(steps) else []
