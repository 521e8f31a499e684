"""All that happens beside the ordinary weeks, in one place."""

import random
from datetime import datetime, timedelta

from marketplace.demo.people import Casting
from marketplace.demo.places import SHOWN, Places
from marketplace.demo.scenes import agreements, needs, newcomers, offers, papers
from marketplace.demo.scenes.moves import Questions
from marketplace.demo.who import coordinator, everybody, person


def around_the_weeks(casting: Casting, places: Places, now: datetime, chance: random.Random) -> None:
    """People who come and go, papers, agreements, offers, needs and questions, at their own moments of the last weeks."""
    everyone, shown = everybody(), [coordinator(f"{name}@people.example") for name in SHOWN]
    others = [one for one in everyone if one not in shown]
    ada, chidi, sam = (person(f"{name}@northlight.example") for name in ("ada", "chidi", "sam"))
    papers.handed_in(others, now, chance)
    papers.decided(others, chidi, now)
    newcomers.facilities(casting, ada, now)
    newcomers.staff(casting.agency, ada, {key: places.of(key) for key in places.facility}, now)
    new = newcomers.coordinators(casting.agency, ada, now)
    agreements.on_their_way(new, ada, now)
    *_, gone, leaving, renewing = everyone
    agreements.ended(renewing, leaving, gone, ada, now)
    maple, riverside = places.of("maple"), places.of("riverside")
    agreements.amended(*maple, ada, now - timedelta(days=40))
    needs.stopped(*maple, now)
    needs.drafted(*riverside, now)
    needs.too_few_people(*places.of("harbor"), now)
    needs.liked_and_blocked(*maple, everyone[8], everyone[9], now)
    offers.answered(*maple, now)
    offers.applied(*maple, now + timedelta(days=2), now - timedelta(hours=10))
    offers.unfilled_soon(*places.of("harbor"), "prior-auth", now)
    offers.round_of_offers(offers.open_shifts(now), shown[0], places.owners(), now)
    questions = Questions(*riverside, sam, now)
    questions.every_outcome(shown)
    questions.of(shown[0])
