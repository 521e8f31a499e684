"""No page without saying who may use it: a blueprint whose routes demand `may=`, and the check before each request."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from flask import Blueprint, Flask, current_app, request
from flask.sansio.scaffold import T_route


class Anyone(StrEnum):
    """The two permissions that need no role."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


PUBLIC = Anyone.PUBLIC
SIGNED_IN = Anyone.SIGNED_IN


class Pages(Blueprint):
    """A blueprint that will not take a route without `may=`. Acts are nouns: `POST /timesheets/7/approval`.

    `fresh=True` on a route that moves money or changes who somebody is or what they may do: it opens only to whoever has
    given the password within the last quarter of an hour (`tests/house/test_fresh.py` knows which routes must say so).
    """

    def get(  # type: ignore[override]
        self, rule: str, *, may: StrEnum, fresh: bool = False, **options: Any
    ) -> Callable[[T_route], T_route]:
        return self._guarded(rule, ["GET"], may, options, fresh)

    def post(  # type: ignore[override]
        self, rule: str, *, may: StrEnum, fresh: bool = False, **options: Any
    ) -> Callable[[T_route], T_route]:
        return self._guarded(rule, ["POST"], may, options, fresh)

    def form(self, rule: str, *, may: StrEnum, fresh: bool = False, **options: Any) -> Callable[[T_route], T_route]:
        """A page whose form posts to its own address: GET shows it, POST takes it, 422 shows it again with the errors."""
        return self._guarded(rule, ["GET", "POST"], may, options, fresh)

    def look(self, rule: str, *, may: StrEnum, **options: Any) -> Callable[[T_route], T_route]:
        """Register a view that changes nothing and is still a POST: its values must not stand in an address.

        The form keeps its idempotency key for the act itself.
        """

        def register(view: T_route) -> T_route:
            setattr(view, "only_looks", True)  # noqa: B010 - a function takes any attribute, its type does not
            return self._guarded(rule, ["POST"], may, options)(view)

        return register

    def watch(self, rule: str, *, may: StrEnum, **options: Any) -> Callable[[T_route], T_route]:
        """A part of a page that asks for itself again and again: that is no sign that somebody is still there."""

        def register(view: T_route) -> T_route:
            setattr(view, "only_watches", True)  # noqa: B010 - a function takes any attribute, its type does not
            return self._guarded(rule, ["GET"], may, options)(view)

        return register

    def _guarded(
        self, rule: str, methods: list[str], may: StrEnum, options: dict[str, Any], fresh: bool = False
    ) -> Callable[[T_route], T_route]:
        def register(view: T_route) -> T_route:
            setattr(view, "may", may)  # noqa: B010 - a function takes any attribute, its type does not
            setattr(view, "fresh", fresh)  # noqa: B010
            self.add_url_rule(rule, view_func=view, methods=methods, **options)
            return view

        return register


def guard(app: Flask, check: Callable[[StrEnum], Any], confirm: Callable[[], Any]) -> None:
    """Before each request, `check(may)` answers None, returns a response (a redirect to sign-in), or raises a refusal.

    On a route that is `fresh`, `confirm()` is asked next: None to go on, or the page that asks for the password again.
    """

    @app.before_request
    def ask() -> Any:
        if request.endpoint is None:
            return None
        answer = check(permission_of(request.endpoint))
        if answer is None and getattr(current_app.view_functions[request.endpoint], "fresh", False):
            return confirm()
        return answer


def permission_of(endpoint: str) -> StrEnum:
    """The `may=` of a route. A view without one is a programming error, found at start by `check_all_guarded`."""
    may = getattr(current_app.view_functions[endpoint], "may", None)
    if may is None:
        raise LookupError(f"{endpoint} does not say who may use it")
    return Anyone(may) if isinstance(may, str) and not isinstance(may, StrEnum) else may


def check_all_guarded(app: Flask) -> None:
    """Refuse to start while any route does not say who may use it."""
    open_doors = [e for e, view in app.view_functions.items() if not hasattr(view, "may")]
    if open_doors:
        raise LookupError("These routes do not say who may use them: " + ", ".join(sorted(open_doors)))
