"""`make coverage`: holds the branch coverage of each package against its floor, and says which floor can be raised.

The floors are in coverage-floors.toml. `--write` after the report's name sets them to what was measured, rounded down, and
lowers none. What decides over rights, money and bookings is to come to 100 %, everything together to 95 %.
"""

import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).resolve().parent.parent / "coverage-floors.toml"


def measured(report: Mapping[str, Any]) -> dict[str, float]:
    """Percent of lines and branches run, by package (`marketplace.ledger`; `marketplace` for the modules beside them).

    `report` is what `coverage json` writes. Every `policy.py` counts once more under `policy`, everything under `total`.
    """
    run: dict[str, int] = defaultdict(int)
    there: dict[str, int] = defaultdict(int)
    for name, file in report["files"].items():
        parts = Path(name).parts
        found = file["summary"]
        package = "marketplace" if len(parts) == 2 else ".".join(parts[:2])
        for group in {package, "total", *(["policy"] if parts[-1] == "policy.py" else [])}:
            run[group] += found["covered_lines"] + found["covered_branches"]
            there[group] += found["num_statements"] + found["num_branches"]
    return {group: 100 * run[group] / there[group] if there[group] else 100.0 for group in there}


def compare(found: Mapping[str, float], floors: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """(what is wrong, which floors can be raised). A package without a floor is wrong, a floor without a package too."""
    wrong = [
        f"{name}: no floor in {FLOORS.name}, and {found[name]:.1f} % measured" for name in found if name not in floors
    ]
    wrong += [f"{name}: has a floor, and no such package was measured" for name in floors if name not in found]
    both = [(name, found[name], floors[name]) for name in floors if name in found]
    wrong += [f"{name}: {now:.2f} %, and the floor is {floor:g} %" for name, now, floor in both if now < floor]
    return sorted(wrong), [f"{name}: {int(now)} (now {floor:g})" for name, now, floor in both if int(now) > floor]


def kept() -> dict[str, float]:
    """The floors as they are written; none before the first `--write`."""
    return tomllib.loads(FLOORS.read_text(encoding="utf-8"))["floors"] if FLOORS.exists() else {}


def as_text(found: Mapping[str, float], floors: Mapping[str, float]) -> str:
    """The file of the floors: what was measured, rounded down, or the floor there is where that is higher."""
    rows = [f'"{name}" = {max(int(found[name]), int(floors.get(name, 0)))}' for name in sorted(found)]
    head = "# Percent of lines and branches that the tests run, by package: raised, never lowered. Checked by `make coverage`."
    return "\n".join([head, "[floors]", *rows, ""])


def main(report: str, *, write: bool = False) -> int:
    """The exit code: 1 when a package is under its floor."""
    found = measured(json.loads(Path(report).read_text(encoding="utf-8")))
    for name, percent in sorted(found.items(), key=lambda each: each[1]):
        print(f"{percent:6.2f} %  {name}")
    if write:
        FLOORS.write_text(as_text(found, kept()), encoding="utf-8")
    wrong, raised = compare(found, kept())
    if raised:
        print("Can be raised: " + ", ".join(raised))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], write="--write" in sys.argv[2:]))
