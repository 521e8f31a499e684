"""Once more the password, before money moves or somebody becomes somebody else: for every route that is `fresh`.

Whoever opens a page is asked on the page for it and then taken there. Whoever has filled in a form is asked at once, in its
place: what was filled in waits on that page and goes on with the password, so nothing is typed twice.
"""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.accounts.authentication.page_access import asked_page, safe_next, sent_from
from marketplace.accounts.authentication.reauthentication import person_with_password
from marketplace.accounts.authentication.sign_in import confirmed_now, confirmed_recently, current_person
from marketplace.accounts.forms import ConfirmForm
from marketplace.kernel import now
from marketplace.web.middleware.proxies import visitor_address

PREFIX = "confirm-"
"""What the page asks for itself is named so, beside the fields that wait."""

NOT_KEPT = frozenset({"password", "again", "code", "sealed"})
"""A form with one of these is filled in anew: secrets do not travel through a page."""


def ask_again() -> Any:
    """None when the person has confirmed a short while ago, or does so with this very request; else the page that asks."""
    if confirmed_recently():
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("accounts.confirm", next=asked_page() or None), 303)
    if "HX-Request" in request.headers:
        return Response(headers={"HX-Redirect": url_for("accounts.confirm", next=sent_from() or None)})
    if request.files or NOT_KEPT & set(request.form):
        flash(_("Nothing was done yet. Confirm that it is you, then repeat it."))
        return redirect(url_for("accounts.confirm", next=asked_page() or None), 303)
    return _ask_in_place()


def _ask_in_place() -> Any:
    answered = f"{PREFIX}password" in request.form
    # What was posted so far was meant for another form.
    form = ConfirmForm(None if answered else MultiDict({f"{PREFIX}next": sent_from()}), prefix=PREFIX)
    if answered and form.validate():
        person = current_person()
        if person_with_password(person.email, form.password.data, visitor_address(), now()) is not None:
            confirmed_now()
            return None
        form.refuse(_("This is not your password, or there were too many tries. Wait a few minutes."), "password")
    waiting = [
        (name, value.encode("utf-8", "replace").decode())
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and not name.startswith(PREFIX)
    ]
    page = render_template("accounts/confirm_in_place.html", form=form, waiting=waiting, back=safe_next(form.next.data))
    return page, 422 if answered else 403
