"""The steps of a facility from its registration to its first paid invoice."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select

from marketplace.accounts.models import Invitation, Membership
from marketplace.accounts.permissions import Permission, Role
from marketplace.assignments.models import Assignment
from marketplace.assignments.queries import taken_seats
from marketplace.billing.models import Invoice
from marketplace.billing.queries import status_is
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.db import session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.kernel import Phrase
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import ShiftState
from marketplace.onboarding.steps.agreements import agreements_of, progress, step_of_agency, step_of_party
from marketplace.onboarding.steps.checklist import ChecklistStatus, ChecklistStep, missing, standing_of
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.queries import WAITING
from marketplace.timesheets.rules import EntryState


def steps_of_facility(facility: Facility, at: datetime, *, for_agency: bool = False) -> list[ChecklistStep]:
    """Its steps as the facility reads them, or with `for_agency` as the agency does: one statement."""
    facts = _facts(facility, at)
    before = _until_active(facility, facts, for_agency)
    return [*before, _activation(facility, before, for_agency), *_first_work(facility, facts, for_agency)]


def missing_of_facility(facility: Facility, at: datetime, for_agency: bool = True) -> list[Phrase]:
    """The titles of the steps that stand in the way of its activation."""
    return [step.title for step in missing(steps_of_facility(facility, at, for_agency=for_agency))]


def _facts(facility: Facility, at: datetime) -> Any:
    owner = (Membership.role == Role.FACILITY_OWNER, Membership.active)
    own = Membership.organisation_id == facility.id
    open_invitation = (
        Invitation.organisation_id == facility.id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > at,
    )
    waiting_shift = (
        select(func.min(Shift.id))
        .where(
            Shift.facility_id == facility.id,
            Shift.state == ShiftState.SCHEDULED,
            Shift.starts_at > at,
            taken_seats() < Shift.headcount,
        )
        .scalar_subquery()
    )
    open_invoice = (
        select(func.min(Invoice.id)).where(Invoice.facility_id == facility.id, status_is("open", at)).scalar_subquery()
    )
    worked = TimeEntry.facility_id == facility.id
    return session.execute(
        select(
            exists().where(own, *owner).label("has_owner"),
            exists().where(*open_invitation, Invitation.role == Role.FACILITY_OWNER).label("owner_invited"),
            (
                exists().where(own, Membership.active, Membership.role != Role.FACILITY_OWNER)
                | exists().where(*open_invitation)
            ).label("colleagues"),
            exists().where(Need.facility_id == facility.id, Need.posted_at.is_not(None)).label("posted"),
            exists().where(Assignment.facility_id == facility.id).label("staffed"),
            waiting_shift.label("open_shift"),
            exists().where(worked, TimeEntry.state == EntryState.APPROVED).label("approved"),
            exists().where(worked, WAITING).label("waiting_hours"),
            exists().where(Invoice.facility_id == facility.id, status_is("paid", at)).label("paid"),
            open_invoice.label("open_invoice"),
            agreements_of(Agreement.facility_id == facility.id).label("agreements"),
        )
    ).one()


def _until_active(facility: Facility, facts: Any, for_agency: bool) -> list[ChecklistStep]:
    agreements = progress(
        (AgreementKind.BAA, AgreementKind.MASTER),
        "facility",
        facility.id,
        facts.agreements,
        facts.has_owner,
    )
    if not for_agency:
        return [
            ChecklistStep(
                Phrase("Check your facts and sites"),
                Phrase("Place, time zone, records system, who pays, and whom we talk to."),
                standing_of(facility.facts_confirmed_at is not None),
                "facilities.settings",
                Phrase("Review"),
                Permission.FACILITY_SETTINGS,
            ),
            *(step_of_party(one) for one in agreements),
            ChecklistStep(
                Phrase("Invite colleagues"),
                Phrase("Schedulers post needs, approvers approve hours, billing sees invoices."),
                standing_of(facts.colleagues),
                "members.invitation",
                Phrase("Invite"),
                Permission.MEMBER_MANAGE,
                required=False,
            ),
        ]
    return [_owner(facility, facts), _their_facts(facility, facts), *(step_of_agency(one) for one in agreements)]


def _owner(facility: Facility, facts: Any) -> ChecklistStep:
    standing = ChecklistStatus.WAITING if facts.owner_invited else standing_of(facts.has_owner)
    if facts.has_owner:
        standing, hint = ChecklistStatus.DONE, Phrase("Somebody can sign in and sign for it.")
    elif facts.owner_invited:
        hint = Phrase("Invited; they have not accepted yet.")
    else:
        hint = Phrase("Nobody can sign in for it, so nobody can sign.")
    return ChecklistStep(
        Phrase("Its owner has an account"),
        hint,
        standing,
        "facilities.show" if facts.owner_invited else "facilities.invitation",
        Phrase("Invite an owner"),
        Permission.FACILITY_MANAGE,
        {"facility_id": facility.id},
        required=False,
    )


def _their_facts(facility: Facility, facts: Any) -> ChecklistStep:
    confirmed = facility.facts_confirmed_at is not None
    return ChecklistStep(
        Phrase("The facility confirms its facts and sites"),
        Phrase("Place, time zone, records system, who pays, and whom we talk to."),
        ChecklistStatus.DONE if confirmed else ChecklistStatus.WAITING,
        "facilities.show",
        Phrase("Look"),
        Permission.AGENCY_DESK,
        {"facility_id": facility.id},
    )


def _activation(facility: Facility, before: list[ChecklistStep], for_agency: bool) -> ChecklistStep:
    ready = not missing(before)
    if facility.state is not FacilityState.ONBOARDING:
        standing, hint = ChecklistStatus.DONE, Phrase("Needs can be posted.")
    elif not ready:
        standing, hint = ChecklistStatus.LATER, Phrase("Follows once the steps above are done.")
    elif for_agency:
        standing, hint = ChecklistStatus.TO_DO, Phrase("Everything is in place.")
    else:
        standing, hint = ChecklistStatus.WAITING, Phrase("Everything is in place: the agency activates you next.")
    return ChecklistStep(
        Phrase("Activation"),
        hint,
        standing,
        "onboarding.activate_facility",
        Phrase("Activate"),
        Permission.FACILITY_MANAGE,
        {"facility_id": facility.id},
        later=True,
        posts=True,
    )


def _first_work(facility: Facility, facts: Any, for_agency: bool) -> list[ChecklistStep]:
    active = facility.state is not FacilityState.ONBOARDING
    place = {"facility": facility.id} if for_agency else {}
    shift = {"shift_id": facts.open_shift} if facts.open_shift else {}
    invoice = {"invoice_id": facts.open_invoice} if facts.open_invoice else {}
    return [
        ChecklistStep(
            Phrase("Post your first need"),
            Phrase("Price and number of matching people are shown before you post.")
            if active
            else Phrase("Possible once the agency has activated you."),
            standing_of(facts.posted, active),
            "needs.new",
            Phrase("Post a need"),
            Permission.NEED_POST,
            place,
            later=True,
        ),
        ChecklistStep(
            Phrase("Choose who comes"),
            Phrase("Candidates stand in order, each with reasons; they answer on their phone."),
            standing_of(facts.staffed, active and facts.posted),
            "coverage.shift" if shift else "needs.new",
            Phrase("See the candidates") if shift else Phrase("Post a need"),
            Permission.OFFER_SEND,
            shift or place,
            later=True,
        ),
        ChecklistStep(
            Phrase("Approve the first hours"),
            Phrase("They come when the first shift was worked and handed in."),
            standing_of(facts.approved, facts.waiting_hours, awaited=facts.staffed),
            "timesheets.index",
            Phrase("Look at the hours"),
            Permission.TIMESHEET_APPROVE,
            place,
            later=True,
            waits_for=Phrase("Waiting for the coordinator"),
        ),
        ChecklistStep(
            Phrase("Pay the first invoice"),
            Phrase("The agency invoices the hours you have approved."),
            standing_of(facts.paid, bool(facts.open_invoice), awaited=facts.approved),
            "billing.invoice" if invoice else "billing.index",
            Phrase("See the invoice"),
            Permission.INVOICE_SEE,
            invoice,
            later=True,
        ),
    ]
