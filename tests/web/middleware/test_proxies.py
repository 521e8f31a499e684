"""A proxy in front of the site: every visitor keeps an address of their own, and nobody shuts out the others."""

from ipaddress import ip_network

import pytest
import structlog
from sqlalchemy import func, select, text

from marketplace.accounts.authentication import rate_limits
from marketplace.accounts.authentication.passwords import hashing
from marketplace.accounts.invitations import invite
from marketplace.accounts.models import Organisation, SignInSession
from marketplace.accounts.permissions import Role
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.web.middleware import proxies
from tests.browser import Visitor
from tests.world import NOW, PASSWORD

ROSA, MAYA = "rosa@harbor.example", "maya@people.example"
WRONG = "not the right password"
PROXY = "127.0.0.1"
STRANGER, ROSAS_OFFICE = "203.0.113.66", "198.51.100.7"


class ThroughProxy(Visitor):
    """A browser whose requests reach the site from the proxy's address, which names the visitor's."""

    def __init__(self, app, address, proxy=PROXY, claimed=""):
        super().__init__(app)
        said = ", ".join(part for part in (claimed, address) if part)
        self.client.environ_base.update({"REMOTE_ADDR": proxy, "HTTP_X_FORWARDED_FOR": said})


@pytest.fixture
def trusting(app, monkeypatch):
    """The site with TRUSTED_PROXIES; without an argument nothing is trusted."""

    def trust(*networks):
        trusted = tuple(ip_network(network) for network in networks)
        monkeypatch.setattr(app.extensions["proxies"], "trusted", trusted)
        return app

    return trust


def guess(visitor, tries, email="nobody@nowhere.example"):
    """Wrong passwords, each for another account unless `email` says for which."""
    visitor.get("/sign-in")
    for number in range(tries):
        who = email.replace("@", f"{number}@") if email.startswith("nobody") else email
        visitor.post("/sign-in", {"email": who, "password": WRONG})
        assert visitor.status == 422


def comes_in(visitor, email=ROSA):
    visitor.get("/sign-in").press("Sign in", within="main", email=email, password=PASSWORD)
    return visitor.get("/account").path == "/account"


def last_session():
    bind_actor(SYSTEM)
    return session.scalars(select(SignInSession).order_by(SignInSession.id.desc())).first()


def test_ten_wrong_passwords_of_a_stranger_do_not_lock_the_others_out(trusting):
    app = trusting(PROXY)
    guess(ThroughProxy(app, STRANGER), 70)
    assert comes_in(ThroughProxy(app, ROSAS_OFFICE))
    assert comes_in(ThroughProxy(app, "198.51.100.8"), MAYA)


def test_without_the_way_to_the_true_address_they_would(trusting, monkeypatch):
    """The test above can fail: with every visitor at the proxy's address and that address counted, Rosa is shut out."""
    app = trusting()
    monkeypatch.setattr("marketplace.accounts.views.sign_in.visitor_address", lambda: PROXY)
    guess(ThroughProxy(app, STRANGER), 12)
    assert not comes_in(ThroughProxy(app, ROSAS_OFFICE))


def test_the_stranger_is_limited_by_the_true_address(trusting):
    app = trusting(PROXY)
    hashing.checked = 0
    guess(ThroughProxy(app, STRANGER), 40)
    assert hashing.checked <= 10
    assert not comes_in(ThroughProxy(app, STRANGER))


def test_the_stranger_is_limited_by_the_account_wherever_the_tries_come_from(trusting):
    app = trusting(PROXY)
    hashing.checked = 0
    for number in range(40):
        guess(ThroughProxy(app, f"203.0.113.{number}"), 1, email=ROSA)
    assert hashing.checked <= 10


@pytest.mark.parametrize("claimed", ["192.0.2.{}", "192.0.2.{}, 127.0.0.1", "garbage {}", "{}:80", '"{}', '{}" "'])
def test_an_address_put_into_the_header_does_not_help_behind_a_proxy(trusting, claimed):
    """The proxy writes down, at the right end, who spoke to it."""
    app = trusting(PROXY)
    hashing.checked = 0
    for number in range(40):
        guess(ThroughProxy(app, STRANGER, claimed=claimed.format(number)), 1, email=f"nobody{number}@nowhere.example")
    assert hashing.checked <= 10


