"""In and out: sign in, second step, sign out, confirm that it is you."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.audit_hook import record
from marketplace.accounts.authentication import sign_in as signing_in
from marketplace.accounts.authentication.page_access import safe_next
from marketplace.accounts.authentication.reauthentication import code_is_right, person_with_password
from marketplace.accounts.authentication.sign_in import current_person, current_person_or_none
from marketplace.accounts.forms import CodeForm, ConfirmForm, SignInForm
from marketplace.accounts.views.blueprint import pages
from marketplace.accounts.views.first_page import first_page
from marketplace.kernel import Phrase, now
from marketplace.web import PUBLIC, SIGNED_IN
from marketplace.web.middleware.proxies import visitor_address


@pages.form("/sign-in", may=PUBLIC)
def sign_in() -> Any:
    if current_person_or_none() is not None and request.method == "GET":
        return redirect(safe_next(request.args.get("next")) or first_page(), 303)
    form = SignInForm(next=safe_next(request.args.get("next")))
    if not form.validate_on_submit():
        return _sign_in_page(form)
    person = person_with_password(form.email.data, form.password.data, visitor_address(), now())
    if person is None:
        form.refuse(
            _("This e-mail address and password do not belong together, or there were too many tries."
              " Check both, or wait a few minutes.")
        )  # fmt: skip
        return _sign_in_page(form)
    signing_in.sign_in(person)
    record("signed in", person, Phrase("%(name)s signed in.", name=person.name), person)
    then = safe_next(form.next.data)
    if person.totp_seed is not None:
        return redirect(url_for(".second_factor", next=then or None), 303)
    return redirect(then or url_for(".welcome"), 303)


def _sign_in_page(form: SignInForm) -> Any:
    told = signing_in.settings()
    page = render_template("accounts/sign_in.html", form=form, demo=told.demo, alone=not told.require_second_factor)
    return page, 422 if form.errors else 200


@pages.get("/welcome", may=SIGNED_IN)
def welcome() -> Any:
    """The first page of whoever has just come in."""
    return redirect(first_page(), 303)


@pages.form("/sign-in/code", may=PUBLIC)
def second_factor() -> Any:
    waiting = signing_in.waiting_sign_in()
    if waiting is None:
        return redirect(url_for(".sign_in", next=safe_next(request.args.get("next")) or None), 303)
    signed, person = waiting
    form = CodeForm(next=safe_next(request.args.get("next")))
    if not form.validate_on_submit():
        return render_template("accounts/second_step.html", form=form), 422 if form.errors else 200
    right = code_is_right(person, form.code.data, now())
    if not right:
        form.refuse(
            _("Too many codes were tried. Wait five minutes, then use a fresh one.")
            if right is None
            else _("This code is wrong, too old, or was used already. Wait for the next one."),
            "code",
        )
        return render_template("accounts/second_step.html", form=form), 422
    signing_in.complete_sign_in(signed, person)
    return redirect(safe_next(form.next.data) or url_for(".welcome"), 303)


@pages.post("/sign-out", may=PUBLIC)
def sign_out() -> Any:
    signing_in.sign_out()
    response = redirect(url_for(".sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@pages.form("/confirm", may=SIGNED_IN)
def confirm() -> Any:
    """Once more the password, before money moves or somebody becomes somebody else."""
    form = ConfirmForm(next=safe_next(request.args.get("next")))
    if form.validate_on_submit():
        person = current_person()
        if person_with_password(person.email, form.password.data, visitor_address(), now()) is not None:
            signing_in.confirmed_now()
            return redirect(safe_next(form.next.data) or first_page(), 303)
        form.refuse(_("This is not your password, or there were too many tries. Wait a few minutes."), "password")
    return render_template("accounts/confirm.html", form=form), 422 if form.errors else 200
