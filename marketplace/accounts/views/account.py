"""What somebody says about themselves: name, address, password, language, colours, where they are signed in."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from marketplace.accounts import notifications
from marketplace.accounts.audit_hook import record
from marketplace.accounts.authentication import rate_limits, second_factor, sign_in
from marketplace.accounts.authentication.one_time_links import Purpose, look_at_link, make_link, use_link
from marketplace.accounts.authentication.page_access import sent_from
from marketplace.accounts.authentication.reauthentication import set_password
from marketplace.accounts.authentication.session_registry import IDLE, LONGEST_SESSION, end_sessions
from marketplace.accounts.authentication.sign_in import current_person, current_sign_in
from marketplace.accounts.first_page import first_page
from marketplace.accounts.forms import EmailForm, NameForm, NewPasswordForm
from marketplace.accounts.permissions import Permission
from marketplace.accounts.queries import live_sessions, person_by_id
from marketplace.accounts.texts import role_name
from marketplace.accounts.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import Invalid, NotAllowedNow, NotFound, Phrase, now
from marketplace.web import PUBLIC, SIGNED_IN, get_or_404

LOCALES = ("en", "es")
THEMES = ("system", "light", "dark")


@pages.get("/account", may=SIGNED_IN)
def account() -> str:
    person = current_person()
    return render_template(
        "accounts/account.html",
        me=person,
        memberships=[(m, role_name(m.role)) for m in person.memberships if m.active],
        manages=person.may(Permission.MEMBER_MANAGE),
        factor_required=second_factor.required_of(person) and sign_in.settings().require_second_factor,
    )


@pages.form("/account/name", may=SIGNED_IN)
def name() -> Any:
    person = current_person()
    form = NameForm(obj=person)
    if form.validate_on_submit():
        before, person.name = person.name, form.name.data
        record(
            "changed name",
            person,
            Phrase("%(before)s is now called %(name)s.", before=before, name=person.name),
            person,
        )
        flash(_("Your name is now %(name)s.", name=person.name))
        return redirect(url_for(".account"), 303)
    return render_template("accounts/name.html", form=form), 422 if form.errors else 200


@pages.form("/account/email", may=SIGNED_IN, fresh=True)
def email() -> Any:
    """The new address counts only after its letter was answered; the old one is told."""
    person = current_person()
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("accounts/email.html", form=form, me=person), 422 if form.errors else 200
    if not rate_limits.within_limits(rate_limits.LETTERS, f"person {person.id}", at=now()):
        form.refuse(_("You asked for several letters already. Wait a quarter of an hour."), "email")
        return render_template("accounts/email.html", form=form, me=person), 422
    token = make_link(person, Purpose.NEW_EMAIL, now(), form.email.data)
    notifications.notify_new_email(person, form.email.data, token)
    return render_template("accounts/letter_on_its_way.html", email=form.email.data)


@pages.form("/new-email/<token>", may=PUBLIC)
def new_email(token: str) -> Any:
    """GET shows what would happen, POST does it."""
    link = look_at_link(token, Purpose.NEW_EMAIL, now())
    assert link.email is not None
    if request.method == "GET":
        return render_template("accounts/new_email.html", email=link.email)
    use_link(token, Purpose.NEW_EMAIL, now())
    person = person_by_id(link.person_id)
    if not person.active:
        raise NotAllowedNow(_("This account is switched off. Ask whoever invited you."))
    try:
        with session.begin_nested():
            person.email, person.confirmed_at = link.email, now()
    except IntegrityError as error:
        raise NotAllowedNow(_("This address cannot be used. Sign in with the old one and choose another.")) from error
    end_sessions(person.id)
    record("changed e-mail", person, Phrase("%(name)s uses another e-mail address.", name=person.name), person)
    sign_in.sign_out()
    flash(_("From now on sign in with %(email)s.", email=link.email))
    return redirect(url_for(".sign_in"), 303)


@pages.form("/account/password", may=SIGNED_IN, fresh=True)
def password() -> Any:
    person = current_person()
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            set_password(person, form.password.data, now(), keep_session=current_sign_in().id)
        except Invalid as error:
            form.refuse(error)
        else:
            sign_in.renew_token()
            notifications.notify_password_changed(person)
            flash(_("Your password is changed. You are signed out everywhere else."))
            return redirect(url_for(".account"), 303)
    return render_template("accounts/password.html", form=form), 422 if form.errors else 200


@pages.get("/account/sign-ins", may=SIGNED_IN)
def sign_ins() -> str:
    mine = session.scalars(live_sessions(current_person().id)).all()
    at = now()
    live = [one for one in mine if at - one.started_at <= LONGEST_SESSION and at - one.seen_at <= IDLE]
    return render_template("accounts/sign_ins.html", sign_ins=live, here=current_sign_in().id)


@pages.post("/account/sign-ins/<int:sign_in_id>/ending", may=SIGNED_IN)
def end_sign_in(sign_in_id: int) -> Any:
    """Sign out another browser of one's own."""
    get_or_404(live_sessions(current_person().id), sign_in_id).ended_at = now()
    flash(_("That browser is signed out."))
    return redirect(url_for(".sign_ins"), 303)


@pages.post("/account/sign-ins/ending", may=SIGNED_IN)
def end_other_sign_ins() -> Any:
    end_sessions(current_person().id, except_id=current_sign_in().id)
    flash(_("You are signed out everywhere else."))
    return redirect(url_for(".sign_ins"), 303)


@pages.post("/account/organisation", may=SIGNED_IN)
def switch_organisation() -> Any:
    """Work for another of the organisations one belongs to."""
    asked = request.form.get("membership", "")
    membership = next((m for m in current_person().memberships if m.active and str(m.id) == asked), None)
    if membership is None:
        raise NotFound(_("You do not belong there."))
    sign_in.switch_to(membership)
    return redirect(first_page(), 303)


@pages.post("/account/theme", may=SIGNED_IN)
def theme() -> Any:
    current_person().theme = _one_of("theme", THEMES)
    return _back()


@pages.post("/account/shortcuts", may=SIGNED_IN)
def shortcuts() -> Any:
    current_person().shortcuts = _one_of("shortcuts", ("on", "off")) == "on"
    return _back()


@pages.post("/language", may=PUBLIC)
def language() -> Any:
    """For a visitor the choice stays in the browser, for anybody else it belongs to the account."""
    chosen = _one_of("locale", LOCALES)
    person = sign_in.current_person_or_none()
    if person is not None:
        person.locale = chosen
    cookie["locale"] = chosen
    return _back()


def _one_of(field: str, known: tuple[str, ...]) -> str:
    chosen = request.form.get(field, "")
    if chosen not in known:
        raise Invalid(_("Choose one of: %(choices)s.", choices=", ".join(known)), field)
    return chosen


def _back() -> Any:
    """To the page the button was on."""
    return redirect(sent_from() or "/", 303)
