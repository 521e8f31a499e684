"""Rows of a file are written together, and one that cannot be kept costs its neighbours nothing."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.audit.models import AuditEntry
from marketplace.db import as_system, session
from marketplace.kernel import Invalid
from marketplace.needs import importing
from marketplace.needs.models import Need, Shift
from tests.world import World


def file(world: World, *refs: str) -> bytes:
    npi = world.harbor.npi
    rows = (
        f"{ref},{npi},prior-auth,2026-12-21 09:00,2026-12-21 17:00,WEEKDAYS,2026-12-25,1,,,en,,40.00," for ref in refs
    )
    return "\n".join([",".join(importing.COLUMNS), *rows]).encode()


def test_holidays_of_a_file_are_worked(world: World) -> None:
    assert importing.load(file(world, "A-1")).inserted == 1
    assert len(session.scalars(select(Shift)).all()) == 5


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (Invalid("Not this one.", "external_ref"), "Not this one."),
        (IntegrityError("INSERT", {}, Exception()), "The database cannot hold this row."),
    ],
)
def test_a_row_that_cannot_be_kept_is_refused_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, problem: Exception, reason: str
) -> None:
    post = importing.post_planned

    def picky(asked: Any, by: Any, at: Any) -> list[Need]:
        made = post(asked, by, at)
        if any(one.draft.external_ref == "A-2" for one in asked):
            raise problem
        return made

    monkeypatch.setattr(importing, "post_planned", picky)
    report = importing.load(file(world, "A-1", "A-2", "A-3"))
    assert report.inserted == 2
    assert [(row.line, row.key, row.reason) for row in report.refused] == [(3, "A-2", reason)]
    with as_system():
        assert session.scalars(select(Need.external_ref).order_by(Need.id)).all() == ["A-1", "A-3"]
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.thing == "need")).all()) == 2


def test_more_rows_than_are_written_at_once_all_go_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    data = file(world, "A-1", "A-2", "A-3", "A-4", "A-5")
    assert importing.load(data).inserted == 5
    assert importing.load(data).unchanged == 5


def test_twelve_needs_are_written_in_as_many_statements_as_one(world: World, statements: list[str]) -> None:
    def asked(*refs: str) -> int:
        data = file(world, *refs)
        statements.clear()
        importing.load(data)
        return len(statements)

    asked("A-0")
    one = asked("A-1")
    many = asked(*(f"B-{number}" for number in range(12)))
    assert many == one
