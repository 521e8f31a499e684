"""Whether a shift may start at all: contract and BAA chain, asked again at the moment of clocking in."""

from datetime import datetime

from sqlalchemy import select

from marketplace.assignments.models import Assignment
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.rules import AgreementState, in_force
from marketplace.db import as_system, session
from marketplace.kernel import JoinedList, NotAllowedNow, Phrase


def missing_papers(assignment: Assignment, zone: str) -> list[Phrase]:
    """The papers not in force for the whole shift, each as a sentence; empty when it may start. One statement.

    The chain is facility, agency, coordinator: the facility's contract and BAA, and the coordinator's own BAA.
    """
    with as_system():
        papers = session.scalars(
            select(Agreement).where(
                Agreement.state == AgreementState.ACTIVE,
                (Agreement.facility_id == assignment.facility_id)
                | (Agreement.coordinator_id == assignment.coordinator_id),
            )
        ).all()
    held = {(paper.kind, paper.facility_id is not None) for paper in papers if in_force(paper, assignment.span, zone)}
    return [sentence for paper, sentence in _CHAIN.items() if paper not in held]


_CHAIN = {
    (AgreementKind.MASTER, True): Phrase("The facility has no contract in force for this shift."),
    (AgreementKind.BAA, True): Phrase("The facility has no BAA in force for this shift."),
    (AgreementKind.BAA, False): Phrase("You have no BAA in force for this shift: sign it under Contracts."),
}


def may_start(assignment: Assignment, zone: str, at: datetime) -> None:
    """Raises NotAllowedNow naming the missing paper; no work begins without the chain (45 CFR 164.504(e))."""
    missing = missing_papers(assignment, zone)
    if missing:
        raise NotAllowedNow(
            "This shift cannot start. %(missing)s The agency can help.", missing=JoinedList(missing, " ")
        )
