"""Coming in and going out: passwords, limits, sessions, and where the way leads."""

import re
import statistics
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from marketplace.accounts.authentication import sign_in as signing_in
from marketplace.accounts.authentication.page_access import safe_next
from marketplace.accounts.authentication.passwords import hashing
from marketplace.accounts.authentication.session_registry import LONGEST_SESSION
from marketplace.accounts.models import Membership, Person, SignInSession
from marketplace.accounts.permissions import Role
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import clock
from tests.accounts.letters import letters_to
from tests.browser import Visitor
from tests.world import NOW, PASSWORD

ROSA = "rosa@harbor.example"
WRONG = "not the right password"


def sign_in(visitor, email=ROSA, password=PASSWORD, address="/sign-in"):
    return visitor.get(address).press("Sign in", within="main", email=email, password=password)


def is_in(visitor):
    return visitor.get("/account").path == "/account"


def test_rosa_signs_in_with_her_password_and_out_again(client):
    sign_in(client)
    client.get("/account").sees("Rosa Chen", "Harbor Family Medicine")
    client.press("Sign out")
    assert not is_in(client)


def test_after_signing_in_she_is_where_she_wanted_to_go(client):
    client.get("/account/sign-ins")
    assert client.path == "/sign-in?next=/account/sign-ins"
    client.press("Sign in", within="main", email=ROSA, password=PASSWORD)
    assert client.path == "/account/sign-ins"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "evil",
        "/" + "a" * 3000,
    ],
)
def test_signing_in_never_leads_to_another_site(client, elsewhere):
    assert safe_next(elsewhere) == ""
    client.get("/sign-in", query_string={"next": elsewhere})
    client.press("Sign in", within="main", email=ROSA, password=PASSWORD)
    assert client.path.startswith("/")
    assert "evil" not in client.path


def answer_to(visitor, email, password):
    sign_in(visitor, email, password)
    return visitor.status, re.sub(r'value="[^"]*"', "", visitor.html)


