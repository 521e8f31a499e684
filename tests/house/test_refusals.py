"""Every refusal can be read in Spanish: its sentence stands in the catalogue, and its blanks are those that are filled."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from marketplace.kernel import Refusal, errors
from scripts.translations import ROOT, catalogue, lives

BLANK = re.compile(r"%\(([a-z_]+)\)s")
# What is wrong with arrays of numbers is told to whoever gave them on the command line, in English.
FOR_COMMANDS = ("marketplace/matching/index/", "marketplace/matching/solver/", "marketplace/matching/simulating/")


class Said(NamedTuple):
    """A call that makes a refusal or a phrase, and where."""

    place: str
    call: ast.Call

    @property
    def text(self) -> str | None:
        """The sentence, when it is written there."""
        first = self.call.args[0]
        return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


@cache
def refusals() -> frozenset[str]:
    """The names of all classes that refuse, wherever they are written."""
    names = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Refusal)}
    for _path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id in names for b in node.bases):
                names.add(node.name)
    return frozenset(names)


@cache
def sources() -> list[tuple[str, ast.Module]]:
    paths = sorted((ROOT / "marketplace").rglob("*.py"))
    return [(path.relative_to(ROOT).as_posix(), ast.parse(Path(path).read_text(encoding="utf-8"))) for path in paths]


def said(names: frozenset[str] | set[str], trees: list[tuple[str, ast.Module]] | None = None) -> Iterator[Said]:
    for path, tree in trees or sources():
        if not path.startswith(FOR_COMMANDS):
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in names
                    and node.args
                ):
                    yield Said(f"{path}:{node.lineno}", node)


def without_spanish(found: Iterator[Said]) -> list[str]:
    """Sentences the catalogue has no Spanish for, or with other blanks."""
    spanish = catalogue()
    lacking = []
    for each in found:
        known = spanish.get(each.text) if each.text else None
        words = str(known.string) if known is not None and not known.fuzzy else ""
        if each.text and (not words or set(BLANK.findall(words)) != set(BLANK.findall(each.text))):
            lacking.append(f"{each.place} {each.text}")
    return lacking


def badly_filled(found: Iterator[Said]) -> list[str]:
    """Sentences with a blank that is not filled, or filled and not there: reading them would be an error page."""
    return [
        f"{each.place} {each.text}"
        for each in found
        if each.text is not None and set(BLANK.findall(each.text)) != {word.arg for word in each.call.keywords}
    ]


def put_together(found: Iterator[Said]) -> list[str]:
    """Sentences glued from pieces where they are raised: no catalogue can know them."""
    return [each.place for each in found if _glued(each.call.args[0])]


def _glued(sentence: ast.AST) -> bool:
    match sentence:
        case ast.IfExp():
            return _glued(sentence.body) or _glued(sentence.orelse)
        case ast.Call(func=ast.Attribute(attr="join" | "format")) | ast.JoinedStr() | ast.BinOp():
            return True
        case _:
            return False


def test_every_refusal_reads_in_spanish():
    assert len(list(said(refusals()))) > 300
    assert without_spanish(said(refusals() | {"Phrase", "N_"})) == []


def test_every_blank_of_a_refusal_is_filled():
    assert badly_filled(said(refusals() | {"Phrase"})) == []


def test_no_refusal_is_put_together_where_it_is_raised():
    assert put_together(said(refusals())) == []


def test_the_words_of_every_life_read_in_spanish():
    spanish = catalogue()
    texts = {text for life in lives() for text in life.texts()}
    assert len(texts) > 100
    assert sorted(text for text in texts if not (spanish.get(text) and spanish.get(text).string)) == []


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (without_spanish, 'raise Invalid("Nobody has ever said this before.")'),
        (badly_filled, 'raise Invalid("At most %(most)s payers.", "payer_mix")'),
        (badly_filled, 'raise Invalid("Choose at least one day.", "days", least=1)'),
        (put_together, 'raise Invalid(f"At most {most} payers.")'),
        (put_together, 'raise Invalid("At most " + most)'),
        (put_together, 'raise Invalid(" ".join(reasons))'),
        (put_together, 'raise NotAllowedNow("You have it." if own else f"{name} has it.")'),
    ],
)
def test_the_checks_find_what_is_wrong(check, wrong):
    assert check(said(refusals(), [("wrong.py", ast.parse(wrong))])) != []
