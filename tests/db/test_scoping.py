"""Who sees which rows: the agency all, a facility and a coordinator their own, everybody else nothing."""

import ast
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import Select, select, true
from sqlalchemy.dialects import postgresql

from marketplace.assignments.models import Assignment
from marketplace.db import Audience, Share, seen_by
from tests.life import ROOT


@dataclass(frozen=True)
class Viewer:
    audience: Audience
    facility_id: int | None = None
    coordinator_id: int | None = None


AGENCY = Viewer(Audience.AGENCY)
RIVERSIDE = Viewer(Audience.FACILITY, facility_id=7)
MAYA = Viewer(Audience.COORDINATOR, coordinator_id=3)
OUTSIDERS = [Viewer(Audience.VISITOR), Viewer(Audience.SYSTEM), Viewer(Audience.VISITOR, 7, 3)]

Scope = Callable[[Viewer], Select[Assignment]]


def condition(found: Select[Assignment]) -> str:
    """What is asked of a row, as PostgreSQL reads it; empty where every row is seen."""
    where = found.whereclause
    return "" if where is None else str(
        where.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    )  # fmt: skip


def own(person: Viewer) -> Select[Assignment]:
    return seen_by(
        person, select(Assignment), facility=Assignment.facility_id, coordinator=Assignment.coordinator_id
    )  # fmt: skip


def nobodys(person: Viewer) -> Select[Assignment]:
    return seen_by(person, select(Assignment))


def test_the_agency_sees_every_row() -> None:
    assert condition(own(AGENCY)) == ""


def test_without_the_permission_also_the_agency_sees_none() -> None:
    assert condition(seen_by(AGENCY, select(Assignment), agency=False)) == "false"


def test_a_facility_sees_its_own_rows() -> None:
    assert condition(own(RIVERSIDE)) == "assignment.facility_id = 7"


def test_a_coordinator_sees_their_own_rows() -> None:
    assert condition(own(MAYA)) == "assignment.coordinator_id = 3"


@pytest.mark.parametrize("person", OUTSIDERS)
def test_everybody_else_sees_nothing(person: Viewer) -> None:
    assert condition(own(person)) == "false"
    everything = seen_by(person, select(Assignment), facility=Share.ALL, coordinator=Share.ALL)
    assert condition(everything) == "false"


@pytest.mark.parametrize("person", [RIVERSIDE, MAYA])
def test_what_is_not_said_is_not_seen(person: Viewer) -> None:
    assert condition(nobodys(person)) == "false"
    assert condition(seen_by(person, select(Assignment), facility_if=[true()], coordinator_if=[true()])) != ""


@pytest.mark.parametrize("audience", [Audience.FACILITY, Audience.COORDINATOR])
def test_who_acts_for_nobody_owns_no_row_also_none_without_an_owner(audience: Audience) -> None:
    assert condition(own(Viewer(audience))) == "false"


def test_a_condition_narrows_what_an_audience_sees_and_leaves_the_others_alone() -> None:
    def live(person: Viewer) -> Select[Assignment]:
        return seen_by(
            person,
            select(Assignment),
            facility=Assignment.facility_id,
            facility_if=[Assignment.seat == 1],
            coordinator=Share.ALL,
            coordinator_if=[Assignment.seat == 2],
        )

    assert condition(live(RIVERSIDE)) == "assignment.facility_id = 7 AND assignment.seat = 1"
    assert condition(live(MAYA)) == "assignment.seat = 2"
    assert condition(live(AGENCY)) == ""


def test_every_visible_to_asks_here() -> None:
    """A function that says what a person sees goes through `seen_by`, or through another one that does."""
    by_itself, found = [], 0
    for file in sorted((ROOT / "marketplace").rglob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or not node.name.endswith("visible_to"):
                continue
            found += 1
            called = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            if not any(name == "seen_by" or name.endswith("visible_to") for name in called):
                by_itself.append(f"{file.parent.name}.{node.name}")
    # A notice has one reader and no other side.
    assert by_itself == ["messaging.visible_to"]
    assert found > 20
