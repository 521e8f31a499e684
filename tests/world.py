"""The cast in a real database: an agency, two facilities with contracts, five coordinators with papers in order.

`world.rosa`, `world.maya`, `world.harbor` … are looked up afresh, so a test may change them and look again. The clock of
the tests stands at Tuesday, 24 November 2026, 15:00 UTC (9:00 am in Chicago).
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Membership, Organisation, OrganisationKind, Person
from marketplace.accounts.permissions import Role
from marketplace.contracts.models import Agreement, AgreementKind, Overtime, RateRow
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import AvailabilityWindow, Coordinator, CoordinatorState, Education
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db.session import SYSTEM, bind_actor, session
from marketplace.demo import cast
from marketplace.facilities.models import Facility, FacilityState, Site
from marketplace.kernel.spans import local_span
from marketplace.needs.models import FillMode, Need, Shift
from marketplace.needs.rules import NeedState

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
PASSWORD = cast.DEMO_PASSWORD

STAFF = {staff.name.split()[0].lower(): staff for staff in cast.AGENCY_STAFF} | {
    staff.name.split()[0].lower(): staff for place in cast.PLACES[:2] for staff in place.staff
}


class World:
    """Looks things up and makes more of them, as the system (no row is hidden from the test itself)."""

    def __init__(self) -> None:
        bind_actor(SYSTEM)

    # --- people ---

    def __getattr__(self, name: str) -> Any:
        """`world.rosa` a Person acting under her membership; `world.maya` a Coordinator; `world.harbor` a Facility."""
        if name in STAFF:
            return self.person(STAFF[name].email)
        for worker in cast.WORKERS:
            if worker.key == name:
                return self.coordinator(worker.email)
        for place in cast.PLACES[:2]:
            if place.key == name:
                return session.scalars(
                    select(Facility).where(Facility.npi == place.npi).options(joinedload(Facility.sites))
                ).unique().one()  # fmt: skip
        raise AttributeError(name)

    def person(self, email: str) -> Person:
        """Somebody by address, acting under their first membership."""
        person = session.scalars(
            select(Person).where(Person.email == email).options(joinedload(Person.memberships).joinedload(Membership.organisation))
        ).unique().one()  # fmt: skip
        person.acting = person.memberships[0] if person.memberships else None
        return person

    def coordinator(self, email: str) -> Coordinator:
        """A coordinator by address, with her person loaded."""
        coordinator = session.scalars(
            select(Coordinator).join(Coordinator.person).where(Person.email == email)
            .options(joinedload(Coordinator.person).joinedload(Person.memberships).joinedload(Membership.organisation))
        ).unique().one()  # fmt: skip
        coordinator.person.acting = coordinator.person.memberships[0]
        return coordinator

    @property
    def agency(self) -> Organisation:
        return session.scalars(select(Organisation).where(Organisation.kind == OrganisationKind.AGENCY)).one()

    # --- work ---

    def need(self, facility: Facility | None = None, line: str = "prior-auth", day: date = date(2026, 11, 30),
             start: time = time(9), end: time = time(17), headcount: int = 1, mode: FillMode = FillMode.OFFER,
             state: NeedState = NeedState.OPEN, **more: Any) -> Need:  # fmt: skip
        """A posted need with one shift on `day` in the facility's zone."""
        facility = facility or self.harbor
        bill, pay = cast.STANDARD_RATES[line]
        agreement = self.contract(facility)
        need = Need(
            facility_id=facility.id, site_id=facility.sites[0].id, agreement_id=agreement.id if agreement else None, service_line=line, state=state,
            mode=mode, first_day=day, starts_local=start, ends_local=end, time_zone=facility.time_zone, headcount=headcount,
            bill_rate_cents=bill, pay_rate_cents=pay, posted_at=NOW, **{"languages": ["en"], **more},
        )  # fmt: skip
        session.add(need)
        session.flush()
        span = local_span(day, start, end, facility.time_zone)
        session.add(
            Shift(
                need_id=need.id, facility_id=facility.id, service_line=line, local_day=day, time_zone=facility.time_zone,
                starts_at=span.start, ends_at=span.end, headcount=headcount, open_to_all=mode is FillMode.FIRST_COME,
                bill_rate_cents=bill, pay_rate_cents=pay,
            )
        )  # fmt: skip
        session.flush()
        return need

    def shift(self, *args: Any, **more: Any) -> Shift:
        """The shift of a new need (see `need`)."""
        need = self.need(*args, **more)
        return session.scalars(
            select(Shift).where(Shift.need_id == need.id).options(joinedload(Shift.need), joinedload(Shift.facility), joinedload(Shift.line))
        ).one()  # fmt: skip

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
    agency = Organisation(kind=OrganisationKind.AGENCY, name=cast.AGENCY)
    session.add(agency)
    session.flush()
    for staff in cast.AGENCY_STAFF:
        _member(staff.name, staff.email, hash_of_password, agency.id, staff.role)
    for place in cast.PLACES[:2]:
        _place(place, hash_of_password)
    for worker in cast.WORKERS:
        _worker(worker, hash_of_password, agency.id)
    session.commit()
    session.remove()


