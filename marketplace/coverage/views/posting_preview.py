"""The cost of a posting and the coordinators it would find, before it is posted."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.contracts.queries import baa_holds
from marketplace.coverage.views.blueprint import pages
from marketplace.db import as_system
from marketplace.eligibility.candidate_counts import matches
from marketplace.kernel import Invalid, now
from marketplace.needs.queries import active_contract, visible_to, with_details
from marketplace.needs.views.posting import Forecast, as_typed, catalogue, chosen_facility, need_form, page, planned
from marketplace.web import asked_number, get_or_404


@pages.look("/needs/new/preview", may=Permission.NEED_POST)
def preview() -> ResponseReturnValue:
    """The cost of the posting on the form and the coordinators it would find; a fragment for htmx, else a page."""
    person, at = current_person(), now()
    key = asked_number("need")
    need = get_or_404(with_details(visible_to(person)), key) if key else None
    facility = need.facility if need else chosen_facility(person, at)
    if facility is None:
        return redirect(url_for("needs.new"), 303)
    fragment = request.headers.get("HX-Request") == "true"
    form = need_form(facility, as_typed() if fragment else catalogue(), need=need)
    forecast = Forecast()
    with as_system():  # once for all that is read past the facility's own rows; only figures leave
        contract = active_contract(facility.id)
        if form.validate():
            try:
                draft, plan = planned(form, facility, contract, at)
                found = matches(draft, plan, facility, at)
                no_baa = not found.some and not baa_holds(facility.id, plan.first.local_day)
                forecast = Forecast(plan, found.some, found.all, no_baa)
            except Invalid as error:
                form.refuse(error)
    shown = page(
        facility,
        form,
        person,
        at,
        forecast=forecast,
        contract=contract,
        need=need,
        with_published=False,
        fragment=fragment,
    )
    return shown, 422 if form.errors and not fragment else 200
