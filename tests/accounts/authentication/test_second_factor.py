"""The second factor: each code once, few guesses, ten ways back in, and who cannot do without."""

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from marketplace.accounts.authentication import second_factor
from marketplace.accounts.authentication.encryption import Unsealable, seal, unseal
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Role
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import clock
from marketplace.messaging.models import Letter
from tests.at_once import at_once
from tests.browser import Visitor
from tests.world import NOW, PASSWORD

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EMAIL = "nadia@harbor.example"


def code(at=NOW, seed=SEED):
    return pyotp.TOTP(seed).at(at)


@pytest.fixture
def codes(app, settings):
    """Nadia signs in with a second factor; the ten recovery codes."""
    bind_actor(SYSTEM)
    nadia = session.scalars(select(Person).where(Person.email == EMAIL)).one()
    codes = second_factor.turn_on(nadia, SEED, 0, settings.secret_key)
    session.commit()
    return codes


def with_password(visitor):
    return visitor.get("/sign-in").press("Sign in", within="main", email=EMAIL, password=PASSWORD)


def is_in(visitor):
    return visitor.get("/account").path == "/account"


def test_the_password_alone_opens_nothing(client, codes):
    with_password(client)
    assert client.path == "/sign-in/code"
    for path in ("/account", "/notices", "/members/", "/account/second-factor"):
        assert client.get(path).path.startswith("/sign-in/code")


def test_the_code_completes_the_sign_in(client, codes):
    with_password(client).press("Go on", code=code())
    assert is_in(client)


def test_a_code_may_be_typed_with_a_space_and_half_a_minute_late(client, codes):
    late = code(NOW - timedelta(seconds=30))
    with_password(client).press("Go on", code=f"{late[:3]} {late[3:]}")
    assert is_in(client)


@pytest.mark.parametrize("minutes", [-5, -1, 1, 5])
def test_older_and_later_codes_are_wrong(client, codes, minutes):
    with_password(client).press("Go on", code=code(NOW + timedelta(minutes=minutes)))
    assert client.status == 422
    assert not is_in(client)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "\x00", "9" * 500, "-1", "1e5"])
def test_what_is_no_code_is_refused_with_a_sentence(client, codes, typed):
    with_password(client)
    client.post("/sign-in/code", {"code": typed})
    assert client.status == 422
    assert not is_in(client)


def test_a_code_works_once(app, codes):
    first, second = Visitor(app), Visitor(app)
    with_password(first).press("Go on", code=code())
    with_password(second).press("Go on", code=code())
    assert is_in(first)
    assert second.status == 422
    second.sees("was used already")


@pytest.mark.committed
def test_of_eight_sessions_with_the_same_code_one_gets_in(app, codes):
    visitors = [with_password(Visitor(app)) for _ in range(4)]
    visitors += [with_password(Visitor(app)) for _ in range(4)]

    def enter(number):
        visitors[number].press("Go on", code=code())
        return visitors[number].status

    statuses = at_once(8, enter)
    # Five tries in five minutes are looked at; of those one is right.
    assert sum(is_in(visitor) for visitor in visitors) == 1
    assert min(statuses) == 200
    assert all(status == 422 for status in sorted(statuses)[1:])


@pytest.mark.committed
def test_of_200_guesses_at_most_five_are_looked_at(client, codes, monkeypatch):
    looked_at = []
    real = second_factor.use_code
    monkeypatch.setattr(second_factor, "use_code", lambda *a: looked_at.append(1) or real(*a))
    with_password(client)
    for number in range(200):
        client.post("/sign-in/code", {"code": f"{number:06d}"})
    assert len(looked_at) <= 5
    client.sees("Too many codes were tried")
    client.post("/sign-in/code", {"code": code()})
    assert not is_in(client)


