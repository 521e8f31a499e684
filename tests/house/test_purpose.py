"""Nothing stands in the code that nobody can reach: every act of every life is done, and every column filled, somewhere."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Identity, func
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column

from marketplace.db import Base
from marketplace.kernel import Lifecycle
from marketplace.matching.facts import CoordinatorFacts, ShiftFacts, Weights
from marketplace.schema import metadata

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


PLANNED_COLUMNS = {
    "compact_member.until": "a state that leaves the nurse compact: the catalogue has no pages yet",
    "service_line.active": "a kind of work that is no longer offered: the catalogue has no pages yet",
}
"""Columns (`table.column`) that only later work fills, each with the reason."""

Writers = tuple[set[str], set[tuple[str, str]], set[str]]


def written_in(tree: ast.Module) -> Writers:
    """The classes a module names; (whose, what) it assigns or gives by keyword; the keys of its dictionaries and tables.

    Whose is the variable of `coordinator.rating = 4`, the class of `Offer(kind=…)`, or `values`, as of an UPDATE.
    """
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    given: set[tuple[str, str]] = set()
    keys: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=whose, attr=what, ctx=ast.Store()):
                given.add((last_word(whose), what))
            case ast.Call(func=whose):
                given |= {(last_word(whose), keyword.arg) for keyword in node.keywords if keyword.arg}
            case ast.Dict():
                keys |= {key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    return names, given, keys


def last_word(node: ast.expr) -> str:
    """shift.need → need; Offer → Offer"""
    match node:
        case ast.Attribute(attr=word) | ast.Name(id=word):
            return word
        case _:
            return ""


def inserted_by(migrations: Iterable[str]) -> dict[str, set[str]]:
    """Table → the columns that migrations fill: in an INSERT of a trigger, or with the rows the product begins with."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in migrations:
        for table, columns in re.findall(r"INSERT INTO (\w+) \(([\w, ]+)\)", text):
            found[table] |= set(columns.split(", "))
        tree = ast.parse(text)
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or last_word(call.func) not in ("table", "_fill") or not call.args:
                continue
            if isinstance(table := call.args[0], ast.Constant):
                inside = [call, *([functions["_fill"]] if last_word(call.func) == "_fill" else [])]
                words = [node.value for part in inside for node in ast.walk(part) if isinstance(node, ast.Constant)]
                found[str(table.value)] |= {word for word in words if isinstance(word, str)}
    return found


def without_writer(mappers: Iterable[Mapper[Any]], writers: list[Writers], inserted: dict[str, set[str]]) -> set[str]:
    """`table.column` of every mapped column that nothing fills.

    A module fills it that names its class, and gives the class a keyword, an UPDATE or INSERT a value, a dictionary a key, or
    any of its variables that attribute; or that assigns it to a variable called like the class. So does a relationship it
    belongs to, the table itself (a key, a version, the time), and a migration that inserts rows: seeds, triggers.
    """

    def is_given(owner: str, attribute: str) -> bool:
        own = re.sub(r"(?<!^)(?=[A-Z])", "_", owner).lower()
        for names, given, keys in writers:
            if (own, attribute) in given:
                return True
            if owner in names and (
                attribute in keys
                or any(what == attribute and (not whose[:1].isupper() or whose == owner) for whose, what in given)
            ):
                return True
        return False

    relations = [relation for mapper in mappers for relation in mapper.relationships]
    lacking = set()
    for mapper in mappers:
        for attribute in mapper.column_attrs:
            column = attribute.columns[0]
            default = str(getattr(column.server_default, "arg", ""))
            by_itself = column.identity is not None or column is mapper.version_id_col or "(" in default
            by_relation = any(
                column in pair and is_given(relation.parent.class_.__name__, relation.key)
                for relation in relations
                for pair in relation.local_remote_pairs
            )
            by_migration = column.name in inserted.get(column.table.name, ())
            if not (by_itself or by_relation or by_migration or is_given(mapper.class_.__name__, attribute.key)):
                lacking.add(f"{column.table.name}.{column.name}")
    return lacking


def test_every_column_is_filled_by_something():
    paths = [path for path in (ROOT / "marketplace").rglob("*.py") if "demo" not in path.parts]
    writers = [written_in(ast.parse(path.read_text(encoding="utf-8"))) for path in paths]
    migrations = [path.read_text(encoding="utf-8") for path in (ROOT / "migrations/versions").glob("*.py")]
    assert metadata.tables
    assert without_writer(list(Base.registry.mappers), writers, inserted_by(migrations)) == set(PLANNED_COLUMNS)


