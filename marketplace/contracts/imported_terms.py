"""Payment terms from a file of facilities: they become a draft of the contract, and never change one that was sent."""

from datetime import datetime

from sqlalchemy import select

from marketplace.audit.recording import record
from marketplace.contracts.drafting import AgreementTerms, draft_master
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.db import session
from marketplace.facilities.models import Facility
from marketplace.facilities.rules import TermsOfFile
from marketplace.kernel import Phrase, local_day


def take_terms(facility: Facility, net_days: int, at: datetime) -> TermsOfFile:
    """A facility without a contract gets a draft with these terms and the agency's standard card; a first draft is
    corrected; any other contract stands as it is.
    """
    contract = session.scalars(
        select(Agreement)
        .where(Agreement.kind == AgreementKind.MASTER, Agreement.facility_id == facility.id)
        .order_by(Agreement.id.desc())
        .limit(1)
    ).one_or_none()
    if contract is None:
        terms = AgreementTerms(effective_from=local_day(at, facility.time_zone), net_days=net_days)
        draft_master(facility, terms, at)
        return TermsOfFile(changed=True, net_days=net_days)
    first_draft = contract.is_draft and contract.supersedes_id is None
    if not first_draft or contract.net_days == net_days:
        return TermsOfFile(changed=False, net_days=contract.net_days)
    contract.net_days = net_days
    session.flush()
    record("change", contract, Phrase("Changed its terms."))
    return TermsOfFile(changed=True, net_days=net_days)
