"""Needs that are not simply open: one on hold, one cancelled as a whole, one that is still a draft; and who likes whom."""

from datetime import datetime, timedelta

from marketplace.accounts.models import Person
from marketplace.assignments.models import CancelledBy
from marketplace.booking import cancelling
from marketplace.coordinators.models import Coordinator, Education
from marketplace.coverage import closing
from marketplace.db import session
from marketplace.demo.asking import post_single, single
from marketplace.demo.staffing import shifts_of
from marketplace.demo.who import person
from marketplace.eligibility.candidates import ranked
from marketplace.facilities.models import Facility, PreferenceKind, PreferenceSide
from marketplace.facilities.preferences import prefer
from marketplace.kernel import clock
from marketplace.needs.models import Need
from marketplace.needs.posting import save_draft

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINE, AUDITED = "medical-reception", "medical-billing"


def stopped(facility: Facility, owner: Person, now: datetime) -> None:
    """One need waits on hold, another was cancelled as a whole."""
    at = now - 2 * DAY
    held, gone = _post(facility, owner, now + 9 * DAY, at), _post(facility, owner, now + 10 * DAY, at)
    later = at + 3 * HOUR
    with clock.frozen_at(later):
        closing.hold(held, owner, later)
        cancelling.cancel_need(gone, owner, later, CancelledBy.FACILITY, "The practice is closed that day.")
    session.flush()


def drafted(facility: Facility, owner: Person, now: datetime) -> None:
    """A demanding need is written down and not posted yet."""
    starts = (now + 16 * DAY).replace(hour=15, minute=0)
    draft = single(
        facility, "care-coordination", (starts, starts + 6 * HOUR), min_education=Education.MASTER, min_years=5,
        notes="Discharge planning for two wards; ask the head of nursing first.",
    )  # fmt: skip
    at = now - 4 * HOUR
    with clock.frozen_at(at):
        save_draft(draft, owner, at)


def too_few_people(facility: Facility, owner: Person, now: datetime) -> None:
    """A project that wants more of the certified coordinators than there are: six long days for each of them next week, and
    on one of these days others at the same hours. Plans say of the seats that stay open who has no hours left or is taken.
    """
    posted, monday = now - 40 * HOUR, (now + timedelta(days=7 - now.weekday())).replace(hour=15, minute=0)
    span = (monday, monday + 10 * HOUR)
    for certificate in ("CMAA", "CMM", "CPCC"):
        asked = {"required_credentials": (certificate,), "notes": "Chart audit before the accreditation visit."}
        with session.begin_nested() as trial:
            [shift] = shifts_of(post_single(facility, owner, AUDITED, span, posted, **asked))
            able = len(list(ranked(shift, posted).eligible))
            trial.rollback()
        if able:
            saturday = (monday + 5 * DAY).date()
            all_days = {"repeat": tuple(range(6)), "until": saturday}
            post_single(facility, owner, AUDITED, span, posted, headcount=able, **asked, **all_days)
            tuesday = (monday + DAY, monday + DAY + 10 * HOUR)
            post_single(facility, owner, AUDITED, tuesday, posted + HOUR, **asked)
            return


def liked_and_blocked(
    facility: Facility, owner: Person, liked: Coordinator, blocked: Coordinator, now: datetime
) -> None:
    """A favorite on either side, and somebody who shall not come again."""
    place, side, kind = facility.id, PreferenceSide, PreferenceKind
    themselves = person(liked.person.email)
    with clock.frozen_at(now - 30 * DAY):
        prefer(place, liked.id, side.FACILITY, kind.FAVOURITE, name=liked.name, by=owner, at=now - 30 * DAY)
    with clock.frozen_at(now - 29 * DAY):
        prefer(place, liked.id, side.COORDINATOR, kind.FAVOURITE, name=facility.name, by=themselves, at=now - 29 * DAY)
    why = "Left twice before the end."
    with clock.frozen_at(now - 8 * DAY):
        prefer(place, blocked.id, side.FACILITY, kind.BLOCK, name=blocked.name, by=owner, at=now - 8 * DAY, reason=why)


def _post(facility: Facility, owner: Person, day: datetime, posted: datetime) -> Need:
    starts = day.replace(hour=16, minute=0)
    return post_single(facility, owner, LINE, (starts, starts + 4 * HOUR), posted)
