"""The demo's newcomers: a facility on its way in and one that pauses, invited people of every role, three new coordinators."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.accounts.invitations import accept_as_new, invite, take_back
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.permissions import Role
from marketplace.audit.recording import record
from marketplace.coordinators.models import Coordinator, Education
from marketplace.coordinators.registration import register_coordinator
from marketplace.coordinators.rules import CoordinatorDraft
from marketplace.db import session
from marketplace.demo.cast import DEMO_PASSWORD, CastFacility, Staff
from marketplace.demo.people import Casting
from marketplace.demo.who import person
from marketplace.facilities.models import Facility, FacilityState
from marketplace.facilities.registration import register_facility
from marketplace.facilities.rules import FacilityDraft
from marketplace.kernel import Phrase, clock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

PAUSING = CastFacility(
    "cedar", "Cedar Point Orthopedics", "1043000060", "group practice", "America/Chicago", "Peoria", "IL", "athenahealth",
    ("commercial",), 30, (Staff("Ivan Petrak", "ivan@cedar.example", Role.FACILITY_OWNER),), budget_cents=800_000,
)  # fmt: skip

READY = CastFacility(
    "linden", "Linden Grove Dental", "1043000086", "dental practice", "America/Chicago", "Rockford", "IL", "Dentrix",
    ("commercial",), 30, (Staff("Mona Adeyemi", "mona@linden.example", Role.FACILITY_OWNER),),
)  # fmt: skip

COORDINATORS = (
    CoordinatorDraft(
        "priscilla@people.example", "Priscilla Owens", "US", "America/Chicago", "IL", ("triage", "care-coordination"),
        ("en",), ("Epic",), 14, Education.MASTER, 3600,
    ),
    CoordinatorDraft(
        "caleb@people.example", "Caleb Strand", "US", "America/Denver", "CO", ("medical-scribe",),
        ("en",), ("Dentrix",), 1, Education.HIGH_SCHOOL, 1900,
    ),
    CoordinatorDraft(
        "noa@people.example", "Noa Feld", "US", "America/New_York", "NY", ("prior-auth", "medical-billing"),
        ("en", "es"), ("Cerner",), 6, Education.BACHELOR, 2200,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Invited:
    """Somebody invited so many days ago, and what came of it: "joined", "taken back", or nothing yet."""

    name: str
    email: str
    role: Role
    days: float
    became: str = ""


TO_THE_AGENCY = (
    Invited("Nia Brooks", "nia@northlight.example", Role.AGENCY_SUPPORT, 40, "joined"),
    Invited("Helen Marsh", "helen@northlight.example", Role.AGENCY_OWNER, 33, "taken back"),
    Invited("Dario Costa", "dario@northlight.example", Role.AGENCY_SCHEDULER, 12),
    Invited("Wen Li", "wen@northlight.example", Role.AGENCY_COMPLIANCE, 1),
    Invited("Paula Stein", "paula@northlight.example", Role.AGENCY_FINANCE, 0.5),
)
TO_FACILITIES = {
    "riverside": (Invited("Meg Sutter", "meg@riverside.example", Role.FACILITY_SCHEDULER, 30, "joined"),),
    "prairie": (Invited("Jon Abbott", "jon@prairie.example", Role.FACILITY_APPROVER, 1.2),),
    "bayview": (Invited("Rita Moss", "rita@bayview.example", Role.FACILITY_BILLING, 26, "joined"),),
}


def facilities(casting: Casting, by: Person, now: datetime) -> None:
    """One facility paused three weeks ago; one was registered last week, and its owner has an invitation; one is ready."""
    pausing, at = casting.place(PAUSING), now - 21 * DAY
    with clock.frozen_at(at):
        pausing.pause()
        record("pause", pausing, Phrase("%(facility)s was paused.", facility=pausing.name), by=by)
    with clock.frozen_at(now - 2 * DAY):
        waiting = casting.place(READY)
        waiting.state, waiting.facts_confirmed_at = FacilityState.ONBOARDING, clock.now()
        session.flush()
    at = now - 6 * DAY
    with clock.frozen_at(at):
        draft = FacilityDraft(
            "1043000078", "Lakeside Urgent Care", "private clinic", "America/Chicago", "Duluth", "MN", "Dana Whitfield",
            "dana@lakeside.example", "athenahealth", ("commercial", "medicaid"),
        )  # fmt: skip
        coming = register_facility(draft, at, by)
    owner = Invited("Dana Whitfield", "dana@lakeside.example", Role.FACILITY_OWNER, 1)
    _invite(owner, coming.organisation, by, now)


def staff(agency: Organisation, by: Person, places: dict[str, tuple[Facility, Person]], now: datetime) -> None:
    """People invited to the agency and to facilities (by key, with who invites): joined, taken back, waiting, too late."""
    for one in TO_THE_AGENCY:
        _invite(one, agency, by, now)
    for key, invited in TO_FACILITIES.items():
        _facility, owner = places[key]
        assert owner.acting is not None
        for one in invited:
            _invite(one, owner.acting.organisation, owner, now)


def coordinators(agency: Organisation, by: Person, now: datetime) -> list[Coordinator]:
    """Three coordinators who have not started yet; the first has joined already, the last was invited an hour ago."""
    found = []
    for draft, days, became in zip(COORDINATORS, (8, 4, 0.04), ("joined", "", ""), strict=True):
        at = now - (days + 1) * DAY
        with clock.frozen_at(at):
            new = register_coordinator(draft, at, by)
        invited = Invited(draft.name, draft.email, Role.COORDINATOR, days, became)
        _invite(invited, agency, by, now, new.id)
        found.append(new)
    person(found[0].person.email)
    return found


def _invite(
    one: Invited, organisation: Organisation, by: Person, now: datetime, coordinator_id: int | None = None
) -> None:
    at = now - one.days * DAY
    with clock.frozen_at(at):
        invitation = invite(one.email, one.name, one.role, organisation, coordinator_id, by=by, at=at)
        session.flush()
    if one.became == "joined":
        soon = at + 5 * HOUR
        with clock.frozen_at(soon):
            accept_as_new(invitation.link.rsplit("/")[-1], one.name, DEMO_PASSWORD, soon)
    elif one.became == "taken back":
        with clock.frozen_at(at + 2 * HOUR):
            take_back(invitation, by, at + 2 * HOUR)
    session.flush()
