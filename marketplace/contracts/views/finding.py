"""The agreement of an address, as its reader sees it, or to be changed."""

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.contracts.models import Agreement
from marketplace.contracts.queries import visible_to, with_details
from marketplace.web import check_version, get_or_404
from marketplace.web.forms import Form


def visible_agreement(agreement_id: int) -> Agreement:
    return get_or_404(with_details(visible_to(current_person())), agreement_id)


def agreement_to_change(agreement_id: int) -> Agreement:
    agreement = visible_agreement(agreement_id)
    check_version(agreement, Form().posted_version)
    return agreement
