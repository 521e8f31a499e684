"""The needs of the demo's facilities, week after week: standing patterns, posted in blocks of four weeks."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.coordinators.models import Education
from marketplace.db import session
from marketplace.facilities.models import Facility, Site
from marketplace.kernel import MONDAY_TO_FRIDAY, clock, local_instant
from marketplace.needs.models import FillMode, Need
from marketplace.needs.posting import NeedDraft, post_need


@dataclass(frozen=True)
class StandingNeed:
    """The same work on the same weekdays, from one local hour to another (past 24 overnight)."""

    line: str
    days: tuple[int, ...]
    start: int
    end: int
    mode: FillMode = FillMode.OFFER
    states: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    heads: int = 1
    education: Education | None = None
    notes: str = ""


STANDING = {
    "harbor": (
        StandingNeed("prior-auth", MONDAY_TO_FRIDAY, 8, 12, notes="Bring the denial log."),
        StandingNeed(
            "triage",
            (0, 2, 4),
            9,
            17,
            states=("IL",),
            credentials=("rn-license",),
            notes="Two-way phone queue; SOP v3.",
        ),
        StandingNeed("medical-scribe", (1, 3), 13, 17),
        StandingNeed("medical-billing", (1,), 10, 14),
        StandingNeed("rpm", (2, 5), 12, 18, mode=FillMode.FIRST_COME),
    ),
    "riverside": (
        StandingNeed("care-coordination", MONDAY_TO_FRIDAY, 9, 13, heads=2),
        StandingNeed("medical-billing", (0, 2, 4), 8, 16),
        StandingNeed("telehealth", (1, 3), 10, 16, mode=FillMode.FIRST_COME),
        StandingNeed("provider-support", (0, 1, 2, 3), 13, 17),
        StandingNeed("prior-auth", (4,), 22, 30),
    ),
    "prairie": (
        StandingNeed("dental-reception", MONDAY_TO_FRIDAY, 8, 12, languages=("en", "es")),
        StandingNeed("dental-billing", (1, 3), 9, 15),
        StandingNeed("dental-admin", (0, 2), 9, 13),
        StandingNeed("dental-scribe", (4,), 9, 13),
        StandingNeed("dental-executive", (2,), 13, 17, mode=FillMode.CHOOSE),
    ),
    "bayview": (
        StandingNeed("medical-scribe", MONDAY_TO_FRIDAY, 7, 15),
        StandingNeed("triage", (5, 6), 8, 16, states=("CA",), credentials=("rn-license",)),
        StandingNeed("telehealth", (0, 2, 4), 12, 18, education=Education.HIGH_SCHOOL),
    ),
    "maple": (
        StandingNeed("medical-reception", MONDAY_TO_FRIDAY, 8, 12),
        StandingNeed("executive-va", (0, 2), 10, 14, education=Education.BACHELOR),
        StandingNeed("care-coordination", (1, 3), 13, 17, mode=FillMode.FIRST_COME),
    ),
    "oakhill": (
        StandingNeed("medical-admin", (0, 1, 2, 3), 9, 13),
        StandingNeed("medical-reception", MONDAY_TO_FRIDAY, 13, 17),
        StandingNeed("provider-support", (4,), 9, 13, education=Education.ASSOCIATE),
    ),
}

POSTED_BEFORE = timedelta(days=9)


def post_standing(
    pattern: StandingNeed, facility: Facility, site: Site, by: Person, first: date, until: date, now: datetime
) -> Need | None:
    """Post one block of a pattern, nine days before it begins; None when no such day lies in it."""
    days = [first + timedelta(days=n) for n in range((until - first).days + 1)]
    first = next((day for day in days if day.weekday() in pattern.days), until + timedelta(days=1))
    if first > until:
        return None
    starts = datetime.combine(first, time(pattern.start))
    posted = local_instant(first, time(pattern.start), site.time_zone) - POSTED_BEFORE
    posted = min(posted, now - timedelta(hours=3))
    draft = NeedDraft(
        facility_id=facility.id,
        site_id=site.id,
        time_zone=site.time_zone,
        line=pattern.line,
        starts=starts,
        ends=starts + timedelta(hours=pattern.end - pattern.start),
        repeat=pattern.days,
        until=until,
        headcount=pattern.heads,
        mode=pattern.mode,
        required_credentials=pattern.credentials,
        patient_states=pattern.states,
        languages=pattern.languages,
        min_education=pattern.education,
        notes=pattern.notes,
    )
    with clock.frozen_at(posted):
        return post_need(draft, by, posted, past_allowed=True)


def single(facility: Facility, line: str, span: tuple[datetime, datetime], **more: Any) -> NeedDraft:
    """One shift between two instants at the facility's main site. `more` are further fields of the draft."""
    site = standing_site(facility)
    starts, ends = (moment.astimezone(ZoneInfo(site.time_zone)).replace(tzinfo=None) for moment in span)
    asked = {"languages": ("en",), **more}
    return NeedDraft(
        facility_id=facility.id, site_id=site.id, time_zone=site.time_zone, line=line, starts=starts, ends=ends, **asked
    )


def post_single(
    facility: Facility, by: Person, line: str, span: tuple[datetime, datetime], posted: datetime, **more: Any
) -> Need:
    """Post one shift between two instants, also one that has begun. `more` are further fields of the draft."""
    with clock.frozen_at(posted):
        need = post_need(single(facility, line, span, **more), by, posted, past_allowed=True)
        session.flush()
        return need


def rounded(moment: datetime) -> datetime:
    """The quarter of an hour at or before a moment."""
    return moment - timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)


def standing_site(facility: Facility) -> Site:
    """The facility's main site."""
    return session.scalars(select(Site).where(Site.facility_id == facility.id).order_by(Site.id).limit(1)).one()
