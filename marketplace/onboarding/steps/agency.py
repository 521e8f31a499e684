"""The steps of a new agency, from an empty site to the first paid invoice and the first paid coordinator."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, exists, null, select

from marketplace.accounts.models import Invitation, Membership
from marketplace.accounts.permissions import Permission, Role
from marketplace.assignments.models import Assignment
from marketplace.billing.models import Invoice
from marketplace.billing.queries import status_is
from marketplace.billing.rules import InvoiceState
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators.models import Coordinator, CoordinatorState
from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.db import session
from marketplace.facilities.models import Facility, FacilityState
from marketplace.kernel import Phrase
from marketplace.needs.models import Need, Shift
from marketplace.needs.rules import ShiftState
from marketplace.onboarding.queries import coordinator_is_ready, facility_is_ready
from marketplace.onboarding.steps.agreements import FURTHEST_FIRST, AgreementProgress, step_of_agency
from marketplace.onboarding.steps.checklist import ChecklistStatus, ChecklistStep, standing_of
from marketplace.payouts.models import Payout, PayRun
from marketplace.payouts.rules import PayoutState, PayRunState
from marketplace.timesheets.models import TimeEntry
from marketplace.timesheets.queries import WAITING
from marketplace.timesheets.rules import EntryState


def steps_of_agency(at: datetime) -> list[ChecklistStep]:
    """The steps in the order in which one thing needs the other; empty once all are done.

    One statement that asks only whether things exist; a second one while something is left.
    """
    done = _done(at)
    if all(done):
        return []
    now_at = _pages(at, done)
    facility, coordinator, credential = _people(done, now_at)
    contract, baa, own_baa = _agreements(done, now_at)
    people = [facility, contract, baa, coordinator, credential, own_baa]
    return [*people, *_activations(done, now_at), *_work(done, now_at)]


def _done(at: datetime) -> Any:
    in_force = Agreement.state == AgreementState.ACTIVE
    owner = Membership.role == Role.FACILITY_OWNER
    return session.execute(
        select(
            exists().select_from(Facility).label("facility"),
            (exists().where(owner) | exists().where(Invitation.role == Role.FACILITY_OWNER)).label("owner"),
            exists().where(in_force, Agreement.kind == AgreementKind.MASTER).label("master"),
            exists().where(in_force, Agreement.kind == AgreementKind.BAA, Agreement.facility_id > 0).label("baa"),
            exists().select_from(Coordinator).label("coordinator"),
            exists()
            .where(in_force, Agreement.kind == AgreementKind.BAA, Agreement.coordinator_id > 0)
            .label("coordinator_baa"),
            exists().where(Credential.state == CredentialState.VERIFIED).label("credential"),
            exists().where(Facility.state != FacilityState.ONBOARDING).label("facility_active"),
            exists().where(Coordinator.state != CoordinatorState.ONBOARDING).label("coordinator_active"),
            exists().where(Need.posted_at.is_not(None)).label("need"),
            exists().select_from(Assignment).label("staffed"),
            exists().where(TimeEntry.state == EntryState.APPROVED).label("approved"),
            exists().where(Invoice.state == InvoiceState.ISSUED).label("invoice"),
            exists().where(status_is("paid", at)).label("invoice_paid"),
            exists().where(Payout.state == PayoutState.PAID).label("coordinators_paid"),
        )
    ).one()


def _pages(at: datetime, done: Any) -> Any:
    """The rows the next steps are about, so that each button leads to the very page; of what is done nothing is looked for."""
    master, baa = Agreement.kind == AgreementKind.MASTER, Agreement.kind == AgreementKind.BAA
    has_owner = exists().where(
        Membership.organisation_id == Agreement.facility_id, Membership.role == Role.FACILITY_OWNER, Membership.active
    )
    has_account = exists().where(Membership.coordinator_id == Agreement.coordinator_id, Membership.active)
    columns: dict[str, ColumnElement[Any]] = {
        "facility": _first(Facility.id),
        "coordinator": _first(Coordinator.id),
        "active_facility": _first(Facility.id, Facility.state == FacilityState.ACTIVE),
        "ready_facility": _first(Facility.id, facility_is_ready()),
        "ready_coordinator": _first(Coordinator.id, coordinator_is_ready(at)),
        "new_facility": _first(Facility.id, Facility.state == FacilityState.ONBOARDING),
        "new_coordinator": _first(Coordinator.id, Coordinator.state == CoordinatorState.ONBOARDING),
        "credential": _first(Credential.id, Credential.state == CredentialState.SUBMITTED),
        "shift": _first(Shift.id, Shift.state == ShiftState.SCHEDULED, Shift.starts_at > at, by=Shift.starts_at),
        "hours_wait": exists().where(WAITING),
        "invoice": _first(Invoice.id, status_is("open", at)),
        "run": _first(PayRun.id, PayRun.state.in_((PayRunState.DRAFT, PayRunState.APPROVED, PayRunState.SENT))),
    }
    for name, whose, signer in (
        ("master", (master,), has_owner),
        ("baa", (baa, Agreement.facility_id > 0), has_owner),
        ("coordinator_baa", (baa, Agreement.coordinator_id > 0), has_account),
    ):
        for column, part in (("", Agreement.id), ("_state", Agreement.state), ("_signer", signer)):
            columns[f"{name}{column}"] = null() if getattr(done, name) else _furthest(part, *whose)
    for name, step in (
        ("ready_facility", "facility_active"), ("new_facility", "facility_active"), ("credential", "credential"),
        ("ready_coordinator", "coordinator_active"), ("new_coordinator", "coordinator_active"), ("shift", "staffed"),
        ("hours_wait", "approved"), ("invoice", "invoice_paid"), ("run", "coordinators_paid"),
    ):  # fmt: skip
        if getattr(done, step):
            columns[name] = null()
    return session.execute(select(*(column.label(name) for name, column in columns.items()))).one()


def _first(key: Any, *which: ColumnElement[bool], by: Any = None) -> ScalarSelect[Any]:
    """The first of those that fit, by its key or `by`: at the first one the search ends."""
    return select(key).where(*which).order_by(key if by is None else by).limit(1).scalar_subquery()


def _furthest(part: Any, *which: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Of the agreement of that kind that is furthest: `part` of its row."""
    rank = case({state.value: number for number, state in enumerate(FURTHEST_FIRST)}, value=Agreement.state)
    found = select(part).select_from(Agreement).where(Agreement.state.in_(FURTHEST_FIRST), *which)
    return found.order_by(rank, Agreement.id).limit(1).scalar_subquery()


