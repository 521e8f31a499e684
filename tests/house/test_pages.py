"""Every page anybody can reach, walked by each of the cast: it answers, reads well, keeps the rules of the house."""

import pytest
from flask import Flask

from marketplace.web import PUBLIC
from tests.house.walking import ACTORS, Walk, at_the_site, each_alone, faults_of, look, walked
from tests.life import Lively

together = pytest.mark.xdist_group("walks")
"""For tests that look at all walks."""

MOST_STATEMENTS = 15
TO_CATCH_UP = 3
"""The statements in which the index of a process reads again who has changed. While any transaction of the server is open, who
changed since it began is read again at every look, so these come and go with what else the machine does."""

REPEATABLE = {
    "accounts.language": "choosing the same language again changes nothing",
    "accounts.theme": "choosing the same colours again changes nothing",
    "accounts.shortcuts": "the button says which way, so twice is once",
    "accounts.sign_out": "out is out",
    "accounts.password": "changed once, the old password is wrong; and what was answered is not kept",
    "accounts.set_up_second_factor": "a code is good once; and recovery codes are not kept",
    "accounts.end_sign_in": "ended is ended",
    "accounts.end_other_sign_ins": "ended is ended",
    "messaging.read": "read is read",
    "messaging.read_all": "read is read",
}

REACHED_OTHERWISE = {
    "accounts.welcome": "after signing in: it leads on to one's first page",
    "onboarding.start": "from there: it leads on to the tasks, the overview or the offers",
    "contracts.draft": "from the form that asks with whom",
    "home.styleguide": "by designers, in the demo and in tests",
    "messaging.outbox": "from the sign-in page of the demo",
    "accounts.accept_invitation": "by the invitation letter",
    "accounts.new_email": "by the letter to the new address",
    "accounts.new_password": "by the letter that was asked for",
    "schedule.calendar": "by a calendar program",
    "accounts.second_factor": "after the password, by those who have a second factor",
    "accounts.request_received": "after a request to join was sent",
    "plans.progress": "by the card on the board, while a plan is being made",
    "accounts.confirm": "before acts that ask for the password once more",
    "messaging.letter": "from the outbox, when letters were written there",
    "messaging.letter_file": "from the outbox, when letters were written there",
}

FETCHED_BY_MACHINES = {
    "assets.manifest": "by the phone",
    "assets.offline": "by the service worker",
    "assets.service_worker": "by the browser",
    "house.healthz": "by what watches the process",
    "house.readyz": "by what watches the process",
}


@pytest.fixture
def walks(lively: Lively) -> dict[str, Walk]:
    """What each of the cast met; walked once for all tests of this file."""
    return {who: walked(lively, who) for who in ACTORS}


@pytest.mark.parametrize("who", each_alone(ACTORS))
def test_every_page_answers_and_keeps_the_rules_of_the_house(lively: Lively, who: str) -> None:
    met = walked(lively, who)
    faults = [fault for seen in met.pages for fault in faults_of(lively.app, who, seen, REPEATABLE)]
    assert len(met.pages) > 5
    assert not faults, "\n".join(faults)


def looks_at_everybody(statements: list[str]) -> bool:
    return any("coordinator_change" in str(statement) for statement in statements)


@together
def test_no_page_asks_the_database_more_than_fifteen_questions(walks: dict[str, Walk]) -> None:
    asked = {
        f"{who} {seen.address}": len(seen.statements)
        for who, met in walks.items()
        for seen in met.pages
        if len(seen.statements) > MOST_STATEMENTS + (TO_CATCH_UP if looks_at_everybody(seen.statements) else 0)
    }
    assert not asked, "\n".join(f"{page}: {count}" for page, count in asked.items())


@together
def test_every_page_can_be_reached_from_the_first(walks: dict[str, Walk], lively: Lively) -> None:
    reached = {endpoint for met in walks.values() for endpoint in met.endpoints}
    pages = {rule.endpoint for rule in lively.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert sorted(pages - reached - set(REACHED_OTHERWISE) - set(FETCHED_BY_MACHINES)) == []


def test_the_lists_above_speak_of_pages_that_exist(lively: Lively) -> None:
    named = set(REACHED_OTHERWISE) | set(FETCHED_BY_MACHINES) | set(REPEATABLE)
    assert named - {rule.endpoint for rule in lively.app.url_map.iter_rules()} == set()


@together
def test_each_of_the_cast_finds_the_rooms_of_the_navigation(walks: dict[str, Walk], lively: Lively) -> None:
    from marketplace.navigation import NAVIGATION

    known = lively.app.view_functions
    missing = {way.endpoint for ways in NAVIGATION.values() for way in ways if way.endpoint not in known}
    assert missing == set()


@pytest.mark.parametrize(
    "path", ["/nowhere", "/needs/999999999", "/needs/0", "/needs/-1", "/needs/99999999999999999999999"]
)
def test_what_is_not_there_is_a_page_with_one_sentence(lively: Lively, path: str) -> None:
    seen = look(at_the_site(lively.app, "rosa"), path)
    assert seen.status == 404
    assert [f for f in faults_of(lively.app, "rosa", seen, REPEATABLE) if "answers 404" not in f] == []


def test_the_walk_finds_planted_faults(lively: Lively) -> None:
    planted = Flask("planted")

    @planted.get("/")
    def page() -> str:
        return (
            '<html><title>· x</title><main><h1></h1><h1>b</h1><p style="a" id="x" onclick="b"></p><i id="x"></i><a href="/"></a>'
            '<script>1</script><input name="q"><form method="post"><input name="z" aria-label="z"></form>{{ x }}'
            '<img src="/static/x"><a href="javascript:1">x</a><i aria-describedby="gone"></i></main></html>'
        )

    visitor = at_the_site(planted, "visitor")
    found = " ".join(faults_of(planted, "rosa", look(visitor, "/"), {}))
    for fault in (
        "2 headings", "its language", "no title", "the id 'x' 2 times", "inline <script>", "carries style", "carries onclick",
        "javascript:", "put into input 'q'", "leads nowhere", "a without words", "shows '{{'", "picture without words", "'gone'",
    ):  # fmt: skip
        assert fault in found, fault


@pytest.mark.xdist_group("walk-visitor")
def test_public_pages_are_public(lively: Lively) -> None:
    """What a visitor meets on foot is what the routes call public."""
    views = lively.app.view_functions
    met = walked(lively, "visitor")
    assert {e for e in met.endpoints if e in views and getattr(views[e], "may", PUBLIC) is not PUBLIC} == set()
