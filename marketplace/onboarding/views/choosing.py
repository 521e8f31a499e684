"""How newcomers become active: by hand or by themselves."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.permissions import Permission
from marketplace.db import session
from marketplace.kernel import now
from marketplace.onboarding.choosing import choose
from marketplace.onboarding.forms import ActivationForm
from marketplace.onboarding.queries import last_choices, mode_in_force
from marketplace.onboarding.rules import ActivationMode
from marketplace.onboarding.views.blueprint import pages

SHOWN = 10


@pages.form("/activation", may=Permission.FACILITY_MANAGE)
def activation() -> ResponseReturnValue:
    """Choose, and see who chose what before."""
    stands = mode_in_force()
    form = ActivationForm(mode=stands)
    if form.validate_on_submit():
        wanted = ActivationMode(str(form.mode.data))
        if wanted is stands:
            flash(_("Nothing was different."))
        else:
            done = choose(wanted, current_person(), now())
            flash(_("Saved.") if not done else ngettext("%(num)d is active now.", "%(num)d are active now.", done))
        return redirect(url_for(".activation"), 303)
    page = render_template(
        "onboarding/activation.html",
        form=form,
        choices=session.scalars(last_choices(SHOWN)).all(),
        automatic=ActivationMode.AUTOMATIC,
        zone=settings().agency_time_zone,
    )
    return page, 422 if form.errors else 200
