"""Which agreements a person sees, and the cards they carry."""

from contextlib import nullcontext
from datetime import date

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import joinedload, undefer

from marketplace.accounts.models import Invitation, Membership, Person
from marketplace.accounts.permissions import Permission, Role
from marketplace.accounts.queries import agency, members_of
from marketplace.contracts.models import Agreement, AgreementKind, Party, RateRow, StandardRate
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import Coordinator
from marketplace.db import Audience, as_system, current_actor, found_in, seen_by, session
from marketplace.facilities.models import Facility


def visible_to(person: Person) -> Select[Agreement]:
    """The agency sees all; a facility and a coordinator their own, once sent."""
    agreements = select(Agreement)
    if not person.may(Permission.CONTRACT_SEE):
        return agreements.where(false())
    sent = Agreement.state != AgreementState.DRAFT
    return seen_by(
        person,
        agreements,
        facility=Agreement.facility_id,
        facility_if=[sent],
        coordinator=Agreement.coordinator_id,
        coordinator_if=[sent],
    )


def with_details(agreements: Select[Agreement]) -> Select[Agreement]:
    """With the party and whoever signed; the card is read by `card_of`."""
    return agreements.options(
        joinedload(Agreement.facility),
        joinedload(Agreement.coordinator).joinedload(Coordinator.person),
        joinedload(Agreement.signed_by),
    )


def in_list(
    person: Person, kind: AgreementKind | None = None, state: AgreementState | None = None, text: str = ""
) -> Select[Agreement]:
    """The list under its filters: what needs somebody first (draft, sent, signed), then active, then the past."""
    found = with_details(visible_to(person))
    if kind is not None:
        found = found.where(Agreement.kind == kind)
    if state is not None:
        found = found.where(Agreement.state == state)
    if text:
        named = select(Coordinator.id).join(Coordinator.person).where(found_in(Person.name, text))
        found = found.where(
            or_(
                Agreement.facility_id.in_(select(Facility.id).where(found_in(Facility.name, text))),
                Agreement.coordinator_id.in_(named),
            )
        )
    open_states = (AgreementState.SIGNED, AgreementState.SENT, AgreementState.DRAFT)
    return found.order_by(
        Agreement.state.in_(open_states).desc(), (Agreement.state == AgreementState.ACTIVE).desc(), Agreement.id.desc()
    )


def card_of(agreement: Agreement, with_pay: bool) -> list[RateRow]:
    """The rows of its card. `with_pay` reads what is paid as well: for the agency, or where the contract is transparent."""
    rows = (
        select(RateRow)
        .where(RateRow.agreement_id == agreement.id)
        .order_by(RateRow.service_line, RateRow.earn_code, RateRow.valid_from)
    )
    if not with_pay:
        return list(session.scalars(rows))
    whole_rows = rows.options(undefer(RateRow.pay_cents)).execution_options(populate_existing=True)
    # The agency's role may read everything; a facility's may not read pay, so a transparent card is read for it.
    with nullcontext() if current_actor().audience is Audience.AGENCY else as_system():
        return list(session.scalars(whole_rows))


def standard_card() -> list[StandardRate]:
    """The agency's own card."""
    return list(session.scalars(select(StandardRate).order_by(StandardRate.service_line)))


def active(kind: AgreementKind, facility_id: int | None = None, coordinator_id: int | None = None) -> Agreement | None:
    """The agreement active now between the agency and that party; None without one."""
    return session.scalars(
        select(Agreement).where(
            Agreement.kind == kind,
            Agreement.facility_id == facility_id if facility_id else Agreement.facility_id.is_(None),
            Agreement.coordinator_id == coordinator_id if coordinator_id else Agreement.coordinator_id.is_(None),
            Agreement.state == AgreementState.ACTIVE,
        )
    ).one_or_none()


def baa_holds(facility_id: int, day: date) -> bool:
    """Whether a BAA with the facility is in force on that day; without one no shift can start there."""
    baa = active(AgreementKind.BAA, facility_id)
    return baa is not None and baa.holds_on(day)


