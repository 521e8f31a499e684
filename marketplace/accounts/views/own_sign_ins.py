"""Somebody's own password, and the browsers they are signed in with."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts import notifications
from marketplace.accounts.authentication import sign_in
from marketplace.accounts.authentication.reauthentication import set_password
from marketplace.accounts.authentication.session_registry import IDLE, LONGEST_SESSION, end_sessions
from marketplace.accounts.authentication.sign_in import current_person, current_sign_in
from marketplace.accounts.forms import NewPasswordForm
from marketplace.accounts.queries import live_sessions
from marketplace.accounts.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import Invalid, now
from marketplace.web import SIGNED_IN, get_or_404


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
