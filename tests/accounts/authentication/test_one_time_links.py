"""Links in letters: for a new password and a new address."""

import statistics
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from marketplace.accounts.models import OneTimeLink, Person
from marketplace.accounts.tasks import write_new_password_letter
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import clock
from tests.accounts.letters import letters_to, link_to
from tests.at_once import at_once
from tests.browser import Visitor
from tests.world import NOW, PASSWORD

ROSA = "rosa@harbor.example"
WORDS = "violet harvest pendulum quay"


def is_in(visitor):
    return visitor.get("/account").path == "/account"


def ask(visitor, email=ROSA):
    return visitor.get("/forgotten-password").press("Send the link", email=email)


def do_jobs():
    """What a worker does with the requests that wait."""
    bind_actor(SYSTEM)
    asked = session.scalars(
        text(
            "SELECT args->>'email' FROM procrastinate_jobs WHERE task_name = 'accounts.send_new_password_link' ORDER BY id"
        )
    ).all()
    for email in asked:
        write_new_password_letter(email)
    session.commit()
    return asked


def link(app, email=ROSA):
    ask(Visitor(app), email)
    do_jobs()
    return link_to(email, "new-password")


def choose(visitor, path, words=WORDS):
    visitor.get(path)
    return visitor.press("Save the new password", password=words, again=words)


def test_a_forgotten_password_is_replaced_by_way_of_the_letter(app, client):
    choose(client, link(app))
    client.sees("Your new password is set")
    client.press("Sign in", within="main", email=ROSA, password=PASSWORD)
    assert client.status == 422
    client.get("/sign-in").press("Sign in", within="main", email=ROSA, password=WORDS)
    assert is_in(client)


def test_the_answer_is_the_same_for_whoever_asks(app):
    known, unknown = ask(Visitor(app)), ask(Visitor(app), "nobody@nowhere.example")
    assert known.status == unknown.status == 200
    assert known.page.all("main")[0].text.replace(ROSA, "x") == unknown.page.all("main")[0].text.replace(
        "nobody@nowhere.example", "x"
    )


def test_the_time_of_the_answer_does_not_tell_who_has_an_account(app):
    def seconds(email, number):
        visitor = Visitor(app)
        visitor.get("/forgotten-password")
        token = visitor.page.all("input", name="csrf_token")[0].attributes["value"]
        started = time.perf_counter()
        visitor.client.post(
            "/forgotten-password",
            data={"csrf_token": token, "email": email},
            environ_base={"REMOTE_ADDR": f"10.3.0.{number}"},
        )
        return time.perf_counter() - started

    people = list(session.scalars(select(Person.email).limit(8)))
    # One after the other in turns, so that whatever else the machine does slows both alike.
    pairs = [
        (seconds(people[n % len(people)], n), seconds(f"nobody{n % 8}@nowhere.example", 100 + n)) for n in range(16)
    ]
    assert abs(statistics.median(known - unknown for known, unknown in pairs)) < 0.010


def test_a_stranger_gets_no_letter(app):
    ask(Visitor(app), "nobody@nowhere.example")
    assert do_jobs() == ["nobody@nowhere.example"]
    assert letters_to("nobody@nowhere.example") == []


def test_who_was_invited_but_never_joined_gets_no_link(app, world):
    session.execute(update(Person).where(Person.email == ROSA).values(password=None))
    session.commit()
    ask(Visitor(app))
    do_jobs()
    assert letters_to(ROSA) == []


def test_nobody_is_flooded_with_letters(app, client):
    for _ in range(20):
        ask(client)
        client.sees("a letter with a link is on its way")
    assert len(do_jobs()) <= 3


def test_looking_at_the_link_does_not_use_it(app, client):
    path = link(app)
    for _ in range(3):
        assert client.get(path).status == 200
    choose(client, path)
    client.sees("Your new password is set")


def test_the_link_works_once(app, client):
    path = link(app)
    choose(client, path)
    assert client.get(path).status == 404
    client.sees("This link has been used")


def test_a_newer_link_kills_the_older_one(app, client):
    first = link(app)
    with clock.frozen_at(NOW + timedelta(minutes=1)):
        second = link(app)
        assert first != second
        assert client.get(first).status == 404
        assert client.get(second).status == 200


