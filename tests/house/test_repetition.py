"""What is written once is changed once: no run of more than twenty lines stands in two places of the tree."""

import re
from collections.abc import Iterator, Sequence

from tests.life import ROOT

LONGEST = 20
PLACES = ("marketplace", "templates", "tests", "scripts", "benchmarks")
ENDINGS = {".py", ".html", ".mjml", ".txt", ".typ"}

# Pairs of files that may say the same, each with its reason. Nothing is welcome here but what must not be shared.
ALLOWED: dict[frozenset[str], str] = {}

# Says nothing by itself: blank lines, comments, imports, the end of something.
_THIN = re.compile(r"\s*(#.*|from .* import .*|import .*|[\])}(\[{,:\"'%\s]*|pass|return|else:|try:|\{% \w+ %\})")

Line = tuple[int, str]


def written(text: str) -> list[Line]:
    """The lines that say something, with their numbers; white space is folded."""
    return [
        (number, " ".join(line.split()))
        for number, line in enumerate(text.splitlines(), 1)
        if not _THIN.fullmatch(line)
    ]


def repeated(files: Sequence[tuple[str, list[Line]]]) -> list[tuple[str, str]]:
    """Pairs of places, as `file:line`, that begin the same run of more than `LONGEST` lines."""
    first: dict[int, tuple[str, int]] = {}
    found: list[tuple[str, str]] = []
    for name, lines in files:
        fresh = True
        for start in range(len(lines) - LONGEST):
            run = hash(tuple(line for _, line in lines[start : start + LONGEST + 1]))
            place = (name, lines[start][0])
            other = first.setdefault(run, place)
            if other != place and fresh:
                found.append((f"{other[0]}:{other[1]}", f"{name}:{place[1]}"))
            fresh = other == place
    return found


def tree() -> Iterator[tuple[str, list[Line]]]:
    for place in PLACES:
        for file in sorted((ROOT / place).rglob("*")):
            if file.suffix in ENDINGS and file.is_file():
                yield file.relative_to(ROOT).as_posix(), written(file.read_text(encoding="utf-8"))


def test_no_run_of_more_than_twenty_lines_is_written_twice() -> None:
    files = list(tree())
    assert len(files) > 500
    pairs = [
        pair for pair in repeated(files) if frozenset(place.rsplit(":", 1)[0] for place in pair) not in ALLOWED
    ]  # fmt: skip
    assert pairs == []


def test_what_is_allowed_is_there_and_explained() -> None:
    assert all((ROOT / name).exists() for names in ALLOWED for name in names)
    assert all(ALLOWED.values())


def test_the_search_finds_a_repetition_whatever_its_indentation() -> None:
    one = "\n".join(f"total += amount_{number}" for number in range(LONGEST + 1))
    other = "import this\n\n" + "\n".join(f"    {line}\n\n    # why" for line in one.splitlines())
    assert repeated([("one.py", written(one)), ("other.py", written(other))]) == [("one.py:1", "other.py:3")]


def test_twenty_lines_may_be_the_same() -> None:
    one = "\n".join(f"total += amount_{number}" for number in range(LONGEST))
    assert repeated([("one.py", written(one)), ("other.py", written(one))]) == []
