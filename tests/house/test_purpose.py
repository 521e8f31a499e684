"""Nothing stands in the code that nobody can reach: every act of every life is done somewhere."""

import ast
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from marketplace.kernel import Lifecycle

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


def test_an_act_that_only_its_table_names_counts_as_undone():
    table = ast.parse('LIFE = Lifecycle("door", {(S.OPEN, "close"): S.CLOSED, (S.OPEN, "slam"): S.CLOSED})')
    code = ast.parse('self.state = LIFE.after(self.state, "close")')
    assert named([table, code]) == {"close"}
