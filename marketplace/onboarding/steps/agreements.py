"""The step of one agreement: where it stands between draft and force, and whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from marketplace.accounts.permissions import Permission
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState
from marketplace.kernel import Phrase
from marketplace.onboarding.steps.checklist import ChecklistStatus, ChecklistStep

FURTHEST_FIRST = (AgreementState.ACTIVE, AgreementState.SIGNED, AgreementState.SENT, AgreementState.DRAFT)
"""An agreement that ended is none: another one has to be drafted."""


@dataclass(frozen=True)
class AgreementProgress:
    """The furthest agreement of a kind with one party; `has_signer`: somebody has an account and can sign it."""

    kind: AgreementKind
    party: str
    """`facility` or `coordinator`, as the address of a new draft says it."""
    party_id: int
    id: int | None = None
    state: AgreementState | None = None
    has_signer: bool = True


def agreements_of(whose: ColumnElement[bool]) -> ScalarSelect[Any]:
    """The agreements of a party that have not ended, as a list for `progress`, to be asked along with something else."""
    row = func.jsonb_build_array(Agreement.kind, Agreement.id, Agreement.state)
    return select(func.jsonb_agg(row)).where(whose, Agreement.state.in_(FURTHEST_FIRST)).scalar_subquery()


def progress(
    kinds: Sequence[AgreementKind], party: str, party_id: int, agreements: Sequence[Any] | None, has_signer: bool
) -> list[AgreementProgress]:
    """The progress of each kind, by what `agreements_of` found."""
    rows = [(kind, key, AgreementState(state)) for kind, key, state in agreements or ()]
    found = []
    for kind in kinds:
        of_kind = [(FURTHEST_FIRST.index(state), -key, key, state) for of, key, state in rows if of == kind]
        _rank, _order, key, state = min(of_kind, default=(0, 0, None, None))
        found.append(AgreementProgress(kind, party, party_id, key, state, has_signer))
    return found


def step_of_party(agreement: AgreementProgress) -> ChecklistStep:
    """As the facility or the coordinator reads it: they sign, the agency drafts and puts in force."""
    sent = agreement.state not in (None, AgreementState.DRAFT)
    match agreement.state:
        case AgreementState.ACTIVE:
            standing, hint = ChecklistStatus.DONE, Phrase("In force.")
        case AgreementState.SIGNED:
            standing, hint = ChecklistStatus.WAITING, Phrase("You have signed; the agency puts it in force next.")
        case AgreementState.SENT:
            standing, hint = ChecklistStatus.TO_DO, Phrase("It is ready for you to read and sign.")
        case _:
            standing, hint = ChecklistStatus.WAITING, Phrase("The agency is preparing it and will send it to you.")
    return ChecklistStep(
        _title(agreement.kind, signs=True),
        hint,
        standing,
        "contracts.show" if sent else "contracts.index",
        Phrase("Read and sign"),
        Permission.CONTRACT_SIGN,
        {"agreement_id": agreement.id, "_anchor": "sign"} if sent else {},
    )


def step_of_agency(agreement: AgreementProgress) -> ChecklistStep:
    """As the agency reads it: it drafts, sends and puts in force, the other side signs."""
    page: dict[str, Any] = {"agreement_id": agreement.id}
    standing, endpoint = ChecklistStatus.TO_DO, "contracts.show"
    match agreement.state:
        case AgreementState.ACTIVE:
            standing, hint, act = ChecklistStatus.DONE, Phrase("In force."), Phrase("Look at it")
        case AgreementState.SIGNED:
            hint, act = Phrase("Signed: put it in force."), Phrase("Put it in force")
        case AgreementState.SENT if not agreement.has_signer:
            hint = Phrase("It waits for the signature of somebody who has no account yet: send them the invitation.")
            act = Phrase("See who has to sign")
        case AgreementState.SENT:
            standing, hint = ChecklistStatus.WAITING, Phrase("Sent: it waits for the signature of the other side.")
            act = Phrase("Look at it")
        case AgreementState.DRAFT:
            hint, act = Phrase("Drafted, not sent yet."), Phrase("Look it over and send it")
        case _:
            hint, act, endpoint = Phrase("Not drafted yet."), Phrase("Draft it"), "contracts.draft"
            page = {"kind": agreement.kind.value, agreement.party: agreement.party_id}
    return ChecklistStep(
        _title(agreement.kind, signs=False), hint, standing, endpoint, act, Permission.CONTRACT_MANAGE, page
    )


def _title(kind: AgreementKind, *, signs: bool) -> Phrase:
    if kind is AgreementKind.BAA:
        return Phrase("Sign the BAA") if signs else Phrase("The BAA")
    return Phrase("Sign the contract") if signs else Phrase("The contract with its rate card")