def test_wrong_unknown_switched_off_and_without_password_are_answered_alike(app, world):
    session.execute(update(Person).where(Person.email == "tom@harbor.example").values(active=False))
    session.execute(update(Person).where(Person.email == "bea@harbor.example").values(password=None))
    session.commit()
    answers = {
        answer_to(Visitor(app), ROSA, WRONG),
        answer_to(Visitor(app), "nobody@nowhere.example", PASSWORD),
        answer_to(Visitor(app), "tom@harbor.example", PASSWORD),
        answer_to(Visitor(app), "bea@harbor.example", PASSWORD),
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 422


def test_an_unknown_address_costs_the_same_work_as_a_known_one(client):
    hashing.checked = 0
    answer_to(client, "nobody@nowhere.example", WRONG)
    answer_to(client, ROSA, WRONG)
    assert hashing.checked == 2


def test_the_time_of_the_answer_does_not_tell_who_has_an_account(app):
    """Median difference under 10 ms; each try from its own address so that no limit interferes."""

    def seconds(email, number):
        visitor = Visitor(app)
        visitor.get("/sign-in")
        token = visitor.page.all("input", name="csrf_token")[0].attributes["value"]
        data = {"csrf_token": token, "email": email, "password": WRONG}
        started = time.perf_counter()
        visitor.client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": f"10.1.0.{number}"})
        return time.perf_counter() - started

    known, unknown = [], []
    people = [p for (p,) in session.execute(select(Person.email).where(Person.password.is_not(None)).limit(8))]
    for number in range(16):
        known.append(seconds(people[number % len(people)], number))
        unknown.append(seconds(f"nobody{number % 8}@nowhere.example", 100 + number))
    assert abs(statistics.median(known) - statistics.median(unknown)) < 0.010


def test_of_200_wrong_passwords_at_most_ten_reach_the_hash(client):
    hashing.checked = 0
    client.get("/sign-in")
    for number in range(200):
        client.post("/sign-in", {"email": ROSA, "password": f"{WRONG} {number}"})
        assert client.status == 422
    assert hashing.checked <= 10


def test_guessing_from_many_addresses_at_one_account_is_limited_too(client):
    hashing.checked = 0
    client.get("/sign-in")
    for number in range(40):
        data = {"email": ROSA, "password": WRONG}
        client.post("/sign-in", data, environ_base={"REMOTE_ADDR": f"10.2.0.{number}"})
    assert hashing.checked <= 10


def test_guessing_at_many_accounts_from_one_address_is_limited_too(client):
    hashing.checked = 0
    client.get("/sign-in")
    for number in range(40):
        data = {"email": f"somebody{number}@nowhere.example", "password": WRONG}
        client.post("/sign-in", data, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert hashing.checked <= 10


def test_a_locked_account_says_nothing_else_and_opens_again_after_five_minutes(client, app):
    client.get("/sign-in")
    for _ in range(12):
        client.post("/sign-in", {"email": ROSA, "password": WRONG})
    refused = re.sub(r'value="[^"]*"', "", client.html)
    client.post("/sign-in", {"email": ROSA, "password": PASSWORD})
    assert client.status == 422
    assert re.sub(r'value="[^"]*"', "", client.html) == refused
    with clock.frozen_at(NOW + timedelta(minutes=6)):
        sign_in(client)
        assert is_in(client)


def test_somebody_guessing_does_not_disturb_who_is_signed_in(client, visitors):
    rosa = visitors("rosa")
    client.get("/sign-in")
    for _ in range(15):
        client.post("/sign-in", {"email": ROSA, "password": WRONG})
    assert is_in(rosa)


def test_the_right_password_does_not_count_as_a_try(client):
    for _ in range(15):
        sign_in(client)
        client.get("/account").press("Sign out")
    sign_in(client)
    assert is_in(client)


def copy_of(visitor, app):
    """Somebody who has copied the cookie."""
    thief = Visitor(app)
    with visitor.client.session_transaction() as cookie:
        kept = dict(cookie)
    with thief.client.session_transaction() as cookie:
        cookie.update(kept)
    assert is_in(thief)
    return thief


def test_a_copied_cookie_is_dead_after_signing_out(visitors, app):
    rosa = visitors("rosa")
    thief = copy_of(rosa, app)
    rosa.get("/account").press("Sign out")
    assert not is_in(thief)


def test_a_copied_cookie_is_dead_after_a_new_password(visitors, app):
    rosa = visitors("rosa")
    thief = copy_of(rosa, app)
    words = "violet harvest pendulum quay"
    rosa.get("/account/password").press("Save the new password", password=words, again=words)
    assert is_in(rosa)
    assert not is_in(thief)


def test_a_copied_cookie_is_dead_after_the_person_is_switched_off(visitors, app, world):
    rosa = visitors("rosa")
    session.execute(update(Person).where(Person.email == ROSA).values(active=False))
    session.commit()
    assert not is_in(rosa)


def test_a_session_is_dead_when_the_membership_it_was_for_has_ended(visitors, world):
    tom = visitors("tom")
    session.execute(update(Membership).where(Membership.person_id == world.tom.id).values(active=False))
    session.commit()
    assert not is_in(tom)


@pytest.mark.parametrize(("who", "minutes"), [("ada", 15), ("rosa", 15), ("bea", 15), ("tom", 30), ("nadia", 30)])
def test_whoever_does_nothing_for_a_while_is_signed_out(visitors, who, minutes):
    visitor = visitors(who)
    with clock.frozen_at(NOW + timedelta(minutes=minutes - 1)):
        assert is_in(visitor)
    with clock.frozen_at(NOW + timedelta(minutes=2 * minutes - 2)):
        assert is_in(visitor)
    with clock.frozen_at(NOW + timedelta(minutes=3 * minutes)):
        assert not is_in(visitor)


def test_nobody_stays_signed_in_for_more_than_twelve_hours(visitors):
    tom = visitors("tom")
    for minutes in range(20, int(LONGEST_SESSION.total_seconds() // 60), 20):
        with clock.frozen_at(NOW + timedelta(minutes=minutes)):
            assert is_in(tom)
    with clock.frozen_at(NOW + LONGEST_SESSION + timedelta(minutes=1)):
        assert not is_in(tom)


def test_she_sees_where_she_is_signed_in_and_ends_it_there(visitors):
    here, there = visitors("rosa"), visitors("rosa")
    here.get("/account/sign-ins").sees("This browser")
    here.press("Sign out there")
    assert is_in(here)
    assert not is_in(there)


def test_nobody_ends_another_persons_session(visitors, world):
    maya = world.maya.person
    visitors("maya@people.example")
    of_maya = session.scalar(select(SignInSession.id).where(SignInSession.person_id == maya.id))
    rosa = visitors("rosa")
    rosa.get("/account/sign-ins")
    rosa.post(f"/account/sign-ins/{of_maya}/ending")
    assert rosa.status == 404
    session.expire_all()
    assert session.get_one(SignInSession, of_maya).ended_at is None


def test_signing_in_gives_a_new_token_and_ends_the_old_one(client, app):
    sign_in(client)
    with client.client.session_transaction() as cookie:
        first = cookie["_user_id"]
    thief = copy_of(client, app)
    client.get("/account").press("Sign out")
    sign_in(client)
    with client.client.session_transaction() as cookie:
        assert cookie["_user_id"] != first
    assert not is_in(thief)


def test_the_cookie_holds_a_token_and_no_person(client):
    sign_in(client)
    with client.client.session_transaction() as cookie:
        assert set(cookie) <= {"_user_id", "_fresh", "_id", "csrf_token", "_flashes"}


def test_the_token_is_kept_only_as_a_hash(client):
    sign_in(client)
    with client.client.session_transaction() as cookie:
        token = cookie["_user_id"]
    kept = session.scalars(select(SignInSession.token_hash)).all()
    assert kept
    assert all(token.encode() not in one for one in kept)


@pytest.mark.parametrize("token", ["", "x", "a" * 5000, "\x00", 7, None, ["a"], {"a": 1}])
def test_a_forged_or_odd_token_is_just_nobody(client, token):
    with client.client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert not is_in(client)


def test_a_form_sent_after_the_session_ended_says_that_nothing_was_saved(visitors):
    rosa = visitors("rosa")
    rosa.get("/account/name")
    with clock.frozen_at(NOW + timedelta(hours=2)):
        rosa.press("Save", within="main", name="Rosa Maria Chen")
    assert rosa.path.startswith("/sign-in")
    rosa.sees("You were signed out, so nothing was saved")


def test_a_form_without_its_token_is_refused_and_changes_nothing(visitors, world):
    rosa = visitors("rosa")
    response = rosa.client.post("/account/name", data={"name": "Somebody Else"})
    assert response.status_code == 400
    session.expire_all()
    assert world.rosa.name == "Rosa Chen"


def test_looking_at_a_page_costs_few_statements(visitors, statements):
    rosa = visitors("rosa")
    rosa.get("/account")
    statements.clear()
    rosa.get("/account")
    assert len([s for s in statements if "set_config" not in s and "CONSTRAINTS" not in s]) <= 3


def test_a_person_without_any_membership_sees_the_account_and_nothing_else(visitors, world):
    session.execute(update(Membership).where(Membership.person_id == world.lars.id).values(active=False))
    session.commit()
    lars = visitors("lars")
    assert is_in(lars)
    lars.get("/members/")
    assert lars.status == 403
    lars.sees("You do not belong to an organization here")


def test_a_role_that_does_not_include_a_page_is_told_so_with_the_way_out(visitors):
    tom = visitors("tom")
    tom.get("/members/")
    assert tom.status == 403
    tom.sees("Your role here (Scheduler) does not include this", "Harbor Family Medicine")


def test_money_and_identity_ask_for_the_password_again_after_a_quarter_of_an_hour(visitors, world):
    tom = visitors("tom")
    tom.get("/account/email")
    assert tom.path == "/account/email"
    with clock.frozen_at(NOW + timedelta(minutes=16)):
        tom.get("/account/email")
        assert tom.path.startswith("/confirm")
        tom.press("Confirm", within="main", password=WRONG)
        assert tom.status == 422
        tom.press("Confirm", within="main", password=PASSWORD)
        assert tom.path == "/account/email"


def test_an_old_confirmation_does_not_let_a_form_through(visitors, world):
    tom = visitors("tom")
    tom.get("/account/email")
    with clock.frozen_at(NOW + timedelta(minutes=16)):
        tom.press("Send the letter", within="main", email="new@harbor.example")
        assert tom.heading == "Confirm that it is you"
        assert letters_to("new@harbor.example") == []


def test_she_works_for_the_organisation_she_chooses(visitors, world):
    rosa, riverside = world.rosa, world.riverside
    session.add(Membership(person_id=rosa.id, organisation_id=riverside.id, role=Role.FACILITY_BILLING))
    session.commit()
    visitor = visitors("rosa")
    visitor.get("/account").press("Work here")
    text = visitor.get("/account").text
    assert "Riverside Medical Center Billing You work here now" in text
    visitor.get("/members/")
    assert visitor.status == 403


def test_nobody_switches_to_an_organisation_that_is_not_theirs(visitors, world):
    others = session.scalar(select(Membership.id).where(Membership.person_id == world.lars.id))
    rosa = visitors("rosa")
    rosa.get("/account")
    rosa.post("/account/organisation", {"membership": str(others)})
    assert rosa.status == 404


@pytest.mark.committed
def test_a_try_counts_even_though_the_request_is_rolled_back(client, session):
    from marketplace.accounts.models import AttemptCount

    client.get("/sign-in")
    client.post("/sign-in", {"email": ROSA, "password": WRONG})
    bind_actor(SYSTEM)
    assert session.scalar(select(func.max(AttemptCount.tries))) == 1


def test_over_https_the_cookie_travels_over_nothing_else(settings, database_url, session, frozen):
    from marketplace.app import create_app

    app = create_app(replace(settings, base_url="https://staffing.example"), database_url)
    try:
        assert app.config["SESSION_COOKIE_SECURE"]
        assert app.config["SESSION_COOKIE_HTTPONLY"]
        assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    finally:
        app.extensions["engine"].dispose()


def test_flask_login_knows_who_is_signed_in_and_who_has_gone(app, world):
    from flask import session as cookie
    from flask_login import current_user

    with app.test_request_context():
        bind_actor(SYSTEM)
        signing_in.sign_in(world.rosa, second_factor_done=True)
        assert current_user.is_authenticated
        assert current_user.email == ROSA
        assert cookie["_user_id"] == current_user.get_id()
        signing_in.sign_out()
        assert current_user.is_anonymous
        assert "_user_id" not in cookie


def test_a_remember_me_cookie_opens_nothing(visitors, app):
    """Not even one with the right signature over a token that is alive."""
    from flask_login import encode_cookie

    rosa = visitors("rosa")
    with rosa.client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with app.test_request_context():
        remembered = encode_cookie(token)
    other = Visitor(app)
    other.client.set_cookie("remember_token", remembered)
    assert not is_in(other)
    assert is_in(rosa)


def test_another_address_and_browser_do_not_sign_anybody_out(visitors):
    """A phone changes networks all day; the registry's limits and revocation are what protects a session."""
    rosa = visitors("rosa")
    rosa.client.environ_base.update({"REMOTE_ADDR": "198.51.100.77", "HTTP_USER_AGENT": "Another/1.0"})
    assert is_in(rosa)


def test_until_the_code_is_given_nobody_is_signed_in(app, world):
    from flask import session as cookie
    from flask_login import current_user

    with app.test_request_context():
        bind_actor(SYSTEM)
        world.rosa.totp_seed = b"sealed"
        signing_in.sign_in(world.rosa)
        assert not current_user.is_authenticated
        assert "_user_id" not in cookie
