"""The people of the demo: the agency's staff, facilities with their contracts, coordinators with their papers."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from marketplace.accounts.agency_setup import name_agency
from marketplace.accounts.models import Membership, Organisation, OrganisationKind, Person
from marketplace.accounts.permissions import Role
from marketplace.accounts.queries import agency
from marketplace.contracts.agreement_text import hash_of, words_of
from marketplace.contracts.models import Agreement, AgreementKind, Overtime, RateRow
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import AvailabilityWindow, Coordinator, CoordinatorState, Education
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import session
from marketplace.demo.cast import STANDARD_RATES, CastFacility, Staff, Worker
from marketplace.facilities.models import Facility, FacilityState, Site


class Casting:
    """Writes people into the database. `password` is the hash that all of them share; `since` is when they came."""

    def __init__(self, employer: Organisation, password: str, since: datetime) -> None:
        self.agency, self.password, self.since = employer, password, since
        self._numbers = count(20_101)

    @classmethod
    def founding(cls, agency_name: str, password: str, since: datetime) -> "Casting":
        """For a database that holds nothing but the agency itself, which gets this name."""
        name_agency(agency_name)
        return cls(agency(), password, since)

    def staff(self, people: Iterable[Staff]) -> None:
        """The agency's own people."""
        for member in people:
            self._member(member.name, member.email, self.agency.id, member.role)

    def place(self, place: CastFacility) -> Facility:
        """A facility with its main site, people, active contract, rate card and BAA."""
        organisation = Organisation(kind=OrganisationKind.FACILITY, name=place.name)
        session.add(organisation)
        session.flush()
        owner = place.staff[0]
        facility = Facility(
            id=organisation.id,
            npi=place.npi,
            name=place.name,
            kind=place.kind,
            time_zone=place.time_zone,
            city=place.city,
            region=place.region,
            ehr=place.ehr,
            payer_mix=list(place.payer_mix),
            contact_name=owner.name,
            contact_email=owner.email,
            state=FacilityState.ACTIVE,
            created_at=self.since,
            facts_confirmed_at=self.since,
            monthly_budget_cents=place.budget_cents,
        )
        session.add(facility)
        session.flush()
        session.add(
            Site(facility_id=facility.id, name="Main", time_zone=place.time_zone, city=place.city, region=place.region)
        )
        signers = [self._member(member.name, member.email, facility.id, member.role) for member in place.staff]
        master = self._agreement(AgreementKind.MASTER, signers[0], facility_id=facility.id, facility=facility)
        master.net_days, master.overtime = place.net_days, Overtime(place.overtime)
        baa = self._agreement(AgreementKind.BAA, signers[0], facility_id=facility.id, facility=facility)
        session.add_all([master, baa])
        session.flush()
        session.add_all(
            RateRow(
                agreement_id=master.id,
                facility_id=facility.id,
                service_line=line,
                bill_cents=bill,
                pay_cents=pay,
                valid_from=master.effective_from,
            )
            for line, (bill, pay) in STANDARD_RATES.items()
        )
        session.flush()
        _put_in_words(master, baa)
        return facility

    def worker(self, worker: Worker, expires: date) -> Coordinator:
        """A coordinator with availability, a BAA, and papers verified until `expires`."""
        person = self._person(worker.name, worker.email)
        coordinator = Coordinator(
            person_id=person.id,
            person=person,
            state=CoordinatorState.ACTIVE,
            country=worker.country,
            work_state=worker.work_state,
            time_zone=worker.time_zone,
            service_lines=list(worker.service_lines),
            languages=list(worker.languages),
            ehr=list(worker.ehr),
            years_experience=worker.years,
            education=Education(worker.education),
            min_pay_cents=worker.min_pay_cents,
            max_week_minutes=worker.max_week_minutes,
            rating=Decimal(worker.rating),
        )
        session.add(coordinator)
        session.flush()
        session.add(
            Membership(
                person_id=person.id,
                organisation_id=self.agency.id,
                role=Role.COORDINATOR,
                coordinator_id=coordinator.id,
            )
        )
        days, start, end = worker.free
        session.add_all(
            AvailabilityWindow(coordinator_id=coordinator.id, weekday=day, start_minute=start * 60, end_minute=end * 60)
            for day in days
        )
        papers = [("hipaa-training", "", False), ("background-check", "", False)]
        papers += [(certificate, "", False) for certificate in worker.certificates]
        papers += [("rn-license", state, multistate) for state, multistate in worker.licenses]
        session.add_all(
            Credential(
                coordinator_id=coordinator.id,
                type=kind,
                number=f"{kind[:2].upper()}-{next(self._numbers)}",
                region=region,
                multistate=multistate,
                issued_on=self.since.date() - timedelta(days=30),
                expires_on=expires,
                state=CredentialState.VERIFIED,
                submitted_at=self.since,
                decided_at=self.since + timedelta(days=1),
            )
            for kind, region, multistate in papers
        )
        baa = self._agreement(AgreementKind.BAA, person, coordinator_id=coordinator.id, coordinator=coordinator)
        session.add(baa)
        session.flush()
        _put_in_words(baa)
        return coordinator

    def _agreement(self, kind: AgreementKind, signer: Person, **party: Any) -> Agreement:
        return Agreement(
            kind=kind,
            state=AgreementState.ACTIVE,
            effective_from=date(self.since.year, self.since.month, 1),
            signed_name=signer.name,
            signed_by_id=signer.id,
            signed_at=self.since,
            activated_at=self.since,
            **party,
        )

    def _member(self, name: str, email: str, organisation: int, role: Role) -> Person:
        person = self._person(name, email)
        session.add(Membership(person_id=person.id, organisation_id=organisation, role=role))
        return person

    def _person(self, name: str, email: str) -> Person:
        person = Person(
            name=name,
            email=email,
            password=self.password,
            confirmed_at=self.since,
        )
        session.add(person)
        session.flush()
        return person


def _put_in_words(*agreements: Agreement) -> None:
    """The text that was signed."""
    for agreement in agreements:
        agreement.body = words_of(agreement)
        agreement.body_sha256 = hash_of(agreement.body)
    session.flush()
