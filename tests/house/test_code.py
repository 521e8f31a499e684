"""How the code reads: the clock in one place, states written by their tables, the places that see past a person's own rows."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.life import ROOT

HOUSE = ROOT / "marketplace"

STATES_SET_BY_HAND = {
    "demo": "the demo's history is written as it would have come about",
    "importing.py": "another system's file says where a thing stands",
    "tasks.py": "many rows in one statement, each from a state its table allows (tested with the concept)",
}

# The modules that use `as_system`, each with what it needs to see or write past the actor's own rows.
RLS_BYPASS = {
    "accounts/audit_hook.py": "also somebody who is only just coming in leaves a trail",
    "eligibility/assessment.py": "judges people by what neither side may read",
    "booking/undoing.py": "undoing a booking frees a seat and re-opens the offers of others",
    "booking/booking.py": "the seats of a shift are counted and taken over all coordinators",
    "schedules/calendar_address.py": "a calendar program brings a token instead of a person",
    "booking/cancelling.py": "a cancellation moves shift, offers and seats of others",
    "booking/no_shows.py": "a no-show frees the seat and changes the record of somebody else",
    "eligibility/candidates.py": "ranking reads every coordinator's facts; only verdicts leave",
    "eligibility/loading.py": "matching reads what neither side may read of the other",
    "eligibility/index.py": "the index holds everybody's facts; only verdicts, points and counts leave",
    "booking/reassignment_requests.py": "the seats of two shifts are read before somebody is asked",
    "booking/reassignments.py": "a reassignment changes the seats of two shifts and the offers of others",
    "coverage/views/posting_preview.py": "counts over all coordinators; only figures leave",
    "booking/offers.py": "offers go to people whose rows the facility may not read",
    "assignments/queries.py": "names of those who were asked",
    "booking/views/reassignment_cards.py": "the shift the coordinator is asked to work instead",
    "booking/views/offers.py": "the card of a shift that is open to the coordinator",
    "billing/queries.py": "whether hours stand on an invoice, asked by whoever takes an approval back",
    "billing/views/invoices.py": "that the facility has looked at it is noted on a paper it may not write",
    "contracts/queries.py": "a transparent card shows its facility what is paid",
    "contracts/signing.py": "the other side signs what it may only read",
    "credentials/uploads.py": "earlier files of the coordinator are put aside",
    "onboarding/steps/coordinators.py": "whether somebody has a calendar address; not which",
    "home/views/front.py": "whether a worker is alive; nothing else",
    "db/sessions.py": "where it is made",
    "ledger/posting.py": "the books are written by the house alone",
    "messaging/writing.py": "letters and notices are for others",
    "needs/queries.py": "the rate card with what coordinators are paid",
    "documents/archive.py": "papers are kept by the house",
    "payouts/queries.py": "whether hours were paid out, asked by whoever takes an approval back",
    "plans/solver/build_instance.py": "a plan weighs everybody for every open seat",
    "plans/refill/options.py": "who is free, and who could move; only names, points and reasons leave",
    "plans/replay/past_weeks.py": "past weeks are lived again with everybody; only figures leave",
    "plans/constraints.py": "whether a pin can be kept",
    "attendance/clocking.py": "a punch moves shift and assignment",
    "attendance/corrections.py": "hours by hand move shift and assignment",
    "timesheets/compensation.py": "what a cancellation costs is written by the house",
    "attendance/clock_in_checks.py": "whether the facility's papers are in order",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(HOUSE.rglob("*.py")):
        yield file.relative_to(HOUSE).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def test_what_time_it_is_is_asked_in_one_place() -> None:
    asked = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    ]
    assert [place for place in asked if not place.startswith("kernel/clock.py")] == []
    assert asked, "the search finds the one place"


def changes_of_state(tree: ast.AST) -> Iterator[tuple[int, ast.expr | None]]:
    """Every `x.state = …` in a module, also among several targets, with what is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr == "state":
                    yield node.lineno, node.value
                if isinstance(target, ast.Tuple):
                    values = node.value.elts if isinstance(node.value, ast.Tuple) else [None] * len(target.elts)
                    for part, value in zip(target.elts, values, strict=True):
                        if isinstance(part, ast.Attribute) and part.attr == "state":
                            yield node.lineno, value
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            if isinstance(node.target, ast.Attribute) and node.target.attr == "state":
                yield node.lineno, node.value
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "setattr" and len(node.args) == 3 and getattr(node.args[1], "value", None) == "state":
                yield node.lineno, node.args[2]
            if name == "values":
                yield from ((node.lineno, word.value) for word in node.keywords if word.arg == "state")