def test_the_link_dies_after_an_hour(app, client):
    path = link(app)
    with clock.frozen_at(NOW + timedelta(minutes=61)):
        assert client.get(path).status == 404


@pytest.mark.parametrize("token", ["x", "a" * 3000, "%00", "%ED%A0%80", "..%2f..", "é"])
def test_an_invented_link_is_not_found(client, token):
    assert client.get(f"/new-password/{token}").status == 404
    assert client.get(f"/new-email/{token}").status == 404
    assert client.get(f"/invitations/{token}").status == 404


def test_only_the_hash_of_a_link_is_kept(app):
    token = link(app).rsplit("/", 1)[1]
    bind_actor(SYSTEM)
    assert all(token.encode() not in one for one in session.scalars(select(OneTimeLink.token_hash)))


@pytest.mark.committed
def test_of_ten_who_use_one_link_at_once_one_gets_through(app):
    path = link(app)
    visitors = [Visitor(app).get(path) for _ in range(10)]

    def use(number):
        words = f"{WORDS} number {number}"
        visitors[number].press("Save the new password", password=words, again=words)
        return visitors[number].status

    statuses = sorted(at_once(10, use))
    assert statuses == [200] + [404] * 9
    opened = 0
    for number in range(10):
        visitor = Visitor(app).get("/sign-in")
        visitor.press("Sign in", within="main", email=ROSA, password=f"{WORDS} number {number}")
        opened += is_in(visitor)
    assert opened == 1


def test_a_new_password_ends_every_session(app, visitors, client):
    rosa = visitors("rosa")
    choose(client, link(app))
    assert not is_in(rosa)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("too short", "at least 15 characters"),
        ("password123456789", "would be guessed"),
        ("RosaChenHarborFamily", "would be guessed"),
        ("a" * 129, "at most 128"),
        ("x\x00" * 10, "all of which can be typed"),
    ],
)
def test_a_poor_password_is_refused_and_the_link_still_works(app, client, words, why):
    path = link(app)
    choose(client, path, words)
    assert client.status == 422
    client.sees(why)
    choose(client, path)
    client.sees("Your new password is set")


def test_two_different_passwords_are_refused(app, client):
    client.get(link(app)).press("Save the new password", password=WORDS, again=WORDS + "!")
    assert client.status == 422
    client.sees("The two are not the same")


def test_a_new_address_counts_once_its_letter_was_answered(visitors, client, world):
    rosa = visitors("rosa")
    rosa.get("/account/email").press("Send the letter", email="rosa.chen@harbor.example")
    assert world.rosa.email == ROSA
    assert [one.kind for one in letters_to(ROSA)] == ["new-email-asked"]
    path = link_to("rosa.chen@harbor.example", "new-email")
    assert client.get(path).status == 200
    bind_actor(SYSTEM)
    assert session.scalar(select(func.count()).where(Person.email == ROSA)) == 1  # looking changes nothing
    client.press("Use this address")
    client.sees("From now on sign in with rosa.chen@harbor.example")
    assert not is_in(rosa)
    client.press("Sign in", within="main", email="rosa.chen@harbor.example", password=PASSWORD)
    assert is_in(client)


def test_a_taken_address_is_told_only_to_whoever_can_read_its_mail(visitors, client, world):
    rosa = visitors("rosa")
    rosa.get("/account/email").press("Send the letter", email="tom@harbor.example")
    rosa.sees("If tom@harbor.example can be used here")
    client.get(link_to("tom@harbor.example", "new-email")).press("Use this address")
    assert client.status == 409
    assert world.rosa.email == ROSA


@pytest.mark.parametrize("typed", ["", "x", "a@b", "a b@c.org", "a@b.org\nBcc: x@y.org", "é@" + "a" * 300 + ".org"])
def test_what_is_no_address_is_refused(visitors, typed):
    rosa = visitors("rosa")
    rosa.get("/account/email").press("Send the letter", email=typed)
    assert rosa.status == 422
    assert rosa.page.all("input", name="email")[0].attributes["aria-invalid"] == "true"


def test_changing_the_password_tells_her_by_letter(visitors):
    rosa = visitors("rosa")
    rosa.get("/account/password").press("Save the new password", password=WORDS, again=WORDS)
    rosa.sees("Your password is changed")
    assert [one.subject for one in letters_to(ROSA)] == ["Your password was changed"]
