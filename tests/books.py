"""After a test that touched money the books must hold: `ledger_holds` recounts them before the test is undone."""

from collections.abc import Iterator
from typing import Any

import pytest

from marketplace.db import sessions as db
from marketplace.ledger.invariants import broken_lines, recount


@pytest.fixture
def ledger_holds(session: Any) -> Iterator[None]:
    """Use it, or make it autouse for a folder: `pytestmark = pytest.mark.usefixtures("ledger_holds")`."""
    yield
    if not db.session.is_active:
        db.session.rollback()
    db.bind_actor(db.SYSTEM)
    assert broken_invariants() == []


def broken_invariants() -> list[str]:
    """One line for each invariant that does not hold; empty when the books hold."""
    return broken_lines(recount())