def test_an_address_put_into_the_header_is_not_believed_from_whom_nobody_trusts(trusting):
    app = trusting()
    hashing.checked = 0
    for number in range(40):
        guess(ThroughProxy(app, f"192.0.2.{number}", proxy=STRANGER), 1, email=f"nobody{number}@nowhere.example")
    assert hashing.checked <= 10
    assert comes_in(ThroughProxy(app, "192.0.2.1", proxy=ROSAS_OFFICE))
    assert last_session().address == ROSAS_OFFICE


def test_where_the_setting_was_forgotten_nobody_shuts_out_everybody(trusting):
    """The proxy's own address is nobody's: there a try counts for the account alone."""
    app = trusting()
    guess(ThroughProxy(app, STRANGER), 70)
    hashing.checked = 0
    guess(ThroughProxy(app, STRANGER), 20, email=MAYA)
    assert hashing.checked <= 10
    assert comes_in(ThroughProxy(app, ROSAS_OFFICE))


def test_a_trusted_proxy_that_does_not_say_for_whom_it_speaks_shuts_nobody_out(trusting):
    app = trusting("10.0.0.5")
    guess(ThroughProxy(app, "", proxy="10.0.0.5"), 70)
    assert comes_in(ThroughProxy(app, "", proxy="10.0.0.5"))
    assert last_session().address == ""


@pytest.mark.parametrize(
    ("trusted", "peer", "header", "visitor"),
    [
        ((), STRANGER, "", STRANGER),
        ((), "127.0.0.1", "", None),
        ((), "::1", "", None),
        ((), "::ffff:127.0.0.1", "", None),
        ((), "", "", None),
        (("127.0.0.1",), "127.0.0.1", "203.0.113.66", "203.0.113.66"),
        (("127.0.0.1",), "127.0.0.1", "192.0.2.1, 203.0.113.66", "203.0.113.66"),
        (("127.0.0.1", "10.0.0.0/24"), "127.0.0.1", "192.0.2.1, 203.0.113.66, 10.0.0.9", "203.0.113.66"),
        (("127.0.0.1",), "127.0.0.1", "203.0.113.66, 10.0.0.9", "10.0.0.9"),
        (("127.0.0.1",), "127.0.0.1", "203.0.113.66:5512", "203.0.113.66"),
        (("127.0.0.1",), "127.0.0.1", "[2001:db8::7]:5512", "2001:db8::7"),
        (("127.0.0.1",), "127.0.0.1", "unknown", None),
        (("127.0.0.1",), "127.0.0.1", "", None),
        (("127.0.0.1",), "127.0.0.1", ", ,", None),
        (("127.0.0.1",), "127.0.0.1", '"; DROP', None),
        (("127.0.0.1",), "127.0.0.1", '"192.0.2.1, 203.0.113.66', "203.0.113.66"),
        (("127.0.0.1",), "127.0.0.1", '192.0.2.1\\", 203.0.113.66', "203.0.113.66"),
        (("127.0.0.1", "10.0.0.0/24"), "127.0.0.1", '", 203.0.113.66, 10.0.0.9', "203.0.113.66"),
        (("10.0.0.0/24",), "10.0.0.9", "10.0.0.7", None),
    ],
)
def test_the_address_of_a_visitor(trusting, trusted, peer, header, visitor):
    app = trusting(*trusted)
    seen = []
    from flask import Response

    def look(environ, start_response):
        with app.request_context(environ):
            seen.append(proxies.visitor_address())
        return Response("")(environ, start_response)

    behind = proxies.BehindProxies(look, app.extensions["proxies"].trusted)
    from werkzeug.test import Client

    headers = {"X-Forwarded-For": header} if header else {}
    Client(behind).get("/", environ_base={"REMOTE_ADDR": peer}, headers=headers)
    assert seen == [visitor]


