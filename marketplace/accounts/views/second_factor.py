"""The second factor: set up with a picture for the phone, recovery codes shown once, taken off again."""

import base64
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask import session as cookie
from flask_babel import gettext as _

from marketplace.accounts import notifications
from marketplace.accounts.audit_hook import record
from marketplace.accounts.authentication import rate_limits, second_factor
from marketplace.accounts.authentication.encryption import Unsealable, seal, unseal
from marketplace.accounts.authentication.session_registry import end_sessions
from marketplace.accounts.authentication.sign_in import current_person, current_sign_in, settings
from marketplace.accounts.forms import SetUpForm
from marketplace.accounts.models import Person
from marketplace.accounts.views.blueprint import pages
from marketplace.db import session
from marketplace.kernel import NotAllowedNow, Phrase, now
from marketplace.web import SIGNED_IN

BEGUN = "second factor begun"


@pages.form("/account/second-factor", may=SIGNED_IN, fresh=True)
def set_up_second_factor() -> Any:
    person = current_person()
    if person.totp_seed is not None:
        return render_template(
            "accounts/second_factor_on.html",
            codes_left=len(person.recovery_hashes or []),
            required=second_factor.required_of(person) and settings().require_second_factor,
        )
    form = SetUpForm()
    if not form.validate_on_submit():
        return _set_up_page(form, person)
    try:
        seed = unseal(base64.urlsafe_b64decode(form.sealed.data or ""), _place(), settings().secret_key).decode()
    except (Unsealable, ValueError):
        raise NotAllowedNow(_("This page was open for too long. Open it again and scan the new picture.")) from None
    within = rate_limits.within_limits(rate_limits.SECOND_FACTORS, f"setting up {person.id}", at=now())
    step = second_factor.step_of(seed, form.code.data.replace(" ", ""), now()) if within else None
    if step is None:
        form.refuse(
            _("This is not the code it shows now. Check the clock of your phone, then type the next one."), "code"
        )
        return _set_up_page(form, person, seed)
    codes = second_factor.turn_on(person, seed, step, settings().secret_key)
    cookie.pop(BEGUN, None)
    current_sign_in().second_factor_at = now()
    session.flush()
    notifications.notify_second_factor_on(person)
    record(
        "turned on second factor",
        person,
        Phrase("%(name)s signs in with a second factor from now on.", name=person.name),
        person,
    )
    return render_template("accounts/recovery_codes.html", codes=codes, first_time=True)


def _set_up_page(form: SetUpForm, person: Person, seed: str | None = None) -> Any:
    """Nothing is stored until the first right code: the seed travels in page and cookie, sealed for this sign-in alone.

    Phones load a page anew when its owner comes back from the app: the picture must be the one that was scanned.
    """
    seed = seed or _begun() or second_factor.new_seed()
    form.sealed.data = base64.urlsafe_b64encode(seal(seed.encode(), _place(), settings().secret_key)).decode()
    cookie[BEGUN] = form.sealed.data
    address = second_factor.app_address(seed, person, settings().agency_name)
    page = render_template(
        "accounts/set_up_second_factor.html",
        form=form,
        address=address,
        picture=second_factor.qr_picture(address),
        seed=" ".join(seed[i : i + 4] for i in range(0, len(seed), 4)),
        required=second_factor.required_of(person) and settings().require_second_factor,
    )
    return page, 422 if form.errors else 200


def _begun() -> str | None:
    try:
        return unseal(base64.urlsafe_b64decode(cookie.get(BEGUN, "")), _place(), settings().secret_key).decode()
    except (Unsealable, ValueError):
        return None


def _place() -> str:
    return f"second factor set-up:{current_sign_in().id}"


@pages.post("/account/recovery-codes", may=SIGNED_IN, fresh=True)
def renew_recovery_codes() -> Any:
    """Ten new ones; shown now and never again."""
    person = current_person()
    if person.totp_seed is None:
        raise NotAllowedNow(_("Set up the second factor first; recovery codes come with it."))
    codes = second_factor.renew_recovery_codes(person, settings().secret_key)
    notifications.notify_new_recovery_codes(person)
    record("renewed recovery codes", person, Phrase("%(name)s has new recovery codes.", name=person.name), person)
    return render_template("accounts/recovery_codes.html", codes=codes, first_time=False)


@pages.post("/account/second-factor/removal", may=SIGNED_IN, fresh=True)
def remove_second_factor() -> Any:
    person = current_person()
    if second_factor.required_of(person) and settings().require_second_factor:
        raise NotAllowedNow(_("Your role asks for a second factor, so it stays on."))
    second_factor.turn_off(person)
    end_sessions(person.id, except_id=current_sign_in().id)
    notifications.notify_second_factor_off(person)
    record(
        "turned off second factor",
        person,
        Phrase("%(name)s signs in with a password alone from now on.", name=person.name),
        person,
    )
    flash(_("The second factor is off. You are signed out everywhere else."))
    return redirect(url_for(".account"), 303)
