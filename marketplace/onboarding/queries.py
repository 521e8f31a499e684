"""Which facilities and coordinators can be activated: the conditions of their checklists, in SQL, for lists of many."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, cast, exists, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.catalogue.models import CredentialType
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import AvailabilityWindow, Coordinator, CoordinatorState
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.onboarding.models import ActivationChoice
from marketplace.onboarding.rules import ActivationMode

_IN_FORCE = Agreement.state == AgreementState.ACTIVE


def facility_is_ready() -> ColumnElement[bool]:
    """Still getting started, and nothing of `steps_of_facility` is missing."""
    own = Agreement.facility_id == Facility.id
    return and_(
        Facility.state == FacilityState.ONBOARDING,
        Facility.facts_confirmed_at.is_not(None),
        exists().where(own, _IN_FORCE, Agreement.kind == AgreementKind.BAA).correlate(Facility),
        exists().where(own, _IN_FORCE, Agreement.kind == AgreementKind.MASTER).correlate(Facility),
    )


def coordinator_is_ready(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Still getting started, on no hold, and nothing of `steps_of_coordinator` is missing."""
    verified = (
        exists()
        .where(
            Credential.coordinator_id == Coordinator.id,
            Credential.type == CredentialType.code,
            Credential.state == CredentialState.VERIFIED,
            or_(
                Credential.expires_on.is_(None),
                Credential.expires_on >= cast(func.timezone(Coordinator.time_zone, at), Date),
            ),
        )
        .correlate(Coordinator, CredentialType)
    )
    return and_(
        Coordinator.state == CoordinatorState.ONBOARDING,
        Coordinator.facts_confirmed_at.is_not(None),
        func.cardinality(Coordinator.service_lines) > 0,
        Coordinator.exclusion_hold.is_(None),
        exists().where(AvailabilityWindow.coordinator_id == Coordinator.id).correlate(Coordinator),
        exists()
        .where(Agreement.coordinator_id == Coordinator.id, _IN_FORCE, Agreement.kind == AgreementKind.BAA)
        .correlate(Coordinator),
        ~exists().where(CredentialType.blocks_work, ~verified).correlate(Coordinator),
    )


def agreement_put_in_force(party: ColumnElement[Any]) -> ColumnElement[datetime | None]:
    """The moment the last agreement of a party came into force, for a statement about that party."""
    return select(func.max(Agreement.activated_at)).where(party, _IN_FORCE).scalar_subquery()


def last_choices(most: int) -> Select[ActivationChoice]:
    """What the agency chose about activation, the newest first, with who chose it."""
    newest_first = select(ActivationChoice).order_by(ActivationChoice.id.desc()).limit(most)
    return newest_first.options(joinedload(ActivationChoice.chosen_by))


def mode_in_force() -> ActivationMode:
    """What the agency chose last; offered until it chooses."""
    chosen = session.scalars(last_choices(1)).first()
    return chosen.mode if chosen is not None else ActivationMode.OFFERED
