"""The steps of a coordinator from the invitation to the first pay."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from marketplace.accounts.models import Membership
from marketplace.accounts.permissions import Permission
from marketplace.assignments.models import Assignment
from marketplace.catalogue.models import CredentialType
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.coordinators.models import AvailabilityWindow, Coordinator, CoordinatorState
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import as_system, session
from marketplace.kernel import JoinedList, Phrase, local_day, named
from marketplace.needs.models import CalendarLink
from marketplace.onboarding.steps.agreements import agreements_of, progress, step_of_agency, step_of_party
from marketplace.onboarding.steps.checklist import ChecklistStatus, ChecklistStep, missing, standing_of
from marketplace.payouts.models import Payout
from marketplace.payouts.rules import PayoutState
from marketplace.timesheets.models import TimeEntry


def steps_of_coordinator(coordinator: Coordinator, at: datetime, *, for_agency: bool = False) -> list[ChecklistStep]:
    """Their steps as they read them, or with `for_agency` as the agency does: three statements."""
    facts = _facts(coordinator)
    before = [
        *_own_words(coordinator, facts, for_agency),
        _credentials(coordinator, at, for_agency),
        *_agreements(coordinator, facts, for_agency),
    ]
    return [*before, _activation(coordinator, before, for_agency), *_first_work(coordinator, facts)]


def missing_of_coordinator(coordinator: Coordinator, at: datetime, for_agency: bool = False) -> list[Phrase]:
    """The titles of the steps that stand in the way of their activation."""
    return [step.title for step in missing(steps_of_coordinator(coordinator, at, for_agency=for_agency))]


def _facts(coordinator: Coordinator) -> Any:
    key = coordinator.id
    calendar = select(CalendarLink).join(Membership, CalendarLink.membership_id == Membership.id)
    with as_system():  # secret addresses are nobody's to read; that there is one is all that is asked
        return session.execute(
            select(
                exists().where(Membership.coordinator_id == key, Membership.active).label("has_account"),
                exists().where(AvailabilityWindow.coordinator_id == key).label("has_hours"),
                calendar.where(Membership.coordinator_id == key).exists().label("has_calendar"),
                exists().where(Assignment.coordinator_id == key).label("booked"),
                exists().where(TimeEntry.coordinator_id == key).label("worked"),
                exists().where(TimeEntry.coordinator_id == key, TimeEntry.submitted_at.is_not(None)).label("handed_in"),
                exists().where(Payout.coordinator_id == key, Payout.state == PayoutState.PAID).label("paid"),
                agreements_of(Agreement.coordinator_id == key).label("agreements"),
            )
        ).one()


def _own_words(coordinator: Coordinator, facts: Any, for_agency: bool) -> list[ChecklistStep]:
    page = {"coordinator_id": coordinator.id} if for_agency else {}
    profile = bool(coordinator.facts_confirmed_at and coordinator.service_lines)

    def theirs(done: bool) -> ChecklistStatus:
        return ChecklistStatus.WAITING if for_agency and not done else standing_of(done)

    return [
        ChecklistStep(
            Phrase("The coordinator confirms the profile") if for_agency else Phrase("Check your profile"),
            Phrase("What you do, languages, systems, experience, lowest pay."),
            theirs(profile),
            "coordinators.show" if for_agency else "coordinators.profile",
            Phrase("Look") if for_agency else Phrase("Review"),
            None,
            page,
        ),
        ChecklistStep(
            Phrase("The coordinator says when they are free") if for_agency else Phrase("Say when you are free"),
            Phrase("Your typical week; only shifts inside it are offered."),
            theirs(facts.has_hours),
            "coordinators.show" if for_agency else "availability.index",
            Phrase("Look") if for_agency else Phrase("Set hours"),
            None,
            page,
        ),
    ]


def _credentials(coordinator: Coordinator, at: datetime, for_agency: bool) -> ChecklistStep:
    wanted = session.scalars(
        select(CredentialType).where(CredentialType.blocks_work).order_by(CredentialType.position)
    ).all()
    valid = _valid(coordinator, at)
    verified, waiting = valid[CredentialState.VERIFIED], valid[CredentialState.SUBMITTED]
    unseen = [kind for kind in wanted if kind.code not in verified | waiting]
    unchecked = [kind for kind in wanted if kind.code in waiting.keys() - verified.keys()]
    endpoint, act = "credentials.mine", Phrase("Upload")
    arguments: dict[str, Any] = {}
    if for_agency and unchecked:
        standing, hint = ChecklistStatus.TO_DO, Phrase("Uploaded, to be checked: %(names)s.", names=_names(unchecked))
        endpoint, arguments = "credentials.show", {"credential_id": waiting[unchecked[0].code]}
        act = Phrase("Check it")
    elif unseen:
        standing = ChecklistStatus.WAITING if for_agency else ChecklistStatus.TO_DO
        hint = Phrase("Missing: %(names)s.", names=_names(unseen))
        endpoint, arguments = "credentials.new", {"type": unseen[0].code}
    elif unchecked:
        standing = ChecklistStatus.WAITING
        hint = Phrase("The agency is looking at: %(names)s.", names=_names(unchecked))
    else:
        standing, hint = ChecklistStatus.DONE, Phrase("Verified: %(names)s.", names=_names(wanted))
    return ChecklistStep(
        Phrase("The credentials are verified") if for_agency else Phrase("Upload your credentials"),
        hint,
        standing,
        endpoint,
        act,
        Permission.AGENCY_DESK if for_agency else Permission.CREDENTIAL_UPLOAD,
        arguments,
    )


def _names(kinds: Sequence[CredentialType]) -> JoinedList:
    return JoinedList([named(kind) for kind in kinds], ", ")


def _valid(coordinator: Coordinator, at: datetime) -> dict[CredentialState, dict[str, int]]:
    """The credentials that count today: by state, the id of one of each type."""
    today = local_day(at, coordinator.time_zone)
    found: dict[CredentialState, dict[str, int]] = defaultdict(dict)
    for state, kind, key in session.execute(
        select(Credential.state, Credential.type, Credential.id).where(
            Credential.coordinator_id == coordinator.id,
            Credential.state.in_([CredentialState.SUBMITTED, CredentialState.VERIFIED]),
            Credential.expires_on.is_(None) | (Credential.expires_on >= today),
        )
    ):
        found[state][kind] = key
    return found


def _agreements(coordinator: Coordinator, facts: Any, for_agency: bool) -> list[ChecklistStep]:
    found = progress(
        (AgreementKind.BAA,),
        "coordinator",
        coordinator.id,
        facts.agreements,
        facts.has_account,
    )
    return [step_of_agency(one) if for_agency else step_of_party(one) for one in found]


def _activation(coordinator: Coordinator, before: list[ChecklistStep], for_agency: bool) -> ChecklistStep:
    if coordinator.state is not CoordinatorState.ONBOARDING:
        standing, hint = ChecklistStatus.DONE, Phrase("Shifts that fit are offered.")
    elif missing(before):
        standing, hint = ChecklistStatus.LATER, Phrase("Follows once the steps above are done.")
    elif for_agency:
        standing, hint = ChecklistStatus.TO_DO, Phrase("Everything is in place.")
    else:
        standing, hint = ChecklistStatus.WAITING, Phrase("Everything is in place: the agency activates you next.")
    return ChecklistStep(
        Phrase("Activation"),
        hint,
        standing,
        "onboarding.activate_coordinator",
        Phrase("Activate"),
        Permission.COORDINATOR_MANAGE,
        {"coordinator_id": coordinator.id},
        later=True,
        posts=True,
    )


def _first_work(coordinator: Coordinator, facts: Any) -> list[ChecklistStep]:
    active = coordinator.state is not CoordinatorState.ONBOARDING
    return [
        ChecklistStep(
            Phrase("Add your shifts to your calendar"),
            Phrase("A link for the calendar of your phone."),
            standing_of(facts.has_calendar),
            "schedule.subscription",
            Phrase("Get the link"),
            Permission.COORDINATOR_DESK,
            required=False,
        ),
        ChecklistStep(
            Phrase("Accept your first shift"),
            Phrase("Offers come by mail and stand on your first page.")
            if active
            else Phrase("Possible once the agency has activated you."),
            standing_of(facts.booked, active),
            "booking.offers",
            Phrase("See the offers"),
            Permission.OFFER_ANSWER,
            later=True,
        ),
        ChecklistStep(
            Phrase("Hand in your first hours"),
            Phrase("Clock in and out at the shift; the week is handed in with one tap."),
            standing_of(facts.handed_in, facts.booked),
            "timesheets.index" if facts.worked else "attendance.clock",
            Phrase("Look at your hours") if facts.worked else Phrase("Open the clock"),
            Permission.TIMESHEET_SUBMIT,
            later=True,
        ),
        ChecklistStep(
            Phrase("Your first pay"),
            Phrase("The agency pays approved hours with its next pay run."),
            standing_of(facts.paid, False, awaited=facts.handed_in),
            "payouts.earnings",
            Phrase("See your earnings"),
            Permission.EARNINGS_SEE,
            later=True,
        ),
    ]