def _people(done: Any, pages: Any) -> list[ChecklistStep]:
    owner_page = (
        ("facilities.invitation", {"facility_id": pages.facility}) if pages.facility else ("facilities.new", {})
    )
    return [
        ChecklistStep(
            Phrase("Register a facility and invite its owner"),
            Phrase("Or many at once from a file, with the command marketplace import facilities."),
            standing_of(done.facility and done.owner),
            owner_page[0],
            Phrase("Invite an owner") if done.facility else Phrase("New facility"),
            Permission.FACILITY_MANAGE,
            owner_page[1],
        ),
        ChecklistStep(
            Phrase("Invite your coordinators"),
            Phrase("Each gets a letter, chooses a password and uploads their credentials."),
            standing_of(done.coordinator),
            "coordinators.new",
            Phrase("New coordinator"),
            Permission.COORDINATOR_MANAGE,
        ),
        ChecklistStep(
            Phrase("Verify their credentials"),
            Phrase("What they upload waits in the queue until somebody has looked at it."),
            standing_of(done.credential, bool(pages.credential), awaited=done.coordinator),
            "credentials.show" if pages.credential else "credentials.queue",
            Phrase("Check it"),
            Permission.AGENCY_DESK,
            {"credential_id": pages.credential} if pages.credential else {},
        ),
    ]


