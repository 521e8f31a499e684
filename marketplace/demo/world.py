"""The demo world: an agency with six facilities, sixty coordinators and twelve weeks behind it, ending right now."""

import random
from datetime import date, datetime, timedelta

from sqlalchemy import select, text

import marketplace.wiring  # noqa: F401 - every hook is filled from here on
from marketplace.accounts.authentication.passwords import hash_password
from marketplace.accounts.models import Person
from marketplace.assignments.rules import AssignmentState
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.demo import asking, exceptions, hours, money, paperwork, today
from marketplace.demo.cast import AGENCY, AGENCY_STAFF, DEMO_PASSWORD, PLACES, WORKERS
from marketplace.demo.many import more_workers
from marketplace.demo.people import Casting
from marketplace.demo.staffing import DemoStaffing, close_past, shifts_of
from marketplace.demo.who import coordinator, everybody, person
from marketplace.facilities.models import Facility
from marketplace.kernel import clock, week_start
from marketplace.messaging.models import Letter, Notice
from marketplace.needs.models import Need
from marketplace.plans.requests import ask_for_plan
from marketplace.timesheets.approvals import dispute
from marketplace.timesheets.models import TimeEntry

WEEKS_BEHIND, WEEKS_AHEAD, BLOCK = 12, 3, 4
COORDINATORS = 60
# Kept out of the automatic roster: the demo gives them what it shows.
SHOWN = ("maya", "devon", "jonas", "aisha", "sofia")
# Who usually does which work where.
REGULARS = {
    ("harbor", "prior-auth"): "maya",
    ("harbor", "triage"): "devon",
    ("harbor", "medical-scribe"): "aisha",
    ("riverside", "medical-billing"): "jonas",
    ("prairie", "dental-reception"): "sofia",
}


def build() -> None:
    """Write the whole world into an empty, migrated database, as of now, and commit."""
    bind_actor(SYSTEM)
    now = clock.now().replace(second=0, microsecond=0)
    chance = random.Random(20261122)
    this_week = week_start(now.date())
    places = _people(now)
    _work(places, this_week, now, chance)
    session.flush()
    _forget_the_noise(now)
    # The worker makes it as soon as it runs: the board has a plan when somebody looks.
    ask_for_plan(person("sam@northlight.example"), now)
    session.commit()


class Places:
    """The facilities by their key, and who acts for each."""

    def __init__(self) -> None:
        self.facility: dict[str, Facility] = {}
        self.owner: dict[str, Person] = {}

    def owners(self) -> dict[int, Person]:
        """Facility id to owner."""
        return {self.facility[key].id: self.owner[key] for key in self.facility}

    def keys(self) -> dict[int, str]:
        """Facility id to key."""
        return {facility.id: key for key, facility in self.facility.items()}


def _people(now: datetime) -> Places:
    casting = Casting.founding(AGENCY, hash_password(DEMO_PASSWORD), now - timedelta(days=150))
    casting.staff(AGENCY_STAFF)
    places = Places()
    for place in PLACES:
        places.facility[place.key] = casting.place(place)
        places.owner[place.key] = person(place.staff[0].email)
    expires = now.date() + timedelta(days=500)
    for worker in (*WORKERS, *more_workers(COORDINATORS - len(WORKERS))):
        casting.worker(worker, expires=expires)
    *_, resting, newcomer = everybody()
    resting.state, newcomer.state = CoordinatorState.PAUSED, CoordinatorState.ONBOARDING
    session.flush()
    return places