def _member(name: str, email: str, password: str, organisation: int, role: Role, coordinator: int | None = None) -> None:
    person = _person(name, email, password)
    session.add(Membership(person_id=person.id, organisation_id=organisation, role=role, coordinator_id=coordinator))


def _person(name: str, email: str, password: str) -> Person:
    person = Person(name=name, email=email, password=password, fs_uniquifier=f"cast-{email}", confirmed_at=NOW)
    session.add(person)
    session.flush()
    return person


def _place(place: cast.Place, password: str) -> None:
    organisation = Organisation(kind=OrganisationKind.FACILITY, name=place.name)
    session.add(organisation)
    session.flush()
    session.add(
        Facility(
            id=organisation.id, npi=place.npi, name=place.name, kind=place.kind, time_zone=place.time_zone, city=place.city,
            region=place.region, ehr=place.ehr, payer_mix=list(place.payer_mix), net_days=place.net_days,
            contact_name=place.staff[0].name, contact_email=place.staff[0].email, state=FacilityState.ACTIVE,
            monthly_budget_cents=place.budget_cents,
        )
    )  # fmt: skip
    session.flush()
    session.add(Site(facility_id=organisation.id, name="Main", time_zone=place.time_zone, city=place.city, region=place.region))
    for staff in place.staff:
        _member(staff.name, staff.email, password, organisation.id, staff.role)
    since = date(2026, 1, 1)
    signed = {"signed_name": place.staff[0].name, "signed_at": NOW - timedelta(days=300), "activated_at": NOW - timedelta(days=300)}
    master = Agreement(
        kind=AgreementKind.MASTER, facility_id=organisation.id, state=AgreementState.ACTIVE, effective_from=since,
        net_days=place.net_days, overtime=Overtime(place.overtime), **signed,
    )  # fmt: skip
    baa = Agreement(
        kind=AgreementKind.BAA, facility_id=organisation.id, state=AgreementState.ACTIVE, effective_from=since, **signed
    )
    session.add_all([master, baa])
    session.flush()
    for line, (bill, pay) in cast.STANDARD_RATES.items():
        session.add(
            RateRow(
                agreement_id=master.id, facility_id=organisation.id, service_line=line, bill_cents=bill, pay_cents=pay,
                valid_from=since,
            )
        )  # fmt: skip


def _worker(worker: cast.Worker, password: str, agency: int) -> None:
    person = _person(worker.name, worker.email, password)
    coordinator = Coordinator(
        person_id=person.id, state=CoordinatorState.ACTIVE, country=worker.country, work_state=worker.work_state,
        time_zone=worker.time_zone, service_lines=list(worker.service_lines), languages=list(worker.languages),
        ehr=list(worker.ehr), years_experience=worker.years, education=Education(worker.education),
        min_pay_cents=worker.min_pay_cents, max_week_minutes=worker.max_week_minutes, rating=Decimal(worker.rating),
    )  # fmt: skip
    session.add(coordinator)
    session.flush()
    session.add(
        Membership(person_id=person.id, organisation_id=agency, role=Role.COORDINATOR, coordinator_id=coordinator.id)
    )
    days, start, end = worker.free
    session.add_all(
        AvailabilityWindow(coordinator_id=coordinator.id, weekday=day, start_minute=start * 60, end_minute=end * 60)
        for day in days
    )
    papers = [("hipaa-training", "", False), ("background-check", "", False)]
    papers += [(certificate, "", False) for certificate in worker.certificates]
    papers += [("rn-license", state, multistate) for state, multistate in worker.licences]
    session.add_all(
        Credential(
            coordinator_id=coordinator.id, type=kind, number=f"{kind[:3].upper()}-{coordinator.id}{region}", region=region,
            multistate=multistate, issued_on=date(2026, 2, 1), expires_on=date(2027, 12, 31), state=CredentialState.VERIFIED,
            decided_at=NOW - timedelta(days=200),
        )
        for kind, region, multistate in papers
    )  # fmt: skip
    session.add(
        Agreement(
            kind=AgreementKind.BAA, coordinator_id=coordinator.id, state=AgreementState.ACTIVE,
            effective_from=date(2026, 1, 1), signed_name=worker.name, signed_at=NOW - timedelta(days=300),
            activated_at=NOW - timedelta(days=300),
        )
    )  # fmt: skip
