"""The house stays easy to read: no long file, no crowded package, no module that needs half of the house, no name used twice."""

import ast
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache

import pytest

from tests.life import ROOT

MOST_LINES = 300
"""Of a file."""
MOST_MODULES = 15
"""Of a package, without those of the packages inside it."""
MOST_LINES_OF_A_FUNCTION = 60
MOST_IMPORTS = 26
"""Of our own modules, by one module: what the one that needs most needs today."""

USUAL_IMPORTS = 10
"""The same for nine modules in ten."""

Sources = Mapping[str, str]
"""The text of each module by its dotted name; a package goes by its own name."""


@cache
def house() -> Sources:
    """Every module of the product."""
    found = {}
    for file in sorted((ROOT / "marketplace").rglob("*.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        found[name] = file.read_text(encoding="utf-8")
    return found


@cache
def parsed(text: str) -> ast.Module:
    """The same tree for every test."""
    return ast.parse(text)


def long_files(sources: Sources) -> list[str]:
    """Files of more lines than MOST_LINES, with how many they have."""
    lengths = {name: len(text.splitlines()) for name, text in sources.items()}
    return [f"{name}: {length} lines" for name, length in lengths.items() if length > MOST_LINES]


def crowded_packages(sources: Sources) -> list[str]:
    """Packages of more modules than MOST_MODULES."""
    counted = Counter(name.rpartition(".")[0] for name in sources if not name.endswith(".__init__"))
    return [f"{package}: {count} modules" for package, count in counted.items() if count > MOST_MODULES]


def names_used_twice(sources: Sources) -> list[str]:
    """Classes of one name in several modules: a reader who searches for the name finds the wrong one."""
    where = defaultdict(list)
    for module, text in sources.items():
        for node in parsed(text).body:
            if isinstance(node, ast.ClassDef):
                where[node.name].append(module)
    return [f"{name} in {' and '.join(modules)}" for name, modules in where.items() if len(modules) > 1]


def long_functions(sources: Sources) -> list[str]:
    """Functions of more lines than MOST_LINES_OF_A_FUNCTION, wherever they are defined."""

    def functions() -> Iterator[tuple[str, str, int]]:
        for module, text in sources.items():
            for node in ast.walk(parsed(text)):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno is not None:
                    yield module, node.name, node.end_lineno - node.lineno + 1

    return [
        f"{module}.{name}: {lines} lines" for module, name, lines in functions() if lines > MOST_LINES_OF_A_FUNCTION
    ]


def own_imports(sources: Sources) -> dict[str, set[str]]:
    """The modules of ours that each module imports, anywhere in it. A name from a package's face counts as the package."""
    modules = {name.removesuffix(".__init__") for name in sources}
    found = {}
    for module, text in sources.items():
        needed: set[str] = set()
        for node in ast.walk(parsed(text)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "marketplace":
                named = [f"{node.module}.{alias.name}" for alias in node.names]
                needed |= {name if name in modules else node.module for name in named}
            elif isinstance(node, ast.Import):
                needed |= {alias.name for alias in node.names if alias.name.split(".")[0] == "marketplace"}
        found[module] = needed - {module.removesuffix(".__init__")}
    return found


def ninth_decile(counts: Collection[int]) -> int:
    """The number that nine in ten do not exceed."""
    return sorted(counts)[int(len(counts) * 0.9)]


def test_no_file_is_long():
    assert long_files(house()) == []


def test_no_package_is_crowded():
    assert crowded_packages(house()) == []


def test_a_class_name_stands_once():
    assert names_used_twice(house()) == []


def test_no_function_is_long():
    assert long_functions(house()) == []


def test_no_module_needs_more_of_the_house_than_any_does_today():
    needs = {module: len(needed) for module, needed in own_imports(house()).items()}
    assert {module: count for module, count in needs.items() if count > MOST_IMPORTS} == {}


def test_nine_modules_in_ten_need_few_others():
    assert ninth_decile([len(needed) for needed in own_imports(house()).values()]) <= USUAL_IMPORTS


def test_the_ninth_decile_notices_a_tenth():
    assert ninth_decile([1] * 9 + [11]) == 11
    assert ninth_decile([1] * 10 + [11]) == 1


LONG_FUNCTION = "def f():\n" + "    x = 1\n" * MOST_LINES_OF_A_FUNCTION


@pytest.mark.parametrize(
    ("check", "sources"),
    [
        (long_files, {"marketplace.a": "x = 1\n" * (MOST_LINES + 1)}),
        (crowded_packages, {f"marketplace.a.{n}": "" for n in range(MOST_MODULES + 1)}),
        (names_used_twice, {"marketplace.a": "class Share: ...", "marketplace.b": "class Share: ..."}),
        (long_functions, {"marketplace.a": LONG_FUNCTION}),
        (long_functions, {"marketplace.a": "class A:\n    async " + LONG_FUNCTION.replace("\n", "\n    ")}),
    ],
)
def test_what_is_too_big_would_be_found(check, sources):
    assert len(check(sources)) == 1


def test_what_is_small_enough_is_not_found():
    sources = {f"marketplace.a.{n}": f"class C{n}: ..." for n in range(MOST_MODULES)} | {
        "marketplace.a.__init__": "x = 1\n" * MOST_LINES,
        "marketplace.a.inside.more": LONG_FUNCTION.replace("    x = 1\n", "", 1),
    }
    for check in (long_files, crowded_packages, names_used_twice, long_functions):
        assert check(sources) == []


def test_own_imports_are_counted_by_module():
    text = (
        "import marketplace.b\nfrom marketplace.c import d, f\nimport json\nfrom marketplace import b\n"
        "def late():\n    from marketplace.e import E\n"
    )
    sources = {"marketplace.a": text, "marketplace.b": "", "marketplace.c.__init__": "", "marketplace.c.d": ""}
    assert own_imports(sources)["marketplace.a"] == {
        "marketplace.b", "marketplace.c", "marketplace.c.d", "marketplace.e",
    }  # fmt: skip
