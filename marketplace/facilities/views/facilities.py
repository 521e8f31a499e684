"""A facility as the agency sees it."""

from flask import render_template

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.accounts.texts import role_name
from marketplace.audit.queries import trail_about_facility
from marketplace.facilities.policy import may_change
from marketplace.facilities.queries import people_of, visible_to, with_details
from marketplace.facilities.texts import kind_word, missing_words, payer_word, state_words
from marketplace.facilities.views.blueprint import pages
from marketplace.kernel import now
from marketplace.web import get_or_404

TRAIL = 10


@pages.get("/facilities/<int:facility_id>", may=Permission.AGENCY_DESK)
def show(facility_id: int) -> str:
    """Everything the agency knows about a facility."""
    person, at = current_person(), now()
    facility = get_or_404(with_details(visible_to(person)), facility_id)
    members, invitations = people_of(facility.id)
    return render_template(
        "facilities/show.html",
        facility=facility,
        acts=facility.acts if may_change(person, facility) else (),
        may_change=may_change(person, facility),
        members=members,
        invitations=invitations,
        missing=missing_words(facility, at),
        trail=trail_about_facility(person, facility.id, TRAIL),
        kind_word=kind_word,
        payer_word=payer_word,
        role_name=role_name,
        states=state_words(),
        at=at,
    )