def test_a_column_that_nothing_fills_is_seen():
    class Base(DeclarativeBase):
        pass

    class PayRate(Base):
        __tablename__ = "pay_rate"
        id: Mapped[int] = mapped_column(Identity(), primary_key=True)
        cents: Mapped[int]
        level: Mapped[int] = mapped_column(server_default="1")
        agreed: Mapped[int]
        noted_at: Mapped[int] = mapped_column(server_default=func.now())

    mappers = list(Base.registry.mappers)
    code = ast.parse("from models import PayRate\nPayRate(cents=7)\nOther(level=2)")
    assert without_writer(mappers, [written_in(code)], {}) == {"pay_rate.level", "pay_rate.agreed"}
    assert (
        without_writer(mappers, [written_in(ast.parse("pay_rate.level = pay_rate.agreed = pay_rate.cents = 1"))], {})
        == set()
    )


PLANNED_CODE = {
    "Gateway": "a rail for payments beside the manual one",
    "ManualGateway": "a rail for payments beside the manual one",
    **dict.fromkeys(("carry_out", "look_up", "may_be_paid", "movements"), "a rail for payments beside the manual one"),
    **dict.fromkeys(
        ("STRIPE_BALANCE", "INFLIGHT", "SUSPENSE", "STRIPE_FEES", "DISPUTE_FEES", "BAD_DEBT", "DISPUTE_LOSS"),
        "accounts of card payments and of debts that are written off",
    ),
}
"""What no code of the product uses yet, with what it is for. Nothing else may be added here."""

USED_BY_OTHERS = {
    # The tests and the benchmarks, which must not wait for a slow hash; the lives printed for the documents.
    "make_cheap", "mermaid",
    # Flask and Flask-Login.
    "dispatch_request", "get_id", "_load_user_from_remember_cookie",
    # WTForms.
    "process_data", "process_formdata", "pre_validate", "validate_again", "widget",
    # The table of seals is filled by a trigger, and read with SQL.
    "AuditSeal",
    # Importing its module is what fills the hooks.
    "WIRING",
}  # fmt: skip
"""Definitions that a library or another program calls by name."""


def unused(sources: list[ast.Module], templates: str) -> set[str]:
    """The functions, classes, methods and constants of modules that no code and no template names, but for their own body.

    What is registered by its decorator (a page, a command, a job) is used by it.
    """
    said: dict[str, int] = defaultdict(int)
    for tree in sources:
        for node in ast.walk(tree):
            said[named_by(node)] += 1
    words = set(re.findall(r"\w+", templates))
    found = set()
    for tree in sources:
        for name, own in definitions(tree):
            inside = (
                sum(named_by(node) == name for node in ast.walk(own))
                if isinstance(own, ast.FunctionDef | ast.ClassDef)
                else 0
            )
            if said[name] == inside and name not in words and not (name.startswith("__") and name.endswith("__")):
                found.add(name)
    return found


def named_by(node: ast.AST) -> str:
    """The name that a node uses: not the one it defines."""
    match node:
        case ast.Name(id=word, ctx=ast.Load()) | ast.Attribute(attr=word):
            return word
        case ast.Constant(value=str(word)) if word.isidentifier():
            return word  # an annotation in quotes, `getattr`
        case _:
            return ""


def registers(mark: ast.expr) -> bool:
    """Whether a decorator hands the function to something: `pages.get("/")`, `logins.user_loader`; not `cache`."""
    return isinstance(mark.func if isinstance(mark, ast.Call) else mark, ast.Attribute)


def definitions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        match node:
            case ast.ClassDef():
                yield node.name, node
            case ast.FunctionDef(decorator_list=marks) if not any(map(registers, marks)):
                yield node.name, node
            case ast.Assign(targets=[ast.Name(id=word)]) | ast.AnnAssign(target=ast.Name(id=word)):
                yield word, node
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield method.name, method


def test_every_definition_is_used_by_the_product():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "marketplace").rglob("*.py")]
    shown = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    assert unused(trees, shown) == PLANNED_CODE.keys() | USED_BY_OTHERS


def test_a_definition_that_only_its_own_body_names_counts_as_unused():
    lines = ["def spare(n):", "    return spare(n - 1)", "MOST = 7", "@cache", "def used(): ...", "used()"]
    lines += ["@pages.get('/')", "def index(): ...", "class Paid:", "    def shown(self): ..."]
    code = ast.parse("\n".join(lines))
    assert unused([code], "{{ one.shown() }}") == {"spare", "MOST", "Paid"}
