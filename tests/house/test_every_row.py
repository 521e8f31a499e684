"""Every page of a thing, for a thing of every shape there is in the demo world: it answers, and never with an error of ours."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from werkzeug.routing import Rule

from marketplace.accounts.permissions import MAY, Role
from tests.browser import Visitor
from tests.house.shapes import one_of_each, table_of
from tests.house.test_pages import REPEATABLE
from tests.house.things import Thing, Things
from tests.house.walking import faults_of, look
from tests.life import Lively

AGENCY = "ada@northlight.example"


class Callers:
    """Those who may look at a thing, each in a browser of their own: the agency, the facility's owner, the coordinator."""

    def __init__(self, demo: Lively) -> None:
        self.demo, self._browsers = demo, dict[str, Visitor]()
        demo.connection.execute(text("RESET ROLE"))
        rows = demo.connection.execute(
            text(
                "SELECT p.email, m.role, m.organisation_id, m.coordinator_id FROM membership m JOIN person p"
                " ON p.id = m.person_id WHERE p.active"
            )
        ).all()
        self.owners = {row.organisation_id: row.email for row in rows if row.role == Role.FACILITY_OWNER}
        self.coordinators = {row.coordinator_id: row.email for row in rows if row.coordinator_id is not None}

    def of(self, rule: Rule, thing: Thing) -> list[str]:
        """The addresses of those whom the route lets in and who may know of the thing."""
        may = getattr(self.demo.app.view_functions[rule.endpoint], "may", None)
        who = [AGENCY] if may in MAY[Role.AGENCY_OWNER] else []
        if may in MAY[Role.FACILITY_OWNER] and thing.facilities:
            who += [self.owners[key] for key in thing.facilities if key in self.owners][:1]
        if may in MAY[Role.COORDINATOR] and thing.coordinators:
            who += [self.coordinators[key] for key in thing.coordinators if key in self.coordinators][:1]
        return who

    def browser(self, email: str) -> Visitor:
        if email not in self._browsers:
            self._browsers[email] = Visitor(self.demo.app).sign_in(email)
        return self._browsers[email]


def rooms(things: Things) -> list[Rule]:
    """The pages of a thing."""
    return [
        rule for rule in things.rules() if "GET" in (rule.methods or ()) and table_of(things.names(rule)) is not None
    ]


def asked(things: Things, callers: Callers, rule: Rule) -> Iterator[tuple[str, Thing]]:
    """Who asks for which thing. The first of each kind is asked for by everybody the route lets in; those that differ in an
    empty column alone, by one of them in turn.
    """
    table = table_of(things.names(rule))
    assert table is not None
    by_id = {thing.values[things.names(rule)[-1]]: thing for thing in things.of(rule)}
    for number, shape in enumerate(one_of_each(callers.demo.connection, table)):
        if (thing := by_id.get(shape.key)) is None:
            continue
        who = callers.of(rule, thing)
        for one in who if shape.is_first_of_its_kind else who[number % len(who) :][:1] if who else ():
            yield one, thing


@pytest.mark.parametrize(
    "half", [pytest.param(n, marks=pytest.mark.xdist_group(f"demo-{n}")) for n in range(2)], ids=["first", "second"]
)  # each worker takes one
def test_every_page_of_a_thing_answers_for_a_thing_of_every_shape(demo: Lively, half: int) -> None:
    things, callers = Things(demo.app, demo.connection), Callers(demo)
    faults, met, answers = list[str](), Counter[str](), Counter[int]()
    for rule in rooms(things)[half::2]:
        for who, thing in asked(things, callers, rule):
            seen = look(callers.browser(who), things.address(rule, thing))
            met[rule.endpoint] += 1
            answers[seen.status] += 1
            if seen.status == 200:
                faults += faults_of(demo.app, who, seen, REPEATABLE)
            elif seen.status not in (403, 404, 409):
                faults.append(f"{who} {seen.address}: answers {seen.status}")
    assert not faults, f"{len(faults)}:\n" + "\n".join(faults[:40])
    assert answers[200] > sum(answers.values()) * 0.6, answers
    assert len(met) > 20
