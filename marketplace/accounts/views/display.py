"""The page of a person's display settings: colors, keyboard shortcuts, language."""

from typing import Any

from flask import redirect, request
from flask import session as cookie
from flask_babel import gettext as _

from marketplace.accounts.authentication import sign_in
from marketplace.accounts.authentication.page_access import sent_from
from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.views.blueprint import pages
from marketplace.kernel import Invalid
from marketplace.web import PUBLIC, SIGNED_IN

LOCALES = ("en", "es")


THEMES = ("system", "light", "dark")


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