def test_the_half_open_door_closes_after_ten_minutes(client, codes):
    with_password(client)
    with clock.frozen_at(NOW + timedelta(minutes=11)):
        client.get("/sign-in/code")
        assert client.path.startswith("/sign-in")
        assert not client.path.startswith("/sign-in/code")


def test_a_recovery_code_works_once(app, codes):
    first, second = Visitor(app), Visitor(app)
    with_password(first).press("Go on", code=codes[3].upper())
    assert is_in(first)
    with_password(second).press("Go on", code=codes[3])
    assert not is_in(second)
    with_password(second).press("Go on", code=codes[4].replace("-", " "))
    assert is_in(second)


@pytest.mark.committed
def test_of_five_sessions_with_the_same_recovery_code_one_gets_in(app, codes):
    visitors = [with_password(Visitor(app)) for _ in range(5)]
    at_once(5, lambda n: visitors[n].press("Go on", code=codes[0]))
    assert sum(is_in(visitor) for visitor in visitors) == 1


def test_another_persons_recovery_code_opens_nothing(client, codes, world, settings):
    theirs = second_factor.turn_on(world.lars, SEED, 0, settings.secret_key)
    session.commit()
    with_password(client).press("Go on", code=theirs[0])
    assert not is_in(client)


def test_setting_it_up_takes_one_code_and_shows_ten_recovery_codes_once(visitors, world):
    tom = visitors("tom")
    tom.get("/account").follow("Set up")
    tom.sees("scan this picture")
    picture = tom.page.all("img", class_="qr") or tom.page.all("img")
    assert any(n.attributes["src"].startswith("data:image/svg+xml;base64,") for n in picture)
    seed = tom.page.all("code")[0].text.replace(" ", "")
    tom.press("Turn it on", code=code(seed=seed))
    shown = [n.text for n in tom.page.all("code")]
    assert len(shown) == len(set(shown)) == 10
    tom.get("/account/second-factor").sees("You have 10 left")
    assert not [n for n in tom.page.all("code") if n.text in shown]
    kept = world.tom
    assert seed.encode() not in kept.totp_seed
    assert not {code.replace("-", "") for code in shown} & set(kept.recovery_hashes)
    bind_actor(SYSTEM)
    assert session.scalar(select(Letter.subject).where(Letter.to == "tom@harbor.example")) == "Your second factor is on"


def test_the_code_of_the_set_up_does_not_sign_in_again(visitors, app):
    tom = visitors("tom")
    tom.get("/account/second-factor")
    seed = tom.page.all("code")[0].text.replace(" ", "")
    tom.press("Turn it on", code=code(seed=seed))
    again = Visitor(app)
    again.get("/sign-in").press("Sign in", within="main", email="tom@harbor.example", password=PASSWORD)
    again.press("Go on", code=code(seed=seed))
    assert not is_in(again)


def test_a_wrong_code_in_the_set_up_keeps_the_picture_and_turns_nothing_on(visitors, world):
    tom = visitors("tom")
    tom.get("/account/second-factor")
    seed = tom.page.all("code")[0].text
    tom.press("Turn it on", code="000000")
    assert tom.status == 422
    assert tom.page.all("code")[0].text == seed
    assert world.tom.totp_seed is None


def test_the_picture_is_the_scanned_one_when_tom_comes_back_from_the_app_and_his_phone_loads_the_page_anew(visitors):
    tom = visitors("tom")
    tom.get("/account/second-factor")
    seed = tom.page.all("code")[0].text
    tom.get("/account/second-factor")
    assert tom.page.all("code")[0].text == seed
    [to_the_app] = [node.attributes["href"] for node in tom.page.all("a") if "on this phone" in node.text]
    assert f"secret={seed.replace(' ', '')}" in to_the_app
    tom.press("Turn it on", code=code(seed=seed.replace(" ", "")))
    tom.sees("Your recovery codes")