def with_cards(except_id: int) -> list[Agreement]:
    """Master agreements whose card can be copied: active ones, by facility."""
    return list(
        session.scalars(
            select(Agreement)
            .join(Agreement.facility)
            .where(
                Agreement.kind == AgreementKind.MASTER,
                Agreement.state == AgreementState.ACTIVE,
                Agreement.id != except_id,
            )
            .options(joinedload(Agreement.facility))
            .order_by(Facility.name)
        )
    )


def signers(agreement: Agreement) -> list[Person]:
    """The people asked for a signature: the facility's owners, or the coordinator."""
    if agreement.coordinator_id is not None:
        found = select(Person).join(Coordinator, Coordinator.person_id == Person.id)
        return list(session.scalars(found.where(Coordinator.id == agreement.coordinator_id)))
    return members_of(agreement.facility_id or 0, [Role.FACILITY_OWNER])


def signers_with_account(agreement: Agreement) -> list[Person]:
    """Those of `signers` who can sign in: a coordinator has a person from the start, and an account once they have joined."""
    if agreement.coordinator_id is None:
        return signers(agreement)
    joined = select(Person).join(Membership, Membership.person_id == Person.id)
    return list(session.scalars(joined.where(Membership.coordinator_id == agreement.coordinator_id, Membership.active)))


def invitations_to_sign(agreement: Agreement) -> list[Invitation]:
    """The invitations of those who could sign, neither accepted nor withdrawn; some may be too old."""
    whose = (
        Invitation.coordinator_id == agreement.coordinator_id
        if agreement.coordinator_id is not None
        else (Invitation.organisation_id == agreement.facility_id) & (Invitation.role == Role.FACILITY_OWNER)
    )
    waiting = select(Invitation).where(whose, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    return list(session.scalars(waiting.order_by(Invitation.id.desc())))


def baa_under_way(facility_id: int | None) -> Agreement | None:
    """The BAA with a facility that is drafted, sent or signed, the furthest first; None when none is."""
    waiting = (AgreementState.DRAFT, AgreementState.SENT, AgreementState.SIGNED)
    found = select(Agreement).where(
        Agreement.facility_id == facility_id, Agreement.kind == AgreementKind.BAA, Agreement.state.in_(waiting)
    )
    return session.scalars(found.order_by(Agreement.signed_at.is_(None), Agreement.sent_at.is_(None)).limit(1)).first()


def sent_to_invited(invitation: Invitation) -> list[Agreement]:
    """The agreements that wait for the signature of whoever is invited: a facility's owner, or a coordinator."""
    if invitation.role is Role.FACILITY_OWNER:
        whose = Agreement.facility_id == invitation.organisation_id
    elif invitation.coordinator_id is not None:
        whose = Agreement.coordinator_id == invitation.coordinator_id
    else:
        return []
    found = with_details(select(Agreement).where(whose, Agreement.state == AgreementState.SENT))
    return list(session.scalars(found.order_by(Agreement.id)))


def contract_managers() -> list[Person]:
    """Those of the agency who look after contracts."""
    return members_of(agency().id, [Role.AGENCY_OWNER, Role.AGENCY_COMPLIANCE])


def party(kind: AgreementKind, facility_id: int | None, coordinator_id: int | None) -> Party | None:
    """With whom an agreement of that kind can be made: the facility, or for a BAA the coordinator, loaded with their person."""
    if facility_id:
        return session.get(Facility, facility_id)
    if kind is AgreementKind.BAA and coordinator_id:
        return session.scalars(
            select(Coordinator).where(Coordinator.id == coordinator_id).options(joinedload(Coordinator.person))
        ).one_or_none()
    return None


def amendment_under_way(agreement: Agreement) -> bool:
    """Whether a new version of it is drafted, sent or signed."""
    waiting = (AgreementState.DRAFT, AgreementState.SENT, AgreementState.SIGNED)
    found = select(Agreement.id).where(Agreement.supersedes_id == agreement.id, Agreement.state.in_(waiting))
    return session.scalars(found.limit(1)).first() is not None


def parties() -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Facilities and coordinators an agreement can be made with, each (id, name)."""
    facilities = session.execute(select(Facility.id, Facility.name).order_by(Facility.name)).all()
    coordinators = session.execute(
        select(Coordinator.id, Person.name).join(Coordinator.person).order_by(Person.name)
    ).all()
    return [(key, name) for key, name in facilities], [(key, name) for key, name in coordinators]
