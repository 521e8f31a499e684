"""Which page a person may open, where they go instead, and where they come back to after signing in."""

from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.authentication import second_factor
from marketplace.accounts.authentication.sign_in import current_person_or_none, settings, waiting_sign_in
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Permission
from marketplace.accounts.texts import role_name
from marketplace.kernel import NotPermitted
from marketplace.web import PUBLIC, SIGNED_IN


def check(may: StrEnum) -> Any:
    """Before each page: None to go on, or the way to sign in, to the second factor; raises NotPermitted."""
    if may is PUBLIC:
        return None
    person = current_person_or_none()
    if person is None:
        return _to_sign_in()
    if must_set_up_second_factor(person) and request.endpoint not in WITHOUT_SECOND_FACTOR:
        return redirect(url_for("accounts.set_up_second_factor"), 303)
    if may is SIGNED_IN:
        return None
    if person.acting is None:
        raise NotPermitted(_("You do not belong to an organization here at the moment. Ask whoever invited you."))
    if isinstance(may, Permission) and person.may(may):
        return None
    raise NotPermitted(
        _(
            "Your role here (%(role)s) does not include this. Ask an owner of %(organisation)s to do it, or to change your role.",
            role=role_name(person.acting.role),
            organisation=person.acting.organisation.name,
        )
    )


def must_set_up_second_factor(person: Person) -> bool:
    """Whether the rest of the site opens only after that."""
    return person.totp_seed is None and settings().require_second_factor and second_factor.required_of(person)


WITHOUT_SECOND_FACTOR = frozenset(
    {"accounts.set_up_second_factor", "accounts.confirm", "accounts.language", "accounts.theme"}
)
"""What a person who still has to set up the second factor can open."""


def _to_sign_in() -> Any:
    if waiting_sign_in() is not None:
        return redirect(url_for("accounts.second_factor", next=asked_page() or None), 303)
    if request.method not in ("GET", "HEAD"):
        flash(_("You were signed out, so nothing was saved. Sign in and repeat it."))
    if "HX-Request" in request.headers:
        # A part of a page asked: the sign-in page must not appear inside it, so the whole page goes there.
        return Response(headers={"HX-Redirect": url_for("accounts.sign_in", next=sent_from() or None)})
    return redirect(url_for("accounts.sign_in", next=asked_page() or None), 303)


def asked_page() -> str:
    """The address to come back to: what was asked for, or the page whose form was sent."""
    shown_here = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    return safe_next(request.full_path.rstrip("?")) if shown_here else sent_from()


def sent_from() -> str:
    """The page of this site whose button or form was used; empty when the browser does not say."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return ""
    return safe_next(came_from.path + (f"?{came_from.query}" if came_from.query else ""))


def safe_next(address: str | None) -> str:
    """`address` when it is a page of this site, else an empty text: nobody is led elsewhere after signing in."""
    text = address or ""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if plain and len(text) <= 2000 and not urlsplit(text).netloc else ""
