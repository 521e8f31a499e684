"""A migration is begun by a command, which numbers it and asks the two questions; none is taken with a question open."""

import ast
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from marketplace import cli
from marketplace.config_values import Misconfigured
from marketplace.db import migrating


@pytest.fixture
def folder(tmp_path):
    """The migrations as they are, to add to."""
    shutil.copytree(migrating.MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "migrations"


def unanswered(migration: Path) -> list[str]:
    """The questions of the template that its first lines leave open."""
    said = ast.get_docstring(ast.parse(migration.read_text())) or ""
    return [
        *re.findall(r"<[^<>]{10,}>", said),
        *([] if "safe while people work" in said.lower() else ["Safe while people work"]),
    ]


def test_the_command_writes_the_next_number_after_the_newest(folder, monkeypatch):
    monkeypatch.setattr(migrating.new_revision, "__defaults__", (folder,))
    said = CliRunner().invoke(cli.commands, ["db", "revision", "coordinators have  a second phone."])
    assert said.exit_code == 0, said.output
    made = Path(said.output.strip())
    number = int(migrating.head()) + 1
    assert made == folder / "versions" / f"{number:04d}_coordinators_have_a_second_phone.py"
    text = made.read_text()
    assert text.startswith('"""Coordinators have a second phone.\n\nWhy: ')
    assert f'\ndown_revision = "{migrating.head()}"\n' in text
    assert migrating.new_revision("another", folder).name == f"{number + 1:04d}_another.py"


def test_a_migration_that_was_only_begun_is_noticed_and_does_not_run(folder):
    made = migrating.new_revision("half a thought", folder)
    assert len(unanswered(made)) == 2
    scope: dict[str, object] = {}
    exec(compile(made.read_text(), made, "exec"), scope)
    for step in ("upgrade", "downgrade"):
        with pytest.raises(NotImplementedError):
            scope[step]()  # type: ignore[operator]


def test_every_migration_answers_both_questions():
    found = sorted((migrating.MIGRATIONS / "versions").glob("*.py"))
    assert len(found) > 20
    assert {migration.name: open_ for migration in found if (open_ := unanswered(migration))} == {}
    assert [migration.name[:4] for migration in found] == [f"{number:04d}" for number in range(1, len(found) + 1)]


@pytest.mark.parametrize("nothing", ["", "  ", "…"])
def test_a_migration_without_a_subject_is_not_begun(folder, nothing):
    with pytest.raises(Misconfigured, match="Say what changes"):
        migrating.new_revision(nothing, folder)
    assert len(list((folder / "versions").glob("*.py"))) == len(list((migrating.MIGRATIONS / "versions").glob("*.py")))
