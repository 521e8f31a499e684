"""Nothing stands in the code that nobody can reach: every act of every life is done somewhere."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path

from marketplace.kernel import Lifecycle
from marketplace.matching.facts import CoordinatorFacts, ShiftFacts, Weights

ROOT = Path(__file__).resolve().parents[2]

PLANNED = {
    ("offer", "counter"): "a coordinator's counter-offer",
    (
        "booking",
        "replace",
    ): "another coordinator in the same seat: to be built, or to leave with a migration of the states",
    ("booking", "send_home"): "pay for who is sent home early",
}
"""What is built later. Until then no page, no contract and no command may promise it; nothing else may be added here."""

PLANNED_STATES = {
    ("offer.state", "countered"): PLANNED["offer", "counter"],
    ("assignment.state", "replaced"): PLANNED["booking", "replace"],
    ("need.state", "pending_approval"): "approval inside the facility",
    ("need.state", "expired"): "a need whose last day passes without anybody closing it",
    ("punch.source", "import"): "hours from another system's file",
}
"""States and kinds of the tables that no act leads to yet; the demo world shows all others."""

PLANNED_FACTS = {
    ("CoordinatorFacts", "preferred_hours"): "hours a coordinator likes best: no form asks for them yet",
    ("CoordinatorFacts", "trained_facilities"): "training as a facility's backup: nothing records it yet",
    ("ShiftFacts", "offshore_allowed"): "a contract that forbids work outside the US: no terms say so yet",
}
"""What matching could judge by and nobody tells it yet: the pages of rules and weights are silent about it."""


def lives() -> Iterator[Lifecycle]:
    for path in sorted((ROOT / "marketplace").glob("*/rules.py")):
        for thing in vars(import_module(f"marketplace.{path.parent.name}.rules")).values():
            if isinstance(thing, Lifecycle):
                yield thing


def calls_of(tree: ast.Module, method: str) -> list[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == method]


def named(trees: Iterable[ast.Module]) -> set[str]:
    """Every string outside of the tables themselves."""
    found = set()
    for tree in trees:
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        tables = (node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Lifecycle")
        # How text is decoded may be called "replace", which is an act too.
        decoding = (node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "errors")
        encoding = calls_of(tree, "encode")
        inside = {id(part) for skipped in (*tables, *decoding, *encoding) for part in ast.walk(skipped)}
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside
        }
    return found


def test_every_act_of_every_life_is_done_by_some_code():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "marketplace").rglob("*.py")]
    words = named(trees)
    undone = {(life.name, act) for life in lives() for _state, act in life.moves if act not in words}
    assert undone == set(PLANNED)


def untold(facts: type, trees: Iterable[ast.Module]) -> set[str]:
    """The fields that no call of the class gives."""
    given = {
        keyword.arg
        for tree in trees
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == facts.__name__
        for keyword in call.keywords
    }
    return {field.name for field in fields(facts)} - given


def test_every_fact_that_matching_judges_by_is_told_by_some_code():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "marketplace/eligibility").glob("*.py")]
    silent = {(facts.__name__, name) for facts in (CoordinatorFacts, ShiftFacts) for name in untold(facts, trees)}
    assert silent == set(PLANNED_FACTS)


def test_a_fact_that_no_call_gives_counts_as_untold():
    call = ast.parse("Weights(continuity=1, favourite=2)")
    assert untold(Weights, [call]) == {field.name for field in fields(Weights)} - {"continuity", "favourite"}


def test_an_act_that_only_its_table_names_counts_as_undone():
    table = ast.parse('LIFE = Lifecycle("door", {(S.OPEN, "close"): S.CLOSED, (S.OPEN, "slam"): S.CLOSED})')
    code = ast.parse('self.state = LIFE.after(self.state, "close")')
    assert named([table, code]) == {"close"}