def _work(places: Places, this_week: date, now: datetime, chance: random.Random) -> None:
    coordinators = everybody()
    shown = {name: coordinator(f"{name}@people.example") for name in SHOWN}
    for shown_one in shown.values():
        today.always_free(shown_one)
    session.flush()
    needs = _needs(places, this_week, now)
    staffing = DemoStaffing(now, chance)
    staffing.regulars = {(places.facility[key].id, line): shown[name].id for (key, line), name in REGULARS.items()}
    shifts = shifts_of(*needs)
    near = (now - timedelta(hours=22), now + timedelta(hours=30))
    around = [shift for shift in shifts if near[0] < shift.starts_at < near[1]]
    calm = [shift for shift in shifts if shift not in set(around)]
    # In order of time as a whole, so that nobody is booked twice: first what is behind, then today without those the
    # demo shows, then what lies ahead.
    spare = {one.id for one in shown.values()}
    made = staffing.fill(shift for shift in calm if shift.starts_at < now)
    _shown_today(places, staffing, shown, now)
    made += staffing.fill(around, spare=spare)
    made += staffing.fill(shift for shift in calm if shift.starts_at >= now)
    staffing.write_offers()
    close_past(needs, now)
    zones = {facility.id: facility.time_zone for facility in places.facility.values()}
    clocks = hours.DemoHours(chance)
    over = [(one, zones[one.facility_id]) for one in made if one.ends_at <= now and one.state in FINISHED]
    planner = person("sam@northlight.example")
    over = exceptions.went_wrong(over, places.owners(), planner, now)
    last_week = this_week - timedelta(days=7)
    since = datetime.combine(last_week, datetime.min.time(), now.tzinfo)
    planned, oddly = exceptions.clocked_oddly([each for each in over if each[0].starts_at < since])
    lines = clocks.clock(planned) + oddly()
    latest = clocks.clock([each for each in over if each[0].starts_at >= since], odd_share=0.3)
    whole = [line for line in (*lines, *latest) if line.timesheet.week < last_week]
    clocks.hand_in(whole)
    hours.approve_history(whole, places.owners(), now)
    exceptions.second_thoughts(whole, places.owners())
    _last_week(clocks, [line for line in latest if line.timesheet.week == last_week], places, now)
    by = person("felix@northlight.example")
    weeks = [this_week - timedelta(weeks=n) for n in range(WEEKS_BEHIND, 0, -1)]
    money.run(weeks, places.keys(), by, now, chance)
    today.papers([one for one in coordinators if one.id not in spare], now, chance)
    _decided_elsewhere(places, coordinators, now)
    today.unfilled_soon(places.facility["harbor"], places.owner["harbor"], "prior-auth", now)
    today.offer_round(today.open_shifts(now), shown["maya"], places.owners(), now)
    riverside = places.facility["riverside"]
    today.asked_to_move(riverside, places.owner["riverside"], "prior-auth", shown["maya"], planner, now)


def _decided_elsewhere(places: Places, coordinators: list[Coordinator], now: datetime) -> None:
    """Offers answered, needs stopped, papers refused and agreements ended, by those whose business it is."""
    maple, owner = places.facility["maple"], places.owner["maple"]
    ada, chidi = person("ada@northlight.example"), person("chidi@northlight.example")
    paperwork.offers_answered(maple, owner, now)
    paperwork.needs_stopped(maple, owner, now)
    paperwork.papers_decided(coordinators, chidi, now)
    resting = coordinators[-2]
    paperwork.agreements_ended(maple, owner, resting, ada, now)
    paperwork.likes_and_dislikes(maple, owner, coordinators[8], coordinators[9], now)


FINISHED = frozenset({AssignmentState.BOOKED, AssignmentState.CONFIRMED})


def _needs(places: Places, this_week: date, now: datetime) -> list[Need]:
    needs = []
    for key, patterns in asking.STANDING.items():
        facility, owner = places.facility[key], places.owner[key]
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
    """Who works at this very moment, and whose shift begins within the hour."""
    jobs = (
        ("harbor", "rpm", "devon"),
        ("riverside", "medical-billing", "jonas"),
        ("harbor", "medical-scribe", "aisha"),
        ("prairie", "dental-reception", "sofia"),
    )
    working = [(places.facility[key], places.owner[key], line, shown[name]) for key, line, name in jobs]
    today.at_work(staffing, working, now)
    harbor = places.facility["harbor"]
    today.next_shift(staffing, harbor, places.owner["harbor"], "prior-auth", shown["maya"], now)


def _last_week(clocks: hours.DemoHours, lines: list[TimeEntry], places: Places, now: datetime) -> None:
    """Two facilities were quick; for the others the hours were handed in yesterday and wait, one line disputed."""
    quick = {places.facility[key].id for key in ("oakhill", "maple")}
    done = [line for line in lines if line.facility_id in quick]
    clocks.hand_in(done)
    hours.approve_history(done, places.owners(), now)
    clocks.hand_in([line for line in lines if line.facility_id not in quick], now - timedelta(hours=21))
    harbor = places.facility["harbor"]
    odd = [line for line in lines if line.facility_id == harbor.id and line.exceptions]
    if odd:
        at = now - timedelta(hours=5)
        with clock.frozen_at(at):
            dispute(odd[0].id, "The badge reader says they left half an hour earlier.", places.owner["harbor"], at)
    elsewhere = [line for line in lines if line.facility_id not in quick | {harbor.id}]
    exceptions.contested(elsewhere, places.owners(), now - timedelta(hours=4))


def _forget_the_noise(now: datetime) -> None:
    """What people were told in the past they have read; letters of the past were sent long ago."""
    for letter in session.scalars(select(Letter)):
        letter.sent_at, letter.sent_as = letter.written_at, "demo"
    for notice in session.scalars(select(Notice).where(Notice.at < now - timedelta(days=3))):
        notice.read_at = notice.at
    session.flush()
    session.execute(text("RESET ROLE"))
    session.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE task_name NOT IN ('billing.set_invoice', 'payouts.set_pay_statement')"
        )
    )
    # Twelve weeks came in one transaction: the planner would guess every table as good as empty until its housekeeping runs.
    session.execute(text("ANALYZE"))
    bind_actor(SYSTEM)
