"""The facts of coordinators and the agreements of both sides, as matching reads them: a fixed, small number of statements."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from marketplace.accounts.models import Person
from marketplace.assignments import history
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import AvailabilityWindow, Coordinator, CoordinatorState
from marketplace.credentials.models import Credential
from marketplace.db import as_system, session
from marketplace.facilities.models import Preference, PreferenceKind, PreferenceSide
from marketplace.kernel import Span, now
from marketplace.matching.facts import (
    AgreementFacts,
    CoordinatorFacts,
    CredentialFacts,
    RequiredAgreement,
    VerificationState,
    Window,
    at_level,
)

WEEK_AND_REST = 9 * 24 * 60
"""Minutes around a shift in which other shifts matter: the whole week of the limit, and a night's rest beyond it."""

REQUIRED = {AgreementKind.MASTER: RequiredAgreement.CONTRACT, AgreementKind.BAA: RequiredAgreement.BAA}
"""The kind that the rules of matching know, by the kind of agreement."""


class Agreements(NamedTuple):
    """Agreements that are or were in force, by facility and by coordinator."""

    of_facilities: dict[int, tuple[AgreementFacts, ...]]
    of_coordinators: dict[int, tuple[AgreementFacts, ...]]


def agreements(*, facilities: Collection[int] | None = None, coordinators: Collection[int] | None = None) -> Agreements:
    """Contracts and BAAs of the given facilities and coordinators (None: of all of that kind), in one statement.

    Only what is in force or ran out by itself is told; what was superseded or terminated no longer speaks for anybody.
    """
    rows = select(
        Agreement.id, Agreement.kind, Agreement.facility_id, Agreement.coordinator_id, Agreement.effective_from,
        Agreement.effective_until,
    ).where(Agreement.state.in_([AgreementState.ACTIVE, AgreementState.EXPIRED])).order_by(Agreement.id)  # fmt: skip
    whose = []
    whose.append(
        Agreement.facility_id.in_(facilities) if facilities is not None else Agreement.facility_id.is_not(None)
    )
    whose.append(
        Agreement.coordinator_id.in_(coordinators)
        if coordinators is not None
        else Agreement.coordinator_id.is_not(None)
    )
    rows = rows.where(whose[0] | whose[1])
    of_facilities: dict[int, tuple[AgreementFacts, ...]] = defaultdict(tuple)
    of_coordinators: dict[int, tuple[AgreementFacts, ...]] = defaultdict(tuple)
    with as_system():
        for key, kind, facility, coordinator, first, last in session.execute(rows):
            paper = AgreementFacts(REQUIRED[kind], str(key), first, last)
            if facility is not None:
                of_facilities[facility] += (paper,)
            elif coordinator is not None:
                of_coordinators[coordinator] += (paper,)
    return Agreements(of_facilities, of_coordinators)


def coordinator_facts(
    ids: Collection[int] | None = None,
    *,
    at: datetime | None = None,
    around: Span | None = None,
    papers: Agreements | None = None,
) -> list[CoordinatorFacts]:
    """The facts of all active coordinators, or of those with the given ids in any state; in the order of ids.

    `at` is the moment history is counted back from. `around` leaves out other shifts and time off more than nine days away
    from that span, which no rule looks at; without it everything from nine days before `at` on is there. Four statements,
    or three with `papers` at hand. Reads past the actor's own rows: show to others only what the verdicts say.
    """
    return [told.facts for told in load(ids, at=at or now(), around=around, papers=papers)]


class Snapshot(NamedTuple):
    """Facts, and until when they stay true if nothing happens: then something in the record becomes too old to count."""

    facts: CoordinatorFacts
    until: datetime | None


def load(
    ids: Collection[int] | None, *, at: datetime, around: Span | None = None, papers: Agreements | None = None
) -> list[Snapshot]:
    """`coordinator_facts`, each with how long it holds."""
    near = around.widened(WEEK_AND_REST) if around else None
    since, until = (near.start, near.end) if near else (at - timedelta(minutes=WEEK_AND_REST), None)
    with as_system():
        people = session.execute(_people(ids)).all()
        credentials = _credentials(ids)
        past_of = history.read(ids, at, since, until)
        papers = papers or agreements(facilities=(), coordinators=ids)
    found = []
    for row in people:
        key = row.id
        told = _Preferences.read(row.preferences)
        past = past_of[key]
        person = CoordinatorFacts(
            id=key,
            name=row.name,
            country=row.country,
            zone=row.time_zone,
            work_state=row.work_state or None,
            home_state=row.work_state or None,  # remote work is done at home: one state serves as both
            active=row.active and row.state is CoordinatorState.ACTIVE,
            exclusion_hold=row.exclusion_hold,
            service_lines=frozenset(row.service_lines),
            languages=at_level(row.languages),
            ehr=at_level(row.ehr),
            education=row.education.value,
            years_experience=row.years_experience,
            credentials=tuple(credentials[key]),
            agreements=papers.of_coordinators.get(key, ()),
            min_pay_cents=row.min_pay_cents,
            max_week_minutes=row.max_week_minutes,
            rest_minutes=row.rest_minutes,
            availability=tuple(_window(*window) for window in row.windows or ()),
            time_off=tuple(past.off),
            bookings=tuple(past.booked),
            blocked_facilities=told.blocked,
            blocked_by_facilities=told.blocked_by,
            favourite_facilities=told.favourites,
            favourite_of_facilities=told.favourite_of,
            rating_hundredths=int(row.rating * 100) if row.rating is not None else None,
            reliability=past.reliability,
            facility_minutes=dict(past.facility_minutes),
            offers_recently=past.offers,
            fills_recently=past.fills,
        )
        found.append(Snapshot(person, past.until))
    return found


