"""The agency's list of coordinators and what it knows of each; a coordinator's own page."""

from dataclasses import replace

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import update

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.invitations import invite, take_back
from marketplace.accounts.models import Invitation, Person
from marketplace.accounts.permissions import Permission, Role
from marketplace.accounts.queries import agency, person_by_email
from marketplace.audit.models import AuditEntry
from marketplace.audit.queries import visible_to as trail_visible_to
from marketplace.audit.recording import record
from marketplace.catalogue.queries import service_lines
from marketplace.coordinators.exclusion_hold import hold as hold_back
from marketplace.coordinators.exclusion_hold import release as let_go
from marketplace.coordinators.forms import CoordinatorForm, HoldForm, NewCoordinatorForm, ProfileForm, as_shown
from marketplace.coordinators.models import Coordinator
from marketplace.coordinators.policy import check_may_hold, may_hold, may_manage
from marketplace.coordinators.queries import (
    SORTED_BY,
    countries,
    invitations_of,
    listed,
    membership_of,
    visible_to,
    with_details,
)
from marketplace.coordinators.registration import amend_coordinator, register_coordinator
from marketplace.coordinators.rules import LIFE, CoordinatorState
from marketplace.coordinators.texts import education_words, state_words, week_in_short, week_words
from marketplace.db import session
from marketplace.kernel import Invalid, Phrase, local_days, now, plain_dollars
from marketplace.web import (
    Pages,
    asked_word,
    check_version,
    country_name,
    csv_download,
    get_or_404,
    language_name,
    page_of,
)

pages = Pages("coordinators", __name__)

MOST_EXPORTED = 20_000
TRAIL = 10


# ---- the agency's list ------------------------------------------------------------------------------------------


def _asked(lines: dict[str, str], known_countries: list[str]) -> dict[str, str]:
    sort = asked_word("sort", {*SORTED_BY, *(f"-{key}" for key in SORTED_BY)})
    return {
        "text": asked_word("q"),
        "state": asked_word("state", set(CoordinatorState)),
        "line": asked_word("line", lines),
        "country": asked_word("country", known_countries),
        "sort": sort or "name",
    }


def _lines(person: Person) -> dict[str, str]:
    spanish = person.locale == "es"
    return {line.code: line.name_es if spanish else line.name for line in service_lines()}


@pages.get("/coordinators", may=Permission.AGENCY_DESK)
def index() -> str:
    """Every coordinator, filtered, sorted and paged."""
    person = current_person()
    lines, known_countries = _lines(person), list(session.scalars(countries()))
    asked = _asked(lines, known_countries)
    return render_template(
        "coordinators/index.html",
        page=page_of(listed(person, **asked)),
        asked=asked,
        lines=lines,
        countries={code: country_name(code) for code in known_countries},
        states=state_words(),
        may_add=may_manage(person),
    )


@pages.get("/coordinators/export.csv", may=Permission.AGENCY_DESK)
def export() -> ResponseReturnValue:
    """The same list for a spreadsheet, with the same filters."""
    person = current_person()
    asked = _asked(_lines(person), list(session.scalars(countries())))
    rows = session.scalars(with_details(listed(person, **asked)).limit(MOST_EXPORTED)).unique()
    head = (
        "name", "e-mail", "state", "country", "us state", "time zone", "service lines", "languages", "records systems",
        "years", "education", "lowest pay", "most hours a week", "rating", "typical week", "held back", "since",
    )  # fmt: skip
    return csv_download(
        f"coordinators-{now():%Y-%m-%d}",
        head,
        (
            (
                one.name, one.person.email, one.state.value, one.country, one.work_state, one.time_zone,
                " ".join(one.service_lines), " ".join(one.languages), "; ".join(one.ehr), one.years_experience,
                one.education.value, plain_dollars(one.min_pay_cents), one.max_week_minutes // 60, one.rating,
                week_in_short(window.hours for window in one.availability), one.exclusion_hold, one.created_at.date(),
            )
            for one in rows
        ),
    )  # fmt: skip


