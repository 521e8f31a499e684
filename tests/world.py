"""The cast in a real database: an agency, two facilities with contracts, five coordinators with papers in order.

`world.rosa`, `world.maya`, `world.harbor` … are looked up afresh, so a test may change them and look again. The clock of
the tests stands at Tuesday, 24 November 2026, 15:00 UTC (9:00 am in Chicago).
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Membership, Organisation, OrganisationKind, Person
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import Coordinator
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.demo import cast
from marketplace.demo.people import Casting
from marketplace.facilities.models import Facility
from marketplace.kernel import Span, local_instant
from marketplace.kernel.spans import check_year
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.rules import NeedState

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
PASSWORD = cast.DEMO_PASSWORD

STAFF = {staff.name.split()[0].lower(): staff for staff in cast.AGENCY_STAFF} | {
    staff.name.split()[0].lower(): staff for place in cast.PLACES[:2] for staff in place.staff
}


def local_span(day: date, start: time, end: time, zone: ZoneInfo | str) -> Span:
    """From `start` to `end` on the wall of a place; overnight when the end is not after the start."""
    check_year(day)
    last = day if end > start else day + timedelta(days=1)
    return Span(local_instant(day, start, zone), local_instant(last, end, zone))


class World:
    """Looks things up and makes more of them, as the system (no row is hidden from the test itself)."""

    def __init__(self) -> None:
        bind_actor(SYSTEM)

    # --- people ---

    def __getattr__(self, name: str) -> Any:
        """`world.rosa` a Person acting under their membership; `world.maya` a Coordinator; `world.harbor` a Facility."""
        if name in STAFF:
            return self.person(STAFF[name].email)
        for worker in cast.WORKERS:
            if worker.key == name:
                return self.coordinator(worker.email)
        for place in cast.PLACES[:2]:
            if place.key == name:
                return (
                    session.scalars(
                        select(Facility).where(Facility.npi == place.npi).options(joinedload(Facility.sites))
                    )
                    .unique()
                    .one()
                )
        raise AttributeError(name)

    def person(self, email: str) -> Person:
        """Somebody by address, acting under their first membership."""
        person = (
            session.scalars(
                select(Person)
                .where(Person.email == email)
                .options(joinedload(Person.memberships).joinedload(Membership.organisation))
            )
            .unique()
            .one()
        )
        person.acting = person.memberships[0] if person.memberships else None
        return person

    def coordinator(self, email: str) -> Coordinator:
        """A coordinator by address, with their person loaded."""
        coordinator = (
            session.scalars(
                select(Coordinator)
                .join(Coordinator.person)
                .where(Person.email == email)
                .options(
                    joinedload(Coordinator.person).joinedload(Person.memberships).joinedload(Membership.organisation)
                )
            )
            .unique()
            .one()
        )
        coordinator.person.acting = coordinator.person.memberships[0]
        return coordinator

    @property
    def agency(self) -> Organisation:
        return session.scalars(select(Organisation).where(Organisation.kind == OrganisationKind.AGENCY)).one()

    # --- work ---

    def need(
        self,
        facility: Facility | None = None,
        line: str = "prior-auth",
        day: date = date(2026, 11, 30),
        start: time = time(9),
        end: time = time(17),
        headcount: int = 1,
        mode: FillMode = FillMode.OFFER,
        state: NeedState = NeedState.OPEN,
        **more: Any,
    ) -> Need:
        """A posted need with one shift on `day` in the facility's zone."""
        facility = facility or self.harbor
        bill, pay = cast.STANDARD_RATES[line]
        agreement = self.contract(facility)
        need = Need(
            facility_id=facility.id,
            site_id=facility.sites[0].id,
            agreement_id=agreement.id if agreement else None,
            service_line=line,
            state=state,
            mode=mode,
            first_day=day,
            starts_local=start,
            ends_local=end,
            time_zone=facility.time_zone,
            headcount=headcount,
            bill_rate_cents=bill,
            pay_rate_cents=pay,
            posted_at=NOW,
            **{"languages": ["en"], **more},
        )
        session.add(need)
        session.flush()
        span = local_span(day, start, end, facility.time_zone)
        session.add(
            Shift(
                need_id=need.id,
                facility_id=facility.id,
                service_line=line,
                local_day=day,
                time_zone=facility.time_zone,
                starts_at=span.start,
                ends_at=span.end,
                headcount=headcount,
                open_to_all=mode is FillMode.FIRST_COME,
                bill_rate_cents=bill,
                pay_rate_cents=pay,
            )
        )
        session.flush()
        return need

    def shift(self, *args: Any, **more: Any) -> Shift:
        """The shift of a new need (see `need`)."""
        need = self.need(*args, **more)
        return session.scalars(
            select(Shift)
            .where(Shift.need_id == need.id)
            .options(joinedload(Shift.need), joinedload(Shift.facility), joinedload(Shift.line))
        ).one()

    def contract(self, facility: Facility) -> Agreement | None:
        """The facility's active master agreement."""
        return session.scalars(
            select(Agreement).where(
                Agreement.facility_id == facility.id,
                Agreement.kind == AgreementKind.MASTER,
                Agreement.state == AgreementState.ACTIVE,
            )
        ).one_or_none()


def build(hash_of_password: str) -> None:
    """Write the cast into an empty, migrated database and commit. Runs once for the template of all tests."""
    bind_actor(SYSTEM)
    casting = Casting.founding(cast.AGENCY, hash_of_password, datetime(2026, 1, 20, 12, tzinfo=UTC))
    casting.staff(cast.AGENCY_STAFF)
    for place in cast.PLACES[:2]:
        casting.place(place)
    for worker in cast.WORKERS:
        casting.worker(worker, expires=date(2027, 12, 31))
    session.commit()
    session.remove()