def _agreements(done: Any, pages: Any) -> list[ChecklistStep]:
    """The three agreements without which no shift starts; each with its real state."""
    found = []
    for name, kind, party, party_id, title in (
        ("master", AgreementKind.MASTER, "facility", pages.facility, Phrase("A contract with a rate card")),
        ("baa", AgreementKind.BAA, "facility", pages.facility, Phrase("A BAA with the facility")),
        ("coordinator_baa", AgreementKind.BAA, "coordinator", pages.coordinator, Phrase("A BAA with the coordinator")),
    ):
        state = AgreementState.ACTIVE if getattr(done, name) else getattr(pages, f"{name}_state")
        step = step_of_agency(
            AgreementProgress(
                kind,
                party,
                party_id or 0,
                getattr(pages, name),
                AgreementState(state) if state else None,
                bool(getattr(pages, f"{name}_signer")),
            )
        )
        standing = step.standing if party_id else ChecklistStatus.LATER
        found.append(
            ChecklistStep(
                title, step.hint, standing, step.endpoint, step.act, Permission.CONTRACT_MANAGE, step.arguments
            )
        )
    return found


def _activations(done: Any, pages: Any) -> list[ChecklistStep]:
    return [
        _activation(
            Phrase("Activate the facility"), done.facility_active, "facility", pages.ready_facility, pages.new_facility
        ),
        _activation(
            Phrase("Activate the coordinator"),
            done.coordinator_active,
            "coordinator",
            pages.ready_coordinator,
            pages.new_coordinator,
        ),
    ]


def _activation(title: Phrase, done: bool, party: str, ready: int | None, newcomer: int | None) -> ChecklistStep:
    may = Permission.FACILITY_MANAGE if party == "facility" else Permission.COORDINATOR_MANAGE
    if ready and not done:
        hint, act = Phrase("Everything is in place."), Phrase("Activate")
        endpoint = f"onboarding.activate_{party}"
        return ChecklistStep(title, hint, standing_of(done), endpoint, act, may, {f"{party}_id": ready}, posts=True)
    hint = Phrase("From then on they take part.") if done else Phrase("Their own list says what is missing.")
    return ChecklistStep(
        title,
        hint,
        ChecklistStatus.DONE if done else ChecklistStatus.WAITING if newcomer else ChecklistStatus.LATER,
        f"onboarding.{party}",
        Phrase("See what is missing"),
        may,
        {f"{party}_id": newcomer} if newcomer else {},
    )


def _work(done: Any, pages: Any) -> list[ChecklistStep]:
    shift = {"shift_id": pages.shift} if pages.shift else {}
    invoice = {"invoice": pages.invoice} if pages.invoice else {}
    run = {"run_id": pages.run} if pages.run else {}
    return [
        ChecklistStep(
            Phrase("Post the first need, or let the facility do it"),
            Phrase("Price and number of matching people are shown before it is posted."),
            standing_of(done.need, done.facility_active),
            "needs.new",
            Phrase("Post a need"),
            Permission.NEED_POST,
            {"facility": pages.active_facility} if pages.active_facility else {},
        ),
        ChecklistStep(
            Phrase("Fill the first shift"),
            Phrase("Offer it to the best, or let the facility choose."),
            standing_of(done.staffed, done.need),
            "coverage.shift" if shift else "needs.new",
            Phrase("See the candidates") if shift else Phrase("Post a need"),
            Permission.SHIFT_SEE if shift else Permission.NEED_POST,
            shift,
        ),
        ChecklistStep(
            Phrase("The first hours are approved"),
            Phrase("The facility approves them; what it does not decide in time comes to you."),
            standing_of(done.approved, bool(pages.hours_wait), awaited=done.staffed),
            "timesheets.index",
            Phrase("Look at the hours"),
            Permission.TIMESHEET_SEE,
        ),
        ChecklistStep(
            Phrase("Issue the first invoice"),
            Phrase("The run takes every approved hour that is on no invoice."),
            standing_of(done.invoice, done.approved),
            "billing.run",
            Phrase("Look at the run"),
            Permission.INVOICE_RUN,
        ),
        ChecklistStep(
            Phrase("Record its payment"),
            Phrase("Checks, ACH and wires are written down as they come."),
            standing_of(done.invoice_paid, bool(invoice)),
            "billing.new_payment",
            Phrase("Record a payment"),
            Permission.PAYMENT_RECORD,
            invoice,
        ),
        ChecklistStep(
            Phrase("Pay your coordinators"),
            Phrase("A pay run reserves what was earned; a second look approves it."),
            standing_of(done.coordinators_paid, done.approved),
            "payouts.run" if run else "payouts.new_run",
            Phrase("Go on with the pay run") if run else Phrase("Begin a pay run"),
            Permission.PAY_RUN,
            run,
        ),
    ]
