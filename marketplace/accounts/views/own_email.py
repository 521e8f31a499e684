"""Somebody's own e-mail address: the request to change it, and the page the letter's link opens."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.authentication import sign_in
from marketplace.accounts.authentication.one_time_links import Purpose, look_at_link
from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.email_change import ask_for_new_email, change_email
from marketplace.accounts.forms import EmailForm
from marketplace.accounts.views.blueprint import pages
from marketplace.kernel import Invalid, now
from marketplace.web import PUBLIC, SIGNED_IN


@pages.form("/account/email", may=SIGNED_IN, fresh=True)
def email() -> Any:
    """The new address counts only after its letter was answered; the old one is told."""
    person = current_person()
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("accounts/email.html", form=form, me=person), 422 if form.errors else 200
    try:
        ask_for_new_email(person, form.email.data, now())
    except Invalid as error:
        form.refuse(error)
        return render_template("accounts/email.html", form=form, me=person), 422
    return render_template("accounts/letter_on_its_way.html", email=form.email.data)


@pages.form("/new-email/<token>", may=PUBLIC)
def new_email(token: str) -> Any:
    """GET shows what would happen, POST does it."""
    if request.method == "GET":
        return render_template("accounts/new_email.html", email=look_at_link(token, Purpose.NEW_EMAIL, now()).email)
    person = change_email(token, now())
    sign_in.sign_out()
    flash(_("From now on sign in with %(email)s.", email=person.email))
    return redirect(url_for(".sign_in"), 303)
