"""What is wrong with a contract: its terms, card and BAA held against the work that is asked for."""

from collections.abc import Sequence
from datetime import date

from marketplace.contracts.lint import TermProblem, TermsCheck, lint
from marketplace.contracts.models import Agreement, AgreementKind, RateRow
from marketplace.contracts.queries import active
from marketplace.kernel import Hook

lines_in_use: Hook[[int], dict[str, str]] = Hook("contracts.contract_check.lines_in_use")
"""Who knows which service lines a facility asks for (code → name). Needs stand above contracts, so they come forward."""


def findings(agreement: Agreement, rows: Sequence[RateRow], today: date) -> list[TermProblem]:
    """The worst first; empty when all is well, and for a BAA. `rows` are loaded with what is paid."""
    if agreement.kind is AgreementKind.BAA or agreement.facility_id is None:
        return []
    baa = active(AgreementKind.BAA, agreement.facility_id)
    in_use: dict[str, str] = {}
    for answer in lines_in_use(agreement.facility_id):
        in_use |= answer
    return lint(
        TermsCheck(
            first=agreement.effective_from,
            last=agreement.effective_until,
            cancellation=agreement.cancellation,
            rows=tuple(rows),
            has_baa=baa is not None,
            baa_last=baa.effective_until if baa else None,
            lines_in_use=in_use,
        ),
        today,
    )
