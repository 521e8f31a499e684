"""A package whose tests run less of it than before is named, and so is one that nobody set a floor for."""

import json
import tomllib

import pytest

from scripts import coverage_floors
from scripts.coverage_floors import as_text, compare, measured


def of(lines, run, branches=0, taken=0):
    return {
        "summary": {
            "num_statements": lines, "covered_lines": run, "num_branches": branches, "covered_branches": taken,
        }
    }  # fmt: skip


REPORT = {
    "files": {
        "marketplace/app.py": of(10, 10),
        "marketplace/ledger/posting.py": of(60, 60, 20, 10),
        "marketplace/ledger/views/pages.py": of(20, 20),
        "marketplace/needs/policy.py": of(8, 6, 2, 2),
    }
}


def test_lines_and_branches_are_counted_by_package():
    assert measured(REPORT) == {
        "marketplace": 100.0,
        "marketplace.ledger": 90.0,
        "marketplace.needs": 80.0,
        "policy": 80.0,
        "total": pytest.approx(90.0),
    }


def test_what_falls_under_its_floor_is_named_and_what_has_risen_may_be_raised():
    found = {"marketplace.ledger": 89.9, "marketplace.needs": 96.4, "marketplace.new": 50.0}
    wrong, raised = compare(found, {"marketplace.ledger": 90, "marketplace.needs": 95, "marketplace.gone": 80})
    assert [line.split(":")[0] for line in wrong] == ["marketplace.gone", "marketplace.ledger", "marketplace.new"]
    assert raised == ["marketplace.needs: 96 (now 95)"]


def test_floors_are_written_rounded_down_and_none_is_lowered():
    text = as_text({"marketplace.ledger": 97.99, "marketplace.needs": 80.2}, {"marketplace.needs": 85})
    assert tomllib.loads(text)["floors"] == {"marketplace.ledger": 97, "marketplace.needs": 85}


def test_a_package_under_its_floor_fails_the_command(tmp_path, monkeypatch, capsys):
    report, floors = tmp_path / "coverage.json", tmp_path / "floors.toml"
    report.write_text(json.dumps(REPORT))
    monkeypatch.setattr(coverage_floors, "FLOORS", floors)
    assert coverage_floors.main(str(report)) == 1, "nobody set a floor yet"
    assert coverage_floors.main(str(report), write=True) == 0
    floors.write_text(floors.read_text().replace('"marketplace.ledger" = 90', '"marketplace.ledger" = 91'))
    assert coverage_floors.main(str(report)) == 1
    assert "marketplace.ledger: 90.00 %, and the floor is 91 %" in capsys.readouterr().err