def asks_the_table(value: ast.expr | None, asked: frozenset[str] = frozenset()) -> bool:
    """Whether what is written comes out of `LIFE.after(…)`, at once or by one of the names that were `asked` before."""
    return value is not None and any(
        (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "after")
        or (isinstance(node, ast.Name) and node.id in asked)
        for node in ast.walk(value)
    )


def asked_before(tree: ast.AST) -> frozenset[str]:
    """The names that hold an answer of `LIFE.after(…)`."""
    return frozenset(
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and asks_the_table(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def test_a_state_is_only_written_by_the_table_of_its_life() -> None:
    by_hand = [
        f"marketplace/{name}:{line}"
        for name, tree in modules()
        if not any(part in STATES_SET_BY_HAND for part in Path(name).parts)
        for line, value in changes_of_state(tree)
        if not asks_the_table(value, asked_before(tree))
    ]
    assert by_hand == []


@pytest.mark.parametrize(
    "line",
    [
        "x.state = S.OPEN", "x.state, x.at = S.OPEN, at", "setattr(x, 'state', S.OPEN)", "update(X).values(state=S.OPEN)",
        "x.state: S = S.OPEN", "x.state, x.at = both",
    ],
)  # fmt: skip
def test_the_search_finds_states_written_by_hand(line: str) -> None:
    assert [value for _, value in changes_of_state(ast.parse(line)) if not asks_the_table(value)]


def test_the_search_knows_the_table() -> None:
    tree = ast.parse("x.state, x.at = LIFE.after(x.state, 'approve'), at")
    assert [asks_the_table(value) for _, value in changes_of_state(tree)] == [True]


def test_the_places_that_see_past_a_persons_own_rows_are_known_and_needed() -> None:
    using = {
        name
        for name, tree in modules()
        if not name.startswith("demo/")
        and any(isinstance(node, ast.Call) and getattr(node.func, "id", "") == "as_system" for node in ast.walk(tree))
    }
    using.add("db/sessions.py")
    assert using == set(RLS_BYPASS)


def test_nobody_else_becomes_the_system() -> None:
    """`bind_actor(SYSTEM)` belongs to jobs and commands; a page uses `as_system`, which ends by itself."""
    allowed = ("demo/", "db/", "commands/", "doctor.py", "processes.py")
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        if not name.startswith(allowed) and not name.endswith("/tasks.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "bind_actor"
        and any(isinstance(each, ast.Name) and each.id == "SYSTEM" for each in ast.walk(node))
    ]
    assert found == []


def test_views_never_commit() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        if "views" in name or name.endswith(("pages.py", "page.py"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert found == []


def test_no_template_asks_the_database_or_trusts_what_was_typed() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"session\.|\.query|\|\s*safe\b|autoescape false", line)
    ]
    assert found == []


def test_modules_are_named_for_what_they_are() -> None:
    vague = re.compile(r"(^|_)(service|services|manager|helper|helpers|utils|util|common|misc)(_|$)")
    assert [name for name, _ in modules() if vague.search(Path(name).stem)] == []


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    silent = [
        name
        for name, tree in modules()
        if any(not isinstance(node, ast.Expr) for node in tree.body) and not (ast.get_docstring(tree) or "").strip()
    ]
    assert silent == []


def test_names_of_tests_are_not_used_twice_in_a_file() -> None:
    """The second would silently replace the first."""
    doubled = []
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        names = Counter(
            node.name for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
        )
        doubled += [f"{file.name}: {name}" for name, count in names.items() if count > 1]
    assert doubled == []


def test_the_repository_speaks_of_the_product_alone() -> None:
    words = re.compile(r"/work/|\.\./shared|\bTODO\b|\bFIXME\b|\bXXX\b")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for folder in ("marketplace", "templates", "migrations", "scripts", "static/js", "static/css", "docs", "tests")
        for file in sorted((ROOT / folder).rglob("*"))
        if file.suffix in (".py", ".html", ".js", ".css", ".md", ".sh", ".txt", ".mjml", ".typ")
        and file != Path(__file__)
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if words.search(line)
    ]
    assert found == []
