"""The steps left before the first shift: each is derived when asked, nothing is kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.accounts.models import Invitation, Membership
from marketplace.catalogue.models import CredentialType
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import AvailabilityWindow, Coordinator
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import as_system, session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.kernel import called, local_day
from marketplace.needs.models import CalendarLink, Need


class ChecklistStatus(StrEnum):
    """Done; to do; or done on this side and waiting for the agency."""

    DONE = "done"
    TO_DO = "to_do"
    WAITING = "waiting"


@dataclass(frozen=True)
class ChecklistStep:
    """One step of the list. `endpoint` is the page where it is done; one that is not `required` may stay undone."""

    title: str
    hint: str
    standing: ChecklistStatus
    endpoint: str
    act: str
    required: bool = True

    @property
    def done(self) -> bool:
        return self.standing is ChecklistStatus.DONE


def missing(steps: Sequence[ChecklistStep]) -> list[ChecklistStep]:
    """The required steps that are not done."""
    return [step for step in steps if step.required and not step.done]


# ---- facilities -------------------------------------------------------------------------------------------------


def steps_of_facilities(facilities: Sequence[Facility], at: datetime) -> dict[int, list[ChecklistStep]]:
    """The five steps of each facility, by its id: four statements, however many facilities."""
    ids = [facility.id for facility in facilities]
    papers = _agreements(Agreement.facility_id.in_(ids))
    members = _counts(Membership.organisation_id, Membership.organisation_id.in_(ids), Membership.active.is_(True))
    invited = _counts(
        Invitation.organisation_id,
        Invitation.organisation_id.in_(ids),
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > at,
    )
    needs = _counts(Need.facility_id, Need.facility_id.in_(ids), Need.posted_at.is_not(None))
    return {
        one.id: [
            ChecklistStep(
                _("Check your facts and sites"),
                _("Place, time zone, records system, who pays, and whom we talk to."),
                ChecklistStatus.DONE if one.facts_confirmed_at else ChecklistStatus.TO_DO,
                "facilities.settings",
                _("Review"),
            ),
            _paper(AgreementKind.BAA, papers.get(one.id, {})),
            _paper(AgreementKind.MASTER, papers.get(one.id, {})),
            ChecklistStep(
                _("Invite colleagues"),
                _("Schedulers post needs, approvers approve hours, billing sees invoices."),
                ChecklistStatus.DONE if members.get(one.id, 0) + invited.get(one.id, 0) > 1 else ChecklistStatus.TO_DO,
                "members.index",
                _("Invite"),
                required=False,
            ),
            ChecklistStep(
                _("Post your first need"),
                _("Price and number of matching people are shown before you post.")
                if one.state is FacilityState.ACTIVE
                else _("Possible once the agency has activated you."),
                ChecklistStatus.DONE if needs.get(one.id) else ChecklistStatus.TO_DO,
                "needs.new",
                _("Post a need"),
                required=False,
            ),
        ]
        for one in facilities
    }


# ---- coordinators -----------------------------------------------------------------------------------------------


def steps_of_coordinators(coordinators: Sequence[Coordinator], at: datetime) -> dict[int, list[ChecklistStep]]:
    """The five steps of each coordinator, by their id: five statements, however many coordinators."""
    ids = [coordinator.id for coordinator in coordinators]
    papers = _agreements(Agreement.coordinator_id.in_(ids))
    windows = _counts(AvailabilityWindow.coordinator_id, AvailabilityWindow.coordinator_id.in_(ids))
    wanted = list(
        session.scalars(select(CredentialType).where(CredentialType.blocks_work).order_by(CredentialType.position))
    )
    shown = _credentials(ids)
    with as_system():  # secret addresses are nobody's to read; that there is one is all that is asked
        calendars = set(
            session.scalars(
                select(Membership.coordinator_id)
                .join(CalendarLink, CalendarLink.membership_id == Membership.id)
                .where(Membership.coordinator_id.in_(ids))
            )
        )
    return {
        one.id: [
            ChecklistStep(
                _("Check your profile"),
                _("What you do, languages, systems, experience, lowest pay."),
                ChecklistStatus.DONE if one.facts_confirmed_at and one.service_lines else ChecklistStatus.TO_DO,
                "coordinators.profile",
                _("Review"),
            ),
            ChecklistStep(
                _("Say when you are free"),
                _("Your typical week; only shifts inside it are offered."),
                ChecklistStatus.DONE if windows.get(one.id) else ChecklistStatus.TO_DO,
                "availability.index",
                _("Set hours"),
            ),
            _show_credentials(one, wanted, shown.get(one.id, []), at),
            _paper(AgreementKind.BAA, papers.get(one.id, {})),
            ChecklistStep(
                _("Add your shifts to your calendar"),
                _("A link for the calendar of your phone."),
                ChecklistStatus.DONE if one.id in calendars else ChecklistStatus.TO_DO,
                "schedule.subscription",
                _("Get the link"),
                required=False,
            ),
        ]
        for one in coordinators
    }


def _show_credentials(
    coordinator: Coordinator, wanted: Sequence[CredentialType], shown: Sequence[Credential], at: datetime
) -> ChecklistStep:
    today = local_day(at, coordinator.time_zone)
    valid = [one for one in shown if one.expires_on is None or one.expires_on >= today]
    verified = {one.type for one in valid if one.state is CredentialState.VERIFIED}
    handed_in = {one.type for one in valid if one.state is CredentialState.SUBMITTED}
    open_names = [called(kind) for kind in wanted if kind.code not in verified | handed_in]
    waiting_names = [called(kind) for kind in wanted if kind.code in handed_in - verified]
    if open_names:
        standing, hint = ChecklistStatus.TO_DO, _("Missing: %(names)s.", names=", ".join(open_names))
    elif waiting_names:
        standing, hint = (
            ChecklistStatus.WAITING,
            _("The agency is looking at: %(names)s.", names=", ".join(waiting_names)),
        )
    else:
        count = len(verified & {kind.code for kind in wanted})
        standing, hint = ChecklistStatus.DONE, ngettext("%(num)d verified.", "%(num)d verified.", count)
    return ChecklistStep(_("Upload your credentials"), hint, standing, "credentials.mine", _("Upload"))


def _credentials(ids: Sequence[int]) -> dict[int, list[Credential]]:
    found: dict[int, list[Credential]] = defaultdict(list)
    for one in session.scalars(
        select(Credential).where(
            Credential.coordinator_id.in_(ids),
            Credential.state.in_([CredentialState.SUBMITTED, CredentialState.VERIFIED]),
        )
    ):
        found[one.coordinator_id].append(one)
    return found


# ---- the agency -------------------------------------------------------------------------------------------------


def steps_of_agency() -> list[ChecklistStep]:
    """The tasks of a new agency until work can begin, in the order in which one thing needs the other: one statement."""
    in_force = Agreement.state == AgreementState.ACTIVE
    facility, coordinator, contract, paper, need = session.execute(
        select(
            exists().select_from(Facility),
            exists().select_from(Coordinator),
            exists().where(in_force, Agreement.kind == AgreementKind.MASTER),
            exists().where(Credential.state == CredentialState.VERIFIED),
            exists().where(Need.posted_at.is_not(None)),
        )
    ).one()
    return [
        _of_agency(
            _("Register a facility and invite its owner"),
            _("Or many at once from a file, with the command marketplace import facilities."),
            facility, "facilities.new", _("New facility"),
        ),
        _of_agency(
            _("Agree on terms: a contract with a rate card, and a BAA"),
            _("What each kind of work costs and pays, and since when. Without both no shift can start."),
            contract, "contracts.new", _("New agreement"),
        ),
        _of_agency(
            _("Invite your coordinators"),
            _("Each gets a letter, chooses a password and uploads their credentials."),
            coordinator, "coordinators.new", _("New coordinator"),
        ),
        _of_agency(
            _("Verify their credentials"),
            _("What they upload waits in the queue until somebody has looked at it."),
            paper, "credentials.queue", _("Open the queue"),
        ),
        _of_agency(
            _("Post the first need, or let the facility do it"),
            _("Price and number of matching people are shown before it is posted."),
            need, "needs.new", _("Post a need"),
        ),
    ]  # fmt: skip


def _of_agency(title: str, hint: str, done: bool, endpoint: str, act: str) -> ChecklistStep:
    return ChecklistStep(title, hint, ChecklistStatus.DONE if done else ChecklistStatus.TO_DO, endpoint, act)


# ---- shared -----------------------------------------------------------------------------------------------------

_NEAREST = (AgreementState.ACTIVE, AgreementState.SIGNED, AgreementState.SENT)


def _agreements(whose: ColumnElement[bool]) -> dict[int, dict[AgreementKind, AgreementState]]:
    """The state of each party's agreements: the furthest one of a kind."""
    found: dict[int, dict[AgreementKind, AgreementState]] = defaultdict(dict)
    rows = session.execute(
        select(Agreement.facility_id, Agreement.coordinator_id, Agreement.kind, Agreement.state).where(
            whose, Agreement.state.in_(_NEAREST)
        )
    )
    for facility, coordinator, kind, state in rows:
        of_party = found[facility or coordinator or 0]
        if kind not in of_party or _NEAREST.index(state) < _NEAREST.index(of_party[kind]):
            of_party[kind] = state
    return found


def _paper(kind: AgreementKind, papers: dict[AgreementKind, AgreementState]) -> ChecklistStep:
    title = _("Sign the BAA") if kind is AgreementKind.BAA else _("Sign the contract")
    match papers.get(kind):
        case AgreementState.ACTIVE:
            standing, hint = ChecklistStatus.DONE, _("In force.")
        case AgreementState.SIGNED:
            standing, hint = ChecklistStatus.WAITING, _("You have signed; the agency still has to put it in force.")
        case AgreementState.SENT:
            standing, hint = ChecklistStatus.TO_DO, _("It is ready for you to read and sign.")
        case _:
            standing, hint = ChecklistStatus.WAITING, _("The agency is preparing it and will send it to you.")
    return ChecklistStep(title, hint, standing, "contracts.index", _("Read and sign"))


def _counts(of: InstrumentedAttribute[int], *which: ColumnElement[bool]) -> dict[int, int]:
    """The number of rows that fit, by the value of one column."""
    rows = session.execute(select(of, func.count()).where(*which).group_by(of))
    return {key: count for key, count in rows}  # noqa: C416 - rows are no pairs to the type checker
