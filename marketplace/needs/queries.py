"""Which needs a person sees, what a facility posted before, and the contract a posting stands on."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.catalogue.models import ServiceLine
from marketplace.contracts.models import Agreement, AgreementKind, RateRow
from marketplace.contracts.rules import AgreementState
from marketplace.db import Audience, Share, as_system, seen_by, session
from marketplace.facilities.models import Facility
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import NeedState, ShiftState


def visible_to(person: Person) -> Select[Need]:
    """The agency sees every need, a facility its own, a coordinator those that have been posted."""
    posted = Need.state != NeedState.DRAFT
    return seen_by(person, select(Need), facility=Need.facility_id, coordinator=Share.ALL, coordinator_if=[posted])


def shifts_visible_to(person: Person) -> Select[Shift]:
    """The shifts of the needs `visible_to` gives."""
    return seen_by(person, select(Shift), facility=Shift.facility_id, coordinator=Share.ALL)


def with_details(needs: Select[Need]) -> Select[Need]:
    """With everything a page about one need shows, except its shifts."""
    return needs.options(
        joinedload(Need.facility).joinedload(Facility.sites),
        joinedload(Need.site),
        joinedload(Need.line),
        joinedload(Need.posted_by),
    )


def active_contract(facility_id: int) -> Agreement | None:
    """The facility's active master agreement with its rate card, in one statement; None when there is none.

    The card comes with what is paid, which a shift takes over and a facility must not be shown: hence the system.
    """
    with as_system():
        found = session.scalars(
            select(Agreement)
            .where(
                Agreement.facility_id == facility_id,
                Agreement.kind == AgreementKind.MASTER,
                Agreement.state == AgreementState.ACTIVE,
            )
            .options(joinedload(Agreement.rates).undefer(RateRow.pay_cents))
        )
        return found.unique().one_or_none()


def with_sites(person: Person) -> Select[Facility]:
    """The facilities a person may post for, with their sites: a facility for itself, the agency for any."""
    facilities = select(Facility).options(joinedload(Facility.sites)).order_by(Facility.name)
    if person.audience is Audience.AGENCY:
        return facilities
    return facilities.where(Facility.id == person.facility_id)


def facilities_to_post_for(person: Person) -> list[Facility]:
    """Those of `with_sites`, by name."""
    return list(session.scalars(with_sites(person)).unique())


def posted_before(facility_id: int, most: int = 3) -> list[Need]:
    """The last needs of a facility that differ in kind of work, hours or days: what it may want to post again."""
    different = (
        select(func.max(Need.id))
        .where(Need.facility_id == facility_id, Need.posted_at.is_not(None))
        .group_by(Need.service_line, Need.starts_local, Need.ends_local, Need.repeat)
        .order_by(func.max(Need.id).desc())
        .limit(most)
    )
    return list(
        session.scalars(
            select(Need).where(Need.id.in_(different)).order_by(Need.id.desc()).options(joinedload(Need.line))
        )
    )


def last_like(facility_id: int, line: str) -> Need | None:
    """The need of that kind of work the facility posted last."""
    return session.scalars(
        select(Need)
        .where(Need.facility_id == facility_id, Need.service_line == line, Need.posted_at.is_not(None))
        .order_by(Need.id.desc())
        .limit(1)
    ).one_or_none()


def last_days(needs: Sequence[Need]) -> dict[int, date]:
    """The local day of the last shift of each need that has one, by the need's id."""
    rows = session.execute(
        select(Shift.need_id, func.max(Shift.local_day))
        .where(Shift.need_id.in_([need.id for need in needs]), Shift.state != ShiftState.CANCELLED)
        .group_by(Shift.need_id)
    )
    return {row[0]: row[1] for row in rows}


def extent(need_id: int) -> tuple[int, date, date]:
    """The number of shifts of a posted need, and the local days of the first and the last."""
    row = session.execute(
        select(func.count(), func.min(Shift.local_day), func.max(Shift.local_day)).where(Shift.need_id == need_id)
    ).one()
    return row[0], row[1], row[2]


def lines_in_use(facility_id: int) -> list[str]:
    """Codes of the kinds of work that a facility asks for at the moment, in catalogue order."""
    rows = select(ServiceLine.code).where(
        ServiceLine.code.in_(
            select(Need.service_line).where(Need.facility_id == facility_id, Need.state == NeedState.OPEN)
        )
    )
    return list(session.scalars(rows.order_by(ServiceLine.position)))
