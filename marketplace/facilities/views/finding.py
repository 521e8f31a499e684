"""The facility and the site of an address, as their reader sees them."""

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.facilities.models import Facility, Site
from marketplace.facilities.queries import sites_of, visible_to, with_details
from marketplace.web import get_or_404


def own_facility() -> Facility:
    return get_or_404(with_details(visible_to(current_person())), current_person().facility_id or 0)


def site_to_change(site_id: int) -> Site:
    return get_or_404(sites_of(current_person()), site_id)