def test_a_seed_of_another_session_is_not_taken(visitors, world):
    """Otherwise somebody could make Tom accept a seed that they know."""
    lars, tom = visitors("lars"), visitors("tom")
    lars.get("/account/second-factor")
    seed = lars.page.all("code")[0].text.replace(" ", "")
    sealed = lars.page.all("input", name="sealed")[0].attributes["value"]
    tom.get("/account/second-factor")
    for planted in (sealed, "", "x", "é", "A" * 399):
        tom.post("/account/second-factor", {"sealed": planted, "code": code(seed=seed)})
        assert tom.status == 409
    assert world.tom.totp_seed is None


def test_other_open_sessions_owe_the_code_from_the_moment_it_is_on(visitors):
    here, there = visitors("tom"), visitors("tom")
    there.client.get("/account")
    here.get("/account/second-factor")
    here.press("Turn it on", code=code(seed=here.page.all("code")[0].text.replace(" ", "")))
    assert is_in(here)


def test_new_recovery_codes_kill_the_old_ones(visitors, client, codes):
    nadia = visitors(EMAIL)
    nadia.get("/account/second-factor").press("Make ten new ones")
    fresh = [n.text for n in nadia.page.all("code")]
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    with_password(client).press("Go on", code=codes[0])
    assert not is_in(client)
    client.press("Go on", code=fresh[0])
    assert is_in(client)


def test_whose_role_does_not_ask_for_it_may_turn_it_off(visitors, codes, world):
    nadia = visitors(EMAIL)
    nadia.get("/account/second-factor").press("Turn it off")
    assert world.nadia.totp_seed is None
    assert world.nadia.recovery_hashes is None


@pytest.fixture
def strict(site, monkeypatch, settings):
    """The site as it is outside of demonstrations."""
    monkeypatch.setitem(site.config, "SETTINGS", replace(settings, require_second_factor=True))


@pytest.mark.parametrize("who", ["ada", "sam", "chidi", "felix", "rosa", "nadia", "bea"])
def test_powerful_roles_see_no_page_without_it(visitors, strict, who):
    visitor = visitors(who)
    for path in ("/account", "/notices", "/members/", "/account/sign-ins", "/account/name", "/welcome"):
        assert visitor.get(path).path == "/account/second-factor", path


def test_until_then_the_menu_offers_no_way_that_leads_back_here(visitors, strict):
    ada = visitors("ada").get("/overview")
    assert ada.path == "/account/second-factor"
    shown = {node.text for node in ada.page.all("a")}
    assert not shown & {"Inbox", "Schedule", "Search / Search", "Your account", "Notifications"}
    assert "Sign out" in [node.text for node in ada.page.all("button")]


@pytest.mark.parametrize("who", ["tom", "maya@people.example"])
def test_others_may_do_without(visitors, strict, who):
    assert is_in(visitors(who))


def test_who_has_to_have_it_cannot_turn_it_off(visitors, strict, codes, world):
    nadia = visitors(EMAIL)
    nadia.get("/account/second-factor")
    nadia.post("/account/second-factor/removal")
    assert nadia.status == 409
    assert world.nadia.totp_seed is not None


def test_the_roles_that_need_it_are_those_of_the_rule():
    assert {role for role in Role if role not in second_factor.REQUIRED_OF} == {
        Role.FACILITY_SCHEDULER,
        Role.COORDINATOR,
    }


def test_a_sealed_secret_opens_only_in_its_place_and_with_its_key():
    sealed = seal(b"secret", "person.totp_seed:1", "k" * 40)
    assert unseal(sealed, "person.totp_seed:1", "k" * 40) == b"secret"
    assert b"secret" not in sealed
    for bad, place, key in (
        (sealed, "person.totp_seed:2", "k" * 40),
        (sealed, "person.totp_seed:1", "j" * 40),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "person.totp_seed:1", "k" * 40),
        (b"", "person.totp_seed:1", "k" * 40),
    ):
        with pytest.raises(Unsealable):
            unseal(bad, place, key)
