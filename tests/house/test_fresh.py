"""Acts on money and identity ask for the password again: which routes these are, and that none of them forgets it."""

from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.accounts import invitations, role_changes
from marketplace.accounts.authentication import reauthentication, second_factor
from marketplace.accounts.permissions import MAY, Permission
from marketplace.billing import credit_notes, invoicing, payments_received
from marketplace.contracts import signing
from marketplace.payouts import pay_run, sending
from marketplace.web import PUBLIC
from tests.house.things import Things
from tests.house.walking import ACTORS, at_the_site
from tests.life import Lively

P = Permission

MOVES_MONEY_OR_CHANGES_PEOPLE = {P.MEMBER_MANAGE, P.CONTRACT_SIGN, P.INVOICE_RUN, P.PAYMENT_RECORD, P.PAY_RUN}
"""Whatever is done under one of these needs a fresh password."""

DOES_NOT = {
    P.AGENCY_DESK, P.FACILITY_DESK, P.COORDINATOR_DESK, P.FACILITY_MANAGE, P.COORDINATOR_MANAGE, P.FACILITY_SETTINGS,
    P.CREDENTIAL_VERIFY, P.CREDENTIAL_UPLOAD, P.CONTRACT_MANAGE, P.CONTRACT_SEE, P.NEED_SEE, P.NEED_POST, P.SHIFT_SEE,
    P.OFFER_SEND, P.OFFER_ANSWER, P.ASSIGNMENT_CANCEL, P.MATCH_PLAN, P.CLOCK, P.TIMESHEET_SEE, P.TIMESHEET_SUBMIT,
    P.TIMESHEET_APPROVE, P.INVOICE_SEE, P.EARNINGS_SEE, P.LEDGER_SEE, P.AUDIT_SEE, P.REPORT_SEE,
}  # fmt: skip
"""Under these only the acts named below need it; rates count when both sides have signed, hours when they are billed."""

ACTS = {
    # money
    credit_notes.void, credit_notes.give_credit, invoicing.issue, payments_received.record_payment, payments_received.use_credit,
    payments_received.bounce, pay_run.approve, sending.send_by_hand, sending.confirm_arrival, sending.release, sending.fail,
    sending.reverse, sending.hold, sending.lift,
    # who somebody is, and what they may
    invitations.invite, role_changes.change_role, role_changes.deactivate, role_changes.reactivate,
    reauthentication.set_password, second_factor.turn_on, second_factor.turn_off, second_factor.renew_recovery_codes,
    signing.sign,
}  # fmt: skip
"""A route whose view does one of these is fresh, whatever its permission."""

EXCUSED = {
    "members.withdraw": "takes away a link that nobody has used; it gives nothing to anybody",
    "accounts.new_password": "whoever has no password any more proves who they are with the link of the letter",
}

ACCOUNT = {
    "accounts.end_other_sign_ins": "closes doors only",
    "accounts.end_sign_in": "closes doors only",
    "accounts.name": "how somebody is called",
    "accounts.shortcuts": "a taste",
    "accounts.theme": "a taste",
    "accounts.switch_organisation": "somebody's own other role; each act there asks for itself",
    "accounts.confirm": "this is the asking",
}
"""Forms about one's own account that are not fresh. Every other one is."""


def acting_views(app: Flask) -> Iterator[tuple[str, Any]]:
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            yield rule.endpoint, app.view_functions[rule.endpoint]


def names_in(code: CodeType) -> set[str]:
    """Every name the function uses, also within what it defines inside."""
    inner = [names_in(const) for const in code.co_consts if isinstance(const, CodeType)]
    return set(code.co_names).union(*inner)


def does(view: Any, seen: frozenset[str] = frozenset()) -> set[Any]:
    """Which of ACTS a view reaches, by way of the functions of its own module too."""
    found: set[Any] = set()
    names = names_in(view.__code__)
    for name in names:
        thing = view.__globals__.get(name)
        if isinstance(thing, ModuleType):  # `second_factor.turn_on(…)`
            found |= {act for act in ACTS if act.__module__ == thing.__name__ and act.__name__ in names}
        elif isinstance(thing, FunctionType) and thing in ACTS:
            found.add(thing)
        elif isinstance(thing, FunctionType) and thing.__module__ == view.__module__ and name not in seen:
            found |= does(thing, seen | {name})
    return found


def test_every_permission_is_weighed() -> None:
    """A new permission goes into one of the two lists above."""
    assert set(Permission) == MOVES_MONEY_OR_CHANGES_PEOPLE | DOES_NOT
    assert not MOVES_MONEY_OR_CHANGES_PEOPLE & DOES_NOT


def lacking(app: Flask) -> list[str]:
    wrong = []
    for endpoint, view in acting_views(app):
        about_oneself = endpoint.startswith("accounts.") and view.may is not PUBLIC and endpoint not in ACCOUNT
        must = view.may in MOVES_MONEY_OR_CHANGES_PEOPLE or bool(does(view)) or about_oneself
        if must and not view.fresh and endpoint not in EXCUSED:
            wrong.append(endpoint)
    return sorted(set(wrong))


def test_every_route_of_money_and_identity_is_fresh(site: Flask) -> None:
    assert lacking(site) == []


@pytest.mark.parametrize("endpoint", ["billing.voiding", "payouts.lifting", "facilities.invitation", "accounts.email"])
def test_a_route_that_forgets_it_is_found(site: Flask, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setattr(site.view_functions[endpoint], "fresh", False)
    assert lacking(site) == [endpoint]


def test_every_act_is_reached_by_some_route(site: Flask) -> None:
    """Else the search above looks for something that is done elsewhere by now."""
    reached = set().union(*(does(view) for _, view in acting_views(site)))
    assert {act.__name__ for act in ACTS - reached} == set()


def test_every_excuse_is_needed(site: Flask) -> None:
    views = dict(acting_views(site))
    assert set(EXCUSED) | set(ACCOUNT) <= set(views)
    assert [endpoint for endpoint in (*EXCUSED, *ACCOUNT) if views[endpoint].fresh] == []


def test_an_old_password_opens_none_of_them_and_changes_nothing(
    lively: Lively, site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every fresh route, by somebody who may, sixteen minutes after the password: it is asked for again."""
    monkeypatch.setitem(lively.app.config, "WTF_CSRF_ENABLED", False)
    things = Things(lively.app, lively.connection)
    visitors = {who: at_the_site(lively.app, who) for who in ACTORS}
    lively.connection.execute(text("RESET ROLE"))
    lively.connection.execute(text("UPDATE sign_in_session SET confirmed_at = confirmed_at - interval '16 minutes'"))
    roles = dict(
        lively.connection.execute(
            text(
                "SELECT lower(split_part(p.email, '@', 1)), m.role FROM membership m JOIN person p ON p.id = m.person_id"
            )
        ).all()
    )
    wrong, tried = [], 0
    for rule in things.rules():
        view = lively.app.view_functions[rule.endpoint]
        if not getattr(view, "fresh", False):
            continue
        who = next(
            name
            for name in ACTORS
            if name in roles
            and (
                view.may not in Permission
                or view.may in next(g for role, g in MAY.items() if role.value == roles[name])
            )
        )
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            with lively.undone:
                response = visitors[who].client.open(things.address(rule, things.of(rule)[0]), method=method)
            tried += 1
            there = response.headers.get("Location", "").startswith("/confirm")
            here = response.status_code == 403 and "Confirm and go on" in response.text
            if not (there or here):
                wrong.append(f"{method} {rule.rule} as {who}: {response.status_code}")
    assert tried > 30
    assert wrong == []
