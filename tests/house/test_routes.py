"""Every route for everyone: who is let in, who is told no, and that what belongs to others does not exist."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.routing import IntegerConverter, Rule

from marketplace.accounts.permissions import MAY, Permission
from marketplace.db import Audience
from marketplace.web import PUBLIC, SIGNED_IN
from marketplace.web.middleware.assets import hashed
from tests.browser import Visitor
from tests.house.things import WORDS, Known, Thing, Things
from tests.house.walking import ACTORS, at_the_site
from tests.life import Lively

REFUSED = (403, 404)

# What stands under somebody else's number and may still be asked for, with the reason.
SEEN_BY_OTHERS = {
    ("coverage.offer", "facility"): "the candidate is not the facility's, the shift is",
}


@pytest.fixture
def things(lively: Lively) -> Things:
    return Things(lively.app, lively.connection)


@pytest.fixture
def without_tokens(lively: Lively, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page would refuse for a missing token is tried as if the token were right."""
    monkeypatch.setitem(lively.app.config, "WTF_CSRF_ENABLED", False)


def permission(app: Flask, rule: Rule) -> object:
    return app.view_functions[rule.endpoint].may  # type: ignore[attr-defined]


def methods(rule: Rule) -> Iterator[str]:
    yield from sorted((rule.methods or set()) & {"GET", "POST"})


def role_of(things: Things, lively: Lively, who: str) -> str | None:
    found = lively.connection.scalar(
        text("SELECT role FROM membership WHERE person_id = :id"), {"id": things.cast[who].person_id}
    )
    return str(found) if found else None


def test_every_route_says_who_may_use_it(site: Flask) -> None:
    for endpoint, view in site.view_functions.items():
        may = getattr(view, "may", None)
        assert isinstance(may, Permission) or may in (PUBLIC, SIGNED_IN), endpoint


def test_files_are_no_pages_and_need_no_guard(site: Flask) -> None:
    assert "static" not in site.view_functions
    with site.test_client().get(f"/static/{hashed('icon.svg')}") as answer:
        assert answer.status_code == 200


def test_every_parameter_that_is_a_number_is_typed_so(site: Flask) -> None:
    for rule in site.url_map.iter_rules():
        for name, converter in rule._converters.items():
            assert isinstance(converter, IntegerConverter) or name in WORDS, f"{rule.rule}: {name}"
            assert isinstance(converter, IntegerConverter) or not name.endswith("_id"), f"{rule.rule}: {name}"


def test_every_route_takes_get_or_post_and_nothing_else(site: Flask) -> None:
    for rule in site.url_map.iter_rules():
        assert (rule.methods or set()) - {"HEAD", "OPTIONS"} <= {"GET", "POST"}, rule.rule


def test_every_permission_is_somebodys_and_opens_something(site: Flask) -> None:
    used = {getattr(view, "may", None) for view in site.view_functions.values()}
    given = {each for granted in MAY.values() for each in granted}
    assert given == set(Permission)
    later = {Permission.REPORT_SEE, Permission.FACILITY_DESK}  # reports are to come; the desk is what every role has
    assert set(Permission) - used - later == set()


def test_every_parameter_is_known(things: Things) -> None:
    """A new one needs a line in tests/house/things.py, or nobody tries it with what belongs to others."""
    assert things.unknown() == []


def test_there_is_something_of_everything(things: Things) -> None:
    empty = [rule.rule for rule in things.rules() if rule.arguments and not things.of(rule)]
    assert empty == []


@pytest.mark.usefixtures("without_tokens")
@pytest.mark.parametrize("who", ACTORS)
def test_nobody_gets_further_than_their_role_and_their_own(lively: Lively, things: Things, who: str) -> None:
    visitor, known = at_the_site(lively.app, who), things.cast[who]
    role = role_of(things, lively, who)
    granted = next((granted for each, granted in MAY.items() if each.value == role), frozenset())
    wrong, tried = [], 0
    for rule in things.rules():
        may = permission(lively.app, rule)
        allowed = may is PUBLIC or (role is not None and (may is SIGNED_IN or may in granted))
        chosen = list(things.some_of(rule, known)) if allowed else things.of(rule)[:1]
        for thing in chosen:
            for method in methods(rule):
                status, location = answer(lively, visitor, method, things.address(rule, thing))
                tried += 1
                told = f"{method} {things.address(rule, thing)} ({rule.endpoint}): {status} {location}"
                if status >= 500:
                    wrong.append(told)
                elif not allowed and role is None and not (status == 303 and location.startswith("/sign-in")):
                    wrong.append(f"{told}: a visitor is sent to sign in")
                elif not allowed and role is not None and status != 403:
                    wrong.append(f"{told}: {role} has no {may}")
                elif allowed and foreign(rule, thing, known) and status not in REFUSED:
                    wrong.append(f"{told}: this is another's")
    assert tried > len(things.rules())
    assert not wrong, "\n".join(wrong)


