"""A list or a number that several rooms need stands in one place: two copies drift apart, and then they disagree."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONG = 5
"""From so many strings on, the same ones twice are no coincidence."""

OWN_IN_EACH_ROOM = frozenset(
    # A logger, a type variable, a blueprint; limits of fields that are alike by chance; rows a page shows.
    # Units of time, named where they are counted; two waits of five seconds.
    "DAY HOUR MINUTE _ONE_DAY SECONDS_TO_ANSWER log T P pages LONGEST LONGEST_NOTE LONGEST_REASON TRAIL ROWS".split()
)
"""Constants that each room may set for itself, whatever the others say."""

TABLES_OF_THE_SAME_KEYS = (
    {"active_account", "coordinator_block"},  # every rule: the index has its rows, the page its words
    {"continuity", "versatility"},  # every part of a score: its points, its words
    {"amount", "day", "hours", "rate", "what"},  # what two documents print on a line
    {"bayview", "harbor", "maple", "oakhill", "prairie", "riverside"},
)
"""Keys that two tables share because each says something else about the same things; a test or a type holds them equal."""


def modules() -> list[tuple[str, ast.Module]]:
    paths = sorted((ROOT / "marketplace").rglob("*.py"))
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def strings(node: ast.AST) -> frozenset[str]:
    """The strings of a list, tuple, set or dict of nothing else."""
    match node:
        case ast.Tuple(elts=things) | ast.List(elts=things) | ast.Set(elts=things):
            pass
        case ast.Dict(keys=things):
            pass
        case _:
            return frozenset()
    found = [one.value for one in things if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return frozenset(found) if len(found) == len(things) else frozenset()


def lists_written_twice(sources: list[tuple[str, ast.Module]]) -> dict[frozenset[str], list[str]]:
    found = defaultdict(list)
    for name, tree in sources:
        for node in ast.walk(tree):
            words = strings(node)
            if len(words) >= LONG and not any(known <= words for known in TABLES_OF_THE_SAME_KEYS):
                found[words].append(f"{name}:{node.lineno}")  # type: ignore[attr-defined]
    return {words: places for words, places in found.items() if len(places) > 1}


def constants_set_twice(sources: list[tuple[str, ast.Module]]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for name, tree in sources:
        for node in tree.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            if not isinstance(target, ast.Name) or getattr(node, "value", None) is None:
                continue
            if target.id.lstrip("_").isupper() and target.id not in OWN_IN_EACH_ROOM:
                found[target.id, ast.dump(node.value)].append(f"{name}:{node.lineno}")  # type: ignore[attr-defined]
    return {key[0]: places for key, places in found.items() if len(places) > 1}


def test_no_list_of_words_stands_twice():
    assert lists_written_twice(modules()) == {}


def test_no_constant_is_set_to_the_same_value_twice():
    assert constants_set_twice(modules()) == {}


def test_these_checks_can_fail():
    one = ast.parse('A = ("a", "b", "c", "d", "e")\nMOST = 7')
    other = ast.parse('B = ["e", "d", "c", "b", "a"]\nMOST = 7')
    copied = [("a.py", one), ("b.py", other)]
    assert list(lists_written_twice(copied).values()) == [["a.py:1", "b.py:1"]]
    assert constants_set_twice(copied) == {"MOST": ["a.py:2", "b.py:2"]}
