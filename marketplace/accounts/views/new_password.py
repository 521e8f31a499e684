"""A forgotten password: the request for a letter, and the page its link opens."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts.authentication import rate_limits
from marketplace.accounts.authentication import sign_in as signing_in
from marketplace.accounts.authentication.one_time_links import Purpose, person_of_link, use_link
from marketplace.accounts.authentication.reauthentication import set_password
from marketplace.accounts.forms import EmailForm, NewPasswordForm
from marketplace.accounts.views.blueprint import pages
from marketplace.db import enqueue
from marketplace.kernel import Invalid, now
from marketplace.web import PUBLIC
from marketplace.web.middleware.proxies import visitor_address


@pages.form("/forgotten-password", may=PUBLIC)
def forgotten_password() -> Any:
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten_password.html", form=form), 422 if form.errors else 200
    whom = rate_limits.account_and_place(form.email.data, visitor_address())
    if rate_limits.within_limits(rate_limits.LETTERS, *whom, at=now()):
        enqueue("accounts.send_new_password_link", queue="mail", email=form.email.data)
    return render_template("accounts/letter_on_its_way.html", email=form.email.data)


@pages.form("/new-password/<token>", may=PUBLIC)
def new_password(token: str) -> Any:
    person = person_of_link(token, Purpose.NEW_PASSWORD, now())
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            use_link(token, Purpose.NEW_PASSWORD, now())
            set_password(person, form.password.data, now())
        except Invalid as error:
            form.refuse(error)
        else:
            signing_in.sign_out()
            flash(_("Your new password is set. Sign in with it."))
            return redirect(url_for(".sign_in"), 303)
    return render_template("accounts/new_password.html", form=form), 422 if form.errors else 200
