"""What is forgotten, and what stays; and the choices that make the site somebody's own."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.accounts.authentication.rate_limits import PASSWORDS, within_limits
from marketplace.accounts.models import AttemptCount, SignInSession
from marketplace.accounts.tasks import forget_what_is_over
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import clock
from tests.world import NOW


def count(model):
    return session.scalar(select(func.count()).select_from(model))


def test_after_a_month_old_counts_and_sessions_are_gone_and_live_ones_stay(visitors, world):
    visitors("tom")
    within_limits(PASSWORDS, "account x", at=NOW)
    with clock.frozen_at(NOW + timedelta(days=31)):
        visitors("rosa")
        bind_actor(SYSTEM)
        before = count(SignInSession)
        forget_what_is_over()
        assert count(AttemptCount) == 0
        assert count(SignInSession) == before - 1


def test_a_visitor_keeps_the_language_of_the_browser_or_of_the_button(client):
    client.get("/sign-in", headers={"Accept-Language": "es-US,es;q=0.9"})
    assert client.page.all("html")[0].attributes["lang"] == "es"
    client.press("English")
    client.get("/sign-in", headers={"Accept-Language": "es-US,es;q=0.9"})
    assert client.page.all("html")[0].attributes["lang"] == "en"


def test_her_language_colours_and_shortcuts_are_hers_everywhere(visitors, world):
    rosa = visitors("rosa")
    rosa.get("/account")
    rosa.post("/language", {"locale": "es"})
    rosa.get("/account")
    rosa.post("/account/theme", {"theme": "dark"})
    rosa.get("/account")
    rosa.post("/account/shortcuts", {"shortcuts": "off"})
    elsewhere = visitors("rosa").get("/account")
    html, body = elsewhere.page.all("html")[0].attributes, elsewhere.page.all("body")[0].attributes
    assert (html["lang"], html["data-theme"], body["data-shortcuts"]) == ("es", "dark", "off")


@pytest.mark.parametrize(
    ("path", "field"), [("/language", "locale"), ("/account/theme", "theme"), ("/account/shortcuts", "shortcuts")]
)
@pytest.mark.parametrize("value", ["", "x", "\x00", "e" * 9999])
def test_a_choice_that_is_none_is_refused(visitors, path, field, value):
    rosa = visitors("rosa")
    rosa.get("/account")
    rosa.post(path, {field: value})
    assert rosa.status == 422


def test_her_name_is_what_she_says(visitors, world):
    rosa = visitors("rosa")
    rosa.get("/account/name").press("Save", within="main", name="  Rosa M. Chen ")
    rosa.sees("Your name is now Rosa M. Chen")
    session.expire_all()
    assert world.rosa.name == "Rosa M. Chen"


def test_the_bell_counts_what_is_new(visitors, world):
    from marketplace.kernel import Phrase
    from marketplace.messaging.writing import notify

    notify(world.rosa, Phrase("Something happened."), kind="test", link="/account")
    session.commit()
    visitors("rosa").get("/account").sees("Notifications 1")
