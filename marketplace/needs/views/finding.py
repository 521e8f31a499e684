"""The need of an address, for those who may change it."""

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.needs.models import Need
from marketplace.needs.policy import check_may_change, check_still_changeable
from marketplace.needs.queries import visible_to, with_details
from marketplace.web import get_or_404


def need_to_change(need_id: int) -> Need:
    """Raises NotPermitted for those who may not change it."""
    need = get_or_404(with_details(visible_to(current_person())), need_id)
    check_may_change(current_person(), need)
    return need


def posted_need_to_change(need_id: int) -> Need:
    """The same; raises NotAllowedNow when it is over or cancelled."""
    need = need_to_change(need_id)
    check_still_changeable(need)
    return need