def foreign(rule: Rule, thing: Thing, who: Known) -> bool:
    audience = Audience.FACILITY if who.facility_id else Audience.COORDINATOR if who.coordinator_id else Audience.AGENCY
    if (rule.endpoint, audience.value) in SEEN_BY_OTHERS:
        return thing.facilities is not None and who.facility_id not in thing.facilities
    return thing.is_foreign_to(who)


def answer(lively: Lively, visitor: Visitor, method: str, address: str) -> tuple[int, str]:
    """Status and where it leads; whatever it did is undone, also in the browser: after signing out it is signed in again."""
    cookies = dict(visitor.client._cookies or {})
    with lively.undone:
        try:
            response = visitor.client.open(address, method=method)
        except Exception as error:  # even the page of the error failed
            return 599, repr(error)
        finally:
            visitor.client._cookies = cookies
        response.close()
        return response.status_code, response.headers.get("Location", "")


def test_the_matrix_notices_a_page_that_forgets_whose_it_is(lively: Lively, things: Things) -> None:
    """The check proves itself: what Rosa may see of Riverside is foreign to Lars."""
    rule = next(rule for rule in things.rules() if rule.endpoint == "coverage.show")
    own = next(iter(things.some_of(rule, things.cast["rosa"])))
    assert not own.is_foreign_to(things.cast["rosa"])
    assert own.is_foreign_to(things.cast["lars"])
    assert answer(lively, at_the_site(lively.app, "rosa"), "GET", things.address(rule, own))[0] == 200
    assert answer(lively, at_the_site(lively.app, "lars"), "GET", things.address(rule, own))[0] == 404


def test_a_form_without_token_is_refused_everywhere(lively: Lively, things: Things) -> None:
    rosa = at_the_site(lively.app, "ada")
    for rule in things.rules():
        if "POST" in (rule.methods or ()):
            status, _ = answer(lively, rosa, "POST", things.address(rule, things.of(rule)[0]))
            assert status == 400, rule.rule


TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('attempt_count') ORDER BY 1
"""


def content(lively: Lively) -> dict[str, tuple[int, str]]:
    """How many rows every table has, and a hash of all of them; but when a browser was last seen."""
    connection = lively.connection
    connection.execute(text("RESET ROLE"))
    found = {}
    for table in connection.scalars(text(TABLES)).all():
        row = "to_jsonb(t) - 'seen_at'" if table == "sign_in_session" else "to_jsonb(t)"
        count, digest = connection.execute(
            text(
                f"SELECT count(*), md5(coalesce(string_agg(({row})::text, '|' ORDER BY ({row})::text), '')) FROM {table} t"
            )
        ).one()
        found[table] = (count, digest)
    return found


MARKS = {
    "billing.invoice": "that the facility has looked at its invoice is noted once",
    "billing.pdf": "the paper is set once, when it is first asked for, and kept as it was handed out",
    "billing.credit_note_pdf": "the paper is set once, when it is first asked for, and kept as it was handed out",
    "payouts.statement": "the paper is set once, when it is first asked for, and kept as it was handed out",
    "payouts.my_statement": "the paper is set once, when it is first asked for, and kept as it was handed out",
}


@pytest.mark.parametrize("who", ["visitor", "ada", "felix", "rosa", "maya"])
def test_looking_changes_nothing(lively: Lively, things: Things, who: str) -> None:
    visitor = at_the_site(lively.app, who)
    before, known = content(lively), things.cast[who]
    for rule in things.rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in MARKS:
            for thing in things.some_of(rule, known):
                visitor.client.get(things.address(rule, thing)).close()
    after = content(lively)
    assert {table for table in before if before[table] != after[table]} == set()


def test_the_comparison_sees_a_change(lively: Lively) -> None:
    before = content(lively)
    lively.connection.execute(text("UPDATE person SET theme = 'dark' WHERE id = (SELECT min(id) FROM person)"))
    assert {table for table, found in content(lively).items() if found != before[table]} == {"person"}
