"""The page on which a need is posted: its form, filled in advance where we can, and what the posting will cost."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import literal, select, union_all

from marketplace.accounts.models import Person
from marketplace.catalogue.models import CredentialType, Duty, RateGuidance, ServiceLine, Verification
from marketplace.catalogue.queries import rate_guidance
from marketplace.contracts.models import Agreement
from marketplace.db import session
from marketplace.facilities.models import Facility, Site
from marketplace.facilities.readiness import check_asks_for_people, why_not
from marketplace.kernel import MONDAY_TO_FRIDAY, Invalid, NotAllowedNow, called, dollars, local_day
from marketplace.needs.forms import NeedForm, fields_of
from marketplace.needs.models import FillMode, Need
from marketplace.needs.queries import (
    active_contract,
    last_days,
    last_like,
    posted_before,
    visible_to,
    with_details,
    with_sites,
)
from marketplace.needs.quoting import NeedDraft, Quote, again, quote, rate_for
from marketplace.needs.texts import Catalogue, left_out_words, name_of_template
from marketplace.web import asked_number, get_or_404

USUAL_HOURS = (time(9), time(17))


def catalogue() -> Catalogue:
    """Roles, credential types and duties in catalogue order, in one statement."""
    lists: dict[str, list[tuple[str, str, str]]] = {"line": [], "credential": [], "duty": []}
    tables: dict[str, Any] = {"line": ServiceLine, "credential": CredentialType, "duty": Duty}
    parts = [
        select(literal(kind).label("kind"), table.code, table.name, table.name_es, table.position)
        for kind, table in tables.items()
    ]
    parts[0] = parts[0].where(ServiceLine.active)
    # A need asks for what an outside body vouches for; the agency itself sees to training, papers and references.
    parts[1] = parts[1].where(CredentialType.verification == Verification.PRIMARY_SOURCE)
    for kind, code, name, name_es, _position in session.execute(union_all(*parts).order_by("position")):
        lists[kind].append((code, name, name_es))
    return Catalogue(lists["line"], lists["credential"], lists["duty"])


def as_typed() -> Catalogue:
    """Exactly what was posted, for a look that keeps nothing and shows no lists: saves asking for them."""

    def posted(*names: str) -> list[tuple[str, str, str]]:
        return [(code, code, code) for name in names for code in request.form.getlist(name)[:100]]

    return Catalogue(posted("line"), posted("required_credentials", "preferred_credentials"), posted("duties"))


def earlier_need(person: Person) -> Need | None:
    """The need to post again, when the address (`again`) names one this person sees; raises NotFound for another's."""
    key = asked_number("again")
    return get_or_404(with_details(visible_to(person)), key) if key else None


def chosen_facility(person: Person, at: datetime, earlier: Need | None = None) -> Facility | None:
    """A facility posts for itself. The agency says for which: `facility` of the address, or that of the earlier need.

    None when the agency has not said. Raises NotFound for one that is not there, NotYet while nothing can be posted.
    """
    wanted = person.facility_id or (earlier.facility_id if earlier else asked_number("facility"))
    if wanted is None:
        return None
    facility = get_or_404(with_sites(person), wanted)
    check_asks_for_people(facility, person, at)
    if not any(site.active for site in facility.sites):
        raise NotAllowedNow(_("%(name)s has no site yet. Add one under Settings first.", name=facility.name))
    return facility


def filled_in_advance(
    facility: Facility, at: datetime, again_need: Need | None, line: str, day: date | None
) -> NeedDraft | None:
    """The draft the form starts with: an earlier need, or the cell of the schedule somebody pressed; None for a blank form."""
    if again_need is not None:
        return again(again_need, last_days([again_need]).get(again_need.id), at)
    if not line:
        return None
    site = _first_site(facility)
    before = last_like(facility.id, line)
    if before is not None:
        draft = again(before, None, at)
        if day is None:
            return draft
        later = day - draft.starts.date()
        return NeedDraft(
            **{
                **vars(draft),
                "starts": draft.starts + later,
                "ends": draft.ends + later,
                "repeat": "",
                "until": None,
                "other_days": (),
                "leave_out_holidays": False,
            }
        )
    first = day or local_day(at, site.time_zone) + timedelta(days=1)
    return NeedDraft(
        facility_id=facility.id,
        site_id=site.id,
        time_zone=site.time_zone,
        line=line,
        starts=datetime.combine(first, USUAL_HOURS[0]),
        ends=datetime.combine(first, USUAL_HOURS[1]),
        languages=("en",),
    )


