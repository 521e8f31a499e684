"""A coordinator hands in a credential."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.queries import credential_types
from marketplace.credentials.forms import UploadForm
from marketplace.credentials.queries import visible_to
from marketplace.credentials.uploads import upload
from marketplace.credentials.views.blueprint import pages
from marketplace.credentials.views.own_credentials import own_coordinator
from marketplace.kernel import Invalid, called, now
from marketplace.web import asked_number, asked_word, get_or_404


@pages.form("/mine/new", may=Permission.CREDENTIAL_UPLOAD)
def new() -> ResponseReturnValue:
    """Hand in a paper; `type` or `renew` in the address fill in what is known already."""
    coordinator, person, at = own_coordinator(), current_person(), now()
    kinds = credential_types()
    form = UploadForm(data=_known({kind.code for kind in kinds}))
    form.offer(kinds)
    if form.validate_on_submit():
        try:
            data, filename = form.file.content()
            kind = next(kind for kind in kinds if kind.code == form.type.data)
            upload(coordinator, form.paper_as(kind), data, filename, person, at)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("%(kind)s is with the agency now.", kind=called(kind)))
            return redirect(url_for(".mine"), 303)
    page = render_template("credentials/new.html", form=form, kinds=kinds)
    return page, 422 if form.is_submitted() else 200


def _known(kinds: set[str]) -> dict[str, Any]:
    """The initial values of the form: the paper to renew, or the type asked for."""
    if request.method != "GET":
        return {}
    key = asked_number("renew")
    if key:
        old = get_or_404(visible_to(current_person()), key)
        return {"type": old.type, "number": old.number, "region": old.region, "multistate": old.multistate}
    return {"type": asked_word("type", kinds) or None}
