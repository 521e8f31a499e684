"""The founding of the demo: the agency, its facilities and its coordinators."""

from datetime import datetime, timedelta

from marketplace.accounts.authentication.passwords import hash_password
from marketplace.coordinators.models import CoordinatorState
from marketplace.db import session
from marketplace.demo import choices
from marketplace.demo.cast import AGENCY, AGENCY_STAFF, DEMO_PASSWORD, PLACES, WORKERS
from marketplace.demo.many import more_workers
from marketplace.demo.people import Casting
from marketplace.demo.places import Places
from marketplace.demo.who import everybody, person

COORDINATORS = 60


def founded(now: datetime) -> tuple[Casting, Places]:
    """Everybody, as they came five months ago. The last three coordinators rest, the one before them has not started."""
    casting = Casting.founding(AGENCY, hash_password(DEMO_PASSWORD), now - timedelta(days=150))
    casting.staff(AGENCY_STAFF)
    places = Places()
    for place in PLACES:
        places.facility[place.key] = casting.place(place)
        places.owner[place.key] = person(place.staff[0].email)
    expires = now.date() + timedelta(days=500)
    for worker in (*WORKERS, *more_workers(COORDINATORS - len(WORKERS))):
        casting.worker(worker, expires=expires)
    choices.about_newcomers(person(AGENCY_STAFF[0].email), now)
    *_, newcomer, third, second, first = everybody()
    newcomer.state = CoordinatorState.ONBOARDING
    for resting in (third, second, first):
        resting.state = CoordinatorState.PAUSED
    session.flush()
    return casting, places