@pages.form("/coordinators/new", may=Permission.COORDINATOR_MANAGE, fresh=True)
def new() -> ResponseReturnValue:
    """Register a coordinator and invite her."""
    form = NewCoordinatorForm(country="US", time_zone="America/New_York")
    form.offer()
    if form.validate_on_submit():
        person, at = current_person(), now()
        try:
            coordinator = register_coordinator(form.draft(), at, by=person)
            invite(
                coordinator.person.email, form.name.data, Role.COORDINATOR, agency(), coordinator.id, by=person, at=at
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The invitation to %(name)s is on its way. It works for 48 hours.", name=coordinator.name))
            return redirect(url_for(".show", coordinator_id=coordinator.id), 303)
    page = render_template("coordinators/new.html", form=form)
    return page, 422 if form.is_submitted() else 200


@pages.get("/coordinators/<int:coordinator_id>", may=Permission.AGENCY_DESK)
def show(coordinator_id: int) -> str:
    """Everything the agency knows about a coordinator, apart from papers and work."""
    person, at = current_person(), now()
    coordinator = get_or_404(with_details(visible_to(person)), coordinator_id)
    trail = trail_visible_to(person).where(AuditEntry.coordinator_id == coordinator.id).limit(TRAIL)
    lines = _lines(person)
    return render_template(
        "coordinators/show.html",
        coordinator=coordinator,
        lines=[lines.get(code, code) for code in coordinator.service_lines],
        tongues=[language_name(code) for code in coordinator.languages],
        education=education_words()[coordinator.education],
        country=country_name(coordinator.country),
        week=week_words(window.hours for window in coordinator.availability),
        time_off=[
            (local_days(off.span, coordinator.time_zone), off.note) for off in coordinator.time_off if off.ends_at > at
        ],
        acts=LIFE.acts(coordinator.state) if may_manage(person) else (),
        may_change=may_manage(person),
        may_hold=may_hold(person),
        invitations=session.scalars(invitations_of(coordinator.id)).all(),
        joined=session.scalar(membership_of(coordinator.id)) is not None,
        trail=session.scalars(trail).all(),
        states=state_words(),
        at=at,
    )


@pages.form("/coordinators/<int:coordinator_id>/edit", may=Permission.COORDINATOR_MANAGE)
def edit(coordinator_id: int) -> ResponseReturnValue:
    """What she says about herself, and where she works from; name and address while she has no account."""
    coordinator = get_or_404(with_details(visible_to(current_person())), coordinator_id)
    form = CoordinatorForm(data=as_shown(coordinator))
    form.offer(coordinator)
    hers = coordinator.person.password is not None
    if hers:
        del form.name, form.email
    if form.validate_on_submit():
        check_version(coordinator, form.posted_version)
        try:
            changed = _amend(coordinator, form, hers)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Saved. What is booked stays booked.") if changed else _("Nothing was different."))
            return redirect(url_for(".show", coordinator_id=coordinator.id), 303)
    page = render_template("coordinators/edit.html", form=form, coordinator=coordinator)
    return page, 422 if form.is_submitted() else 200


def _amend(coordinator: Coordinator, form: CoordinatorForm, hers: bool) -> bool:
    person = current_person()
    about = replace(form.draft(coordinator), country=str(form.country.data), work_state=form.work_state.data or "")
    moved = False
    if not hers:
        about = replace(about, name=form.name.data)
        moved = _correct_address(coordinator, form.email.data)
    return bool(amend_coordinator(coordinator, about, by=person)) or moved


def _correct_address(coordinator: Coordinator, email: str) -> bool:
    """The address she is to be invited at; what was sent to the wrong one is dead."""
    owner = coordinator.person
    if email.casefold() == owner.email.casefold():
        return False
    if person_by_email(email) is not None:
        raise Invalid("Somebody else has this address.", "email")
    owner.email = email
    session.execute(
        update(Invitation)
        .where(
            Invitation.coordinator_id == coordinator.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=now())
        .execution_options(synchronize_session=False)
    )
    record(
        "correct address",
        coordinator,
        Phrase("The e-mail address of %(name)s was corrected.", name=owner.name),
        by=current_person(),
    )
    return True


@pages.post("/coordinators/<int:coordinator_id>/pause", may=Permission.COORDINATOR_MANAGE)
def pause(coordinator_id: int) -> ResponseReturnValue:
    """She is asked nothing new for now."""
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    coordinator.pause()
    record("pause", coordinator, Phrase("%(name)s was paused.", name=coordinator.name), by=current_person())
    flash(_("%(name)s is paused. What is booked stays booked.", name=coordinator.name))
    return redirect(url_for(".show", coordinator_id=coordinator.id), 303)


@pages.post("/coordinators/<int:coordinator_id>/resumption", may=Permission.COORDINATOR_MANAGE)
def resume(coordinator_id: int) -> ResponseReturnValue:
    """She is asked again."""
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    coordinator.resume()
    record("resume", coordinator, Phrase("%(name)s is active again.", name=coordinator.name), by=current_person())
    flash(_("%(name)s is active again.", name=coordinator.name))
    return redirect(url_for(".show", coordinator_id=coordinator.id), 303)


# ---- an exclusion hold ------------------------------------------------------------------------------------------


@pages.form("/coordinators/<int:coordinator_id>/hold", may=Permission.CREDENTIAL_VERIFY)
def hold(coordinator_id: int) -> ResponseReturnValue:
    """Nobody books her until a screening's hit is settled."""
    coordinator = get_or_404(with_details(visible_to(current_person())), coordinator_id)
    check_may_hold(current_person())
    form = HoldForm()
    if form.validate_on_submit():
        check_version(coordinator, form.posted_version)
        hold_back(coordinator, form.reason.data, by=current_person(), at=now())
        flash(
            _(
                "%(name)s is held back: no booking is possible. What is booked stays: look at it now.",
                name=coordinator.name,
            )
        )
        return redirect(url_for(".show", coordinator_id=coordinator.id), 303)
    page = render_template("coordinators/hold.html", form=form, coordinator=coordinator)
    return page, 422 if form.is_submitted() else 200


@pages.post("/coordinators/<int:coordinator_id>/release", may=Permission.CREDENTIAL_VERIFY)
def release(coordinator_id: int) -> ResponseReturnValue:
    """It was adjudicated: she may be booked."""
    coordinator = get_or_404(with_details(visible_to(current_person())), coordinator_id)
    check_may_hold(current_person())
    let_go(coordinator, by=current_person(), at=now())
    flash(_("%(name)s can be booked again.", name=coordinator.name))
    return redirect(url_for(".show", coordinator_id=coordinator.id), 303)


# ---- inviting her -----------------------------------------------------------------------------------------------


@pages.post("/coordinators/<int:coordinator_id>/invitations", may=Permission.COORDINATOR_MANAGE, fresh=True)
def invitation(coordinator_id: int) -> ResponseReturnValue:
    """A letter to her address; the link in an older one is dead."""
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    invite(
        coordinator.person.email,
        coordinator.name,
        Role.COORDINATOR,
        agency(),
        coordinator.id,
        by=current_person(),
        at=now(),
    )
    flash(_("The invitation to %(name)s is on its way. It works for 48 hours.", name=coordinator.name))
    return redirect(url_for(".show", coordinator_id=coordinator.id), 303)


@pages.post(
    "/coordinators/<int:coordinator_id>/invitations/<int:invitation_id>/withdrawal", may=Permission.COORDINATOR_MANAGE
)
def withdraw(coordinator_id: int, invitation_id: int) -> ResponseReturnValue:
    """The link in the letter is dead."""
    coordinator = get_or_404(visible_to(current_person()), coordinator_id)
    found = get_or_404(invitations_of(coordinator.id), invitation_id)
    take_back(found, by=current_person(), at=now())
    flash(_("The invitation of %(name)s is taken back: its link is dead.", name=found.name))
    return redirect(url_for(".show", coordinator_id=coordinator_id), 303)


# ---- her own page -----------------------------------------------------------------------------------------------


@pages.get("/me", may=Permission.COORDINATOR_DESK)
def me() -> str:
    """Who she is here, and the way to everything that is hers."""
    person, at = current_person(), now()
    coordinator = get_or_404(with_details(visible_to(person)), person.coordinator_id or 0)
    lines = _lines(person)
    return render_template(
        "coordinators/me.html",
        coordinator=coordinator,
        lines=[lines.get(code, code) for code in coordinator.service_lines],
        tongues=[language_name(code) for code in coordinator.languages],
        education=education_words()[coordinator.education],
        week=week_in_short(window.hours for window in coordinator.availability),
        next_off=next((off for off in coordinator.time_off if off.ends_at > at), None),
    )


@pages.form("/me/profile", may=Permission.COORDINATOR_DESK)
def profile() -> ResponseReturnValue:
    """What she says about herself. Saving says: this is right."""
    person = current_person()
    coordinator = get_or_404(with_details(visible_to(person)), person.coordinator_id or 0)
    form = ProfileForm(data=as_shown(coordinator))
    form.offer(coordinator)
    if form.validate_on_submit():
        check_version(coordinator, form.posted_version)
        try:
            changed = amend_coordinator(coordinator, form.draft(coordinator), by=person)
        except Invalid as error:
            form.refuse(error)
        else:
            first_time = coordinator.facts_confirmed_at is None
            coordinator.facts_confirmed_at = now()
            flash(
                _("Saved. What is booked stays booked.")
                if changed
                else _("Nothing was different; your profile is confirmed.")
            )
            return redirect(url_for("onboarding.welcome") if first_time else url_for(".me"), 303)
    page = render_template("coordinators/profile.html", form=form, coordinator=coordinator)
    return page, 422 if form.is_submitted() else 200
