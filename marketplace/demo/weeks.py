"""The twelve ordinary weeks behind the demo and the three before it: needs, bookings, hours, approvals, invoices and pay."""

import random
from datetime import date, datetime, timedelta

from marketplace.assignments.models import Assignment
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.demo import asking, hours, money
from marketplace.demo.cast import PLACES
from marketplace.demo.places import SHOWN, Places
from marketplace.demo.scenes import contested, trouble, working
from marketplace.demo.staffing import FINISHED, DemoStaffing, close_past, shifts_of
from marketplace.demo.who import coordinator, person
from marketplace.kernel import week_start
from marketplace.needs.models import Need

WEEKS_BEHIND, WEEKS_AHEAD, BLOCK = 12, 3, 4
# Who usually does which work where.
REGULARS = {
    ("harbor", "prior-auth"): "maya",
    ("harbor", "triage"): "devon",
    ("harbor", "medical-scribe"): "aisha",
    ("riverside", "medical-billing"): "jonas",
    ("prairie", "dental-reception"): "sofia",
    ("bayview", "medical-scribe"): "fatima.46",
}


def gone_by(places: Places, now: datetime, chance: random.Random) -> None:
    """Everything that an ordinary week brings, and what went wrong in some of them."""
    this_week = week_start(now.date())
    shown = {name: coordinator(f"{name}@people.example") for name in SHOWN}
    for one in shown.values():
        working.always_free(one)
    session.flush()
    made = _booked(places, shown, this_week, now, chance)
    _worked(made, places, this_week, now, chance)
    mondays = [this_week - timedelta(weeks=n) for n in range(WEEKS_BEHIND, 0, -1)]
    money.run(mondays, places.keys(), person("felix@northlight.example"), now, chance)


def _booked(
    places: Places, shown: dict[str, Coordinator], this_week: date, now: datetime, chance: random.Random
) -> list[Assignment]:
    """Post the needs and fill them in order of time, so that nobody is booked twice: first what is behind, then today
    without those the demo shows, then what lies ahead.
    """
    needs = _needs(places, this_week, now)
    staffing = DemoStaffing(now, chance)
    staffing.regulars = {
        (places.facility[key].id, line): coordinator(f"{name}@people.example").id
        for (key, line), name in REGULARS.items()
    }
    shifts = shifts_of(*needs)
    near = (now - timedelta(hours=22), now + timedelta(hours=30))
    around = [shift for shift in shifts if near[0] < shift.starts_at < near[1]]
    calm = [shift for shift in shifts if shift not in set(around)]
    made = staffing.fill(shift for shift in calm if shift.starts_at < now)
    _shown_today(places, staffing, shown, now)
    made += staffing.fill(around, spare={one.id for one in shown.values()})
    made += staffing.fill(shift for shift in calm if shift.starts_at >= now)
    staffing.write_offers()
    close_past(needs, now)
    return made


def _needs(places: Places, this_week: date, now: datetime) -> list[Need]:
    needs = []
    for key, patterns in asking.STANDING.items():
        facility, owner = places.of(key)
        site = asking.standing_site(facility)
        for first_week in range(-WEEKS_BEHIND, 1, BLOCK):
            first = this_week + timedelta(weeks=first_week)
            until = first + timedelta(weeks=BLOCK if first_week < 0 else WEEKS_AHEAD) - timedelta(days=1)
            for pattern in patterns:
                need = asking.post_standing(pattern, facility, site, owner, first, until, now)
                if need is not None:
                    needs.append(need)
    return needs


def _shown_today(places: Places, staffing: DemoStaffing, shown: dict[str, Coordinator], now: datetime) -> None:
    """The people at work at this moment, and those who begin within the hour."""
    jobs = (
        ("harbor", "rpm", "devon"),
        ("riverside", "medical-billing", "jonas"),
        ("harbor", "medical-scribe", "aisha"),
        ("prairie", "dental-reception", "sofia"),
    )
    working.at_work(staffing, [(*places.of(key), line, shown[name]) for key, line, name in jobs], now)
    working.next_shift(staffing, *places.of("harbor"), "prior-auth", shown["maya"], now)


def _worked(made: list[Assignment], places: Places, this_week: date, now: datetime, chance: random.Random) -> None:
    """Clock and hand in the past shifts, and approve them but for most of last week."""
    zones, last_week = places.zones(), this_week - timedelta(days=7)
    over = [(one, zones[one.facility_id]) for one in made if one.ends_at <= now and one.state in FINISHED]
    over = trouble.went_wrong(over, places.owners(), person("sam@northlight.example"), now)
    since = datetime.combine(last_week, datetime.min.time(), now.tzinfo)
    planned, oddly = trouble.clocked_oddly([each for each in over if each[0].starts_at < since])
    clocks = hours.DemoHours(chance)
    overtime_at = {places.facility[place.key].id for place in PLACES if place.overtime == "weekly"}
    clocks.press(planned, longer=trouble.long_week(planned, overtime_at))
    clocks.press([each for each in over if each[0].starts_at >= since], odd_share=0.3)
    lines = clocks.write() + oddly
    quick = {places.facility[key].id for key in ("oakhill", "maple")}
    whole = [line for line in lines if line.timesheet.week <= last_week]
    waiting = [line for line in whole if line.timesheet.week == last_week and line.facility_id not in quick]
    done = [line for line in whole if line.timesheet.week < last_week or line.facility_id in quick]
    clocks.hand_in(done)
    clocks.hand_in(waiting, now - timedelta(hours=21))
    session.flush()
    hours.approve_history(done, places.owners(), now)
    contested.second_thoughts(done, places.owners())
    contested.last_week(waiting, places.of("harbor"), places.owners(), now)