@pytest.mark.parametrize(
    ("proto", "scheme"), [("https", "https"), ("http", "http"), ("javascript", "http"), ("", "http")]
)
def test_only_a_trusted_proxy_says_that_the_visitor_came_by_https(proto, scheme):
    seen = []
    behind = proxies.BehindProxies(
        lambda environ, start: seen.append(environ["wsgi.url_scheme"]) or [], (ip_network(PROXY),)
    )
    for peer in (PROXY, STRANGER):
        behind({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_PROTO": proto, "wsgi.url_scheme": "http"}, None)
    assert seen == [scheme, "http"]


def test_a_proxy_that_is_not_named_is_told_once_in_the_log():
    behind = proxies.BehindProxies(lambda environ, start: [], ())
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            behind({"REMOTE_ADDR": "172.18.0.2", "HTTP_X_FORWARDED_FOR": STRANGER}, None)
        behind({"REMOTE_ADDR": STRANGER}, None)
    assert [line["peer"] for line in lines] == ["172.18.0.2"]


def test_of_one_ipv6_network_all_addresses_are_one_place():
    ones = {rate_limits.account_and_place("a", f"2001:db8:1:2::{number:x}")[1] for number in range(1, 40)}
    assert len(ones) == 1
    assert rate_limits.account_and_place("a", "2001:db8:1:3::1")[1] not in ones
    assert rate_limits.account_and_place("a", None) == ("account a",)


def test_rosa_reads_from_which_address_she_is_signed_in(trusting):
    rosa = ThroughProxy(trusting(PROXY), ROSAS_OFFICE)
    assert comes_in(rosa)
    rosa.get("/account/sign-ins").sees(f"From {ROSAS_OFFICE}")


def test_confirming_counts_for_the_true_address_too(trusting, visitors):
    app = trusting(PROXY)
    guess(ThroughProxy(app, STRANGER), 12)
    rosa = ThroughProxy(app, ROSAS_OFFICE).sign_in("rosa")
    rosa.get("/confirm").press("Confirm", within="main", password=PASSWORD)
    assert rosa.path != "/confirm"
    at_the_strangers = ThroughProxy(app, STRANGER).sign_in("rosa")
    at_the_strangers.get("/confirm").press("Confirm", within="main", password=PASSWORD)
    assert at_the_strangers.status == 422


def test_joining_with_an_account_counts_for_the_true_address(trusting, world):
    bind_actor(SYSTEM)
    harbor = session.get_one(Organisation, world.harbor.id)
    link = invite(world.lars.email, "Lars", Role.FACILITY_BILLING, harbor, by=None, at=NOW).link
    session.commit()
    app = trusting(PROXY)
    guess(ThroughProxy(app, STRANGER), 12)
    ThroughProxy(app, STRANGER).get(link).press("Join", within="main", password=PASSWORD).sees(
        "This is not the password"
    )
    lars = ThroughProxy(app, ROSAS_OFFICE)
    lars.get(link).press("Join", within="main", password=PASSWORD)
    assert lars.get("/account").path == "/account"


def letters_asked(app, address, email):
    """How many letters this account will get, after somebody asked from there once more."""
    ThroughProxy(app, address).get("/forgotten-password").press("Send", within="main", email=email)
    bind_actor(SYSTEM)
    waiting = """
        SELECT count(*) FROM procrastinate_jobs
        WHERE task_name = 'accounts.send_new_password_link' AND args->>'email' = :email"""
    return session.scalar(text(waiting), {"email": email})


def test_letters_that_a_stranger_asks_for_do_not_use_up_those_of_the_others(trusting):
    app = trusting(PROXY)
    for number in range(12):
        letters_asked(app, STRANGER, f"nobody{number}@nowhere.example")
    assert letters_asked(app, ROSAS_OFFICE, ROSA) == 1
    assert letters_asked(app, STRANGER, MAYA) == 0


def test_letters_are_limited_for_the_account_where_no_address_is_known(trusting):
    app = trusting()
    for number in range(12):
        letters_asked(app, STRANGER, f"nobody{number}@nowhere.example")
    counts = [letters_asked(app, ROSAS_OFFICE, ROSA) for _ in range(5)]
    assert counts == [1, 2, 3, 3, 3]


def test_the_demo_signs_in_from_this_machine_as_often_as_it_likes(client):
    guess(client, 15)
    assert comes_in(client)
    bind_actor(SYSTEM)
    assert session.scalar(select(func.count()).select_from(SignInSession).where(SignInSession.address == PROXY)) == 0
