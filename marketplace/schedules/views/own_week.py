"""The week of a coordinator: shifts and offers, by hour or day by day."""

from datetime import date, timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Person
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import NotPermitted, local_day, now, week_start, workweek
from marketplace.needs.texts import days_between
from marketplace.schedules.queries import own_offers, own_week
from marketplace.schedules.views.calendar_grid import days_of, own_blocks
from marketplace.schedules.views.timegrid import timegrid
from marketplace.web import asked_day, asked_word

VIEWS = ("roster", "grid", "agenda")


def asked_monday(today: date) -> date:
    """The Monday of the week asked for, in years the calendar of this site knows."""
    day = asked_day("week") or today
    return week_start(min(max(day, date(2000, 1, 8)), date(2099, 12, 20)))


def own_page(person: Person) -> ResponseReturnValue:
    """The page of the week; raises NotPermitted for anybody but a coordinator."""
    at = now()
    coordinator = session.get(Coordinator, person.coordinator_id)
    if coordinator is None:
        raise NotPermitted("Only coordinators have a schedule of their own.")
    zone = coordinator.time_zone
    today = local_day(at, zone)
    monday = asked_monday(today)
    span = workweek(monday, zone)
    mine = own_week(coordinator.id, span)
    blocks = own_blocks(mine, own_offers(coordinator.id, span, at), zone, at)
    days = days_of(monday, today)
    dates = [day["date"] for day in days]
    view = "grid" if asked_word("view", VIEWS) == "grid" else "agenda"
    minutes = sum(one.span.minutes for one in mine)
    return render_template(
        "schedules/own.html",
        heading=days_between(dates[0], dates[-1]),
        days=[{**day, "shifts": [block for block in blocks if max(block.day, monday) == day["date"]]} for day in days],
        grid=timegrid(blocks, dates) if view == "grid" else None,
        view=view,
        keep={"week": monday.isoformat(), "facility": None},
        previous=monday - timedelta(days=7),
        following=monday + timedelta(days=7),
        shifts=len(mine),
        waiting=len(blocks) - len(mine),
        minutes=minutes,
        zone=zone,
        at=at,
    )