def _first_site(facility: Facility) -> Site:
    return next((site for site in facility.sites if site.active), facility.sites[0])


def weekdays_meant(draft: NeedDraft) -> tuple[int, ...]:
    """The weekdays to tick for a draft."""
    match draft.repeat:
        case tuple(chosen):
            return chosen
        case "WEEKLY":
            return (draft.starts.weekday(),)
        case "WEEKDAYS":
            return MONDAY_TO_FRIDAY
        case _:
            return ()


def need_form(
    facility: Facility, offered: Catalogue, draft: NeedDraft | None = None, need: Need | None = None
) -> NeedForm:
    """The form with its lists, showing `draft` until something is posted; `need` is the stored draft being edited."""
    blank: dict[str, Any] = {
        "headcount": 1,
        "mode": FillMode.OFFER,
        "languages": ["en"],
        "site": _first_site(facility).id,
        "leave_out_holidays": True,
    }
    shown = fields_of(draft, weekdays_meant(draft)) if draft else blank
    form = NeedForm(data=shown)
    form.offer_requirements(offered, facility, need)
    form.offer_places(offered, facility, need)
    return form


@dataclass(frozen=True)
class Forecast:
    """The matches and price of a posting, as far as they are known: `plan` is None while the form is not complete.

    `no_baa`: nobody matches because no BAA with the facility holds on the first day.
    """

    plan: Quote | None = None
    some: int | None = None
    every: int | None = None
    no_baa: bool = False


def planned(form: NeedForm, facility: Facility, contract: Agreement | None, at: datetime) -> tuple[NeedDraft, Quote]:
    """The draft and plan of a form that was filled in; raises Invalid naming the field."""
    draft = form.draft(facility)
    return draft, quote(draft, contract, at)


def contract_rate(contract: Agreement | None, line: str, day: date) -> str:
    """Your contract: $39.00 an hour. Leave this empty to use it, or offer more."""
    card = rate_for(contract, line, day)
    if card is None:
        return ""
    rate = dollars(card.bill_cents)
    return str(_("Your contract: %(rate)s an hour. Leave this empty to use it, or offer more.", rate=rate))


def published_rates(figures: list[RateGuidance]) -> str:
    """Published pay: $19.89, Payscale 2026; $17.06, Jobted 2026."""
    said = [
        f"{dollars(figure.hourly_cents)}, {figure.source} {figure.year}" for figure in figures if figure.hourly_cents
    ]
    return str(_("Published pay: %(figures)s.", figures="; ".join(said[:2]))) if said else ""


def post_label(shown: Quote | None) -> str:
    """Post 15 shifts"""
    if shown is None:
        return str(_("Post the need"))
    return str(ngettext("Post %(num)d shift", "Post %(num)d shifts", len(shown.shifts)))


def page(
    facility: Facility,
    form: NeedForm,
    person: Person,
    at: datetime,
    *,
    forecast: Forecast | None = None,
    contract: Agreement | None = None,
    need: Need | None = None,
    with_published: bool = True,
    fragment: bool = False,
) -> str:
    """The whole page, or with `fragment` what changes while somebody fills it in.

    `with_published` adds published rates and what was posted before, both of which a second look does not need.
    """
    contract = contract or active_contract(facility.id)
    forecast = forecast or _price_alone(form, facility, contract, at)
    line = form.line.data or ""
    day = form.first_day.data or local_day(at, facility.time_zone)
    templates = posted_before(facility.id) if with_published and need is None else []
    return render_template(
        "coverage/preview.html" if fragment else "needs/new.html",
        form=form,
        facility=facility,
        for_agency=person.facility_id is None,
        need=need,
        plan=forecast.plan,
        forecast=forecast,
        post_label=post_label(forecast.plan),
        left_out=left_out_words(forecast.plan.left_out) if forecast.plan else "",
        contract_rate=contract_rate(contract, line, day),
        published=published_rates(rate_guidance(line or None) if with_published else []),
        not_yet=why_not(facility, person, at),
        templates=[(one.id, name_of_template(called(one.line), one)) for one in templates],
        again=request.args.get("again", ""),
        at=at,
    )


def _price_alone(form: NeedForm, facility: Facility, contract: Agreement | None, at: datetime) -> Forecast:
    """The plan of a form that was filled in advance, as far as it holds."""
    wanted = (form.line, form.site, form.first_day, form.starts_local, form.ends_local, form.headcount)
    if form.errors or any(field.data in (None, "") for field in wanted):
        return Forecast()
    try:
        return Forecast(planned(form, facility, contract, at)[1])
    except Invalid:
        return Forecast()