def _people(ids: Collection[int] | None) -> Select[*tuple[Any, ...]]:
    """One row a coordinator, with the weekly windows and the preferences of both sides as lists."""
    window = AvailabilityWindow
    windows = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(window.weekday, window.start_minute, window.end_minute),
                    window.weekday,
                    window.start_minute,
                )
            )
        )
        .where(window.coordinator_id == Coordinator.id)
        .scalar_subquery()
    )
    preferences = (
        select(func.jsonb_agg(func.jsonb_build_array(Preference.facility_id, Preference.side, Preference.kind)))
        .where(Preference.coordinator_id == Coordinator.id, Preference.ended_at.is_(None))
        .scalar_subquery()
    )
    rows = (
        select(
            Coordinator.id, Coordinator.state, Coordinator.country, Coordinator.work_state, Coordinator.time_zone,
            Coordinator.service_lines, Coordinator.languages, Coordinator.ehr, Coordinator.years_experience,
            Coordinator.education, Coordinator.min_pay_cents, Coordinator.max_week_minutes, Coordinator.rest_minutes,
            Coordinator.rating, Coordinator.exclusion_hold, Person.name, Person.active,
            windows.label("windows"), preferences.label("preferences"),
        )
        .join(Person, Person.id == Coordinator.person_id)
        .order_by(Coordinator.id)
    )  # fmt: skip
    if ids is None:
        return rows.where(Coordinator.state == CoordinatorState.ACTIVE, Person.active)
    return rows.where(Coordinator.id.in_(ids))


@lru_cache(maxsize=4096)
def _window(weekday: int, start_minute: int, end_minute: int) -> Window:
    """The table runs past 1440 overnight; the facts begin the next day anew."""
    return Window(weekday, start_minute, end_minute if end_minute <= 1440 else end_minute - 1440)


class _Preferences(NamedTuple):
    blocked: frozenset[int]
    blocked_by: frozenset[int]
    favourites: frozenset[int]
    favourite_of: frozenset[int]

    @classmethod
    def read(cls, rows: Sequence[Sequence[Any]] | None) -> "_Preferences":
        if not rows:
            return _NO_PREFERENCES

        def those(side: PreferenceSide, kind: PreferenceKind) -> frozenset[int]:
            return frozenset(facility for facility, by, what in rows if (by, what) == (side.value, kind.value))

        return cls(
            those(PreferenceSide.COORDINATOR, PreferenceKind.BLOCK),
            those(PreferenceSide.FACILITY, PreferenceKind.BLOCK),
            those(PreferenceSide.COORDINATOR, PreferenceKind.FAVOURITE),
            those(PreferenceSide.FACILITY, PreferenceKind.FAVOURITE),
        )


_NO_PREFERENCES = _Preferences(frozenset(), frozenset(), frozenset(), frozenset())


def _credentials(ids: Collection[int] | None) -> dict[int, list[CredentialFacts]]:
    rows = (
        select(
            Credential.coordinator_id, Credential.type, Credential.number, Credential.issued_on, Credential.expires_on,
            Credential.state, Credential.region, Credential.multistate,
        )
        .where(Credential.state.in_(list(VerificationState)))
        .order_by(Credential.id)
    )  # fmt: skip
    if ids is not None:
        rows = rows.where(Credential.coordinator_id.in_(ids))
    found: dict[int, list[CredentialFacts]] = defaultdict(list)
    for coordinator, kind, number, issued, expires, state, region, multistate in session.execute(rows):
        found[coordinator].append(
            CredentialFacts(
                type=kind,
                number=number,
                issued_on=issued or date.min,  # no date of issue on the paper: nothing says it did not hold
                expires_on=expires,
                verification=VerificationState(state),
                state=region or None,
                multistate=multistate,
            )
        )
    return found
