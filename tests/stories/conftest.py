"""What every story may ask for: the books hold at its end, and everybody's browser."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from marketplace.db import SYSTEM, bind_actor
from marketplace.kernel.clock import frozen_at
from tests.browser import Visitor


@pytest.fixture(autouse=True)
def _books(ledger_holds: None) -> None:
    """Every story ends with the books recounted."""


@pytest.fixture
def at(app: Flask) -> Callable[[str | Visitor, datetime], Any]:
    """`with at("maya", moment) as maya:` at that moment somebody sits down at the site, signed in anew."""
    from contextlib import contextmanager

    @contextmanager
    def sits_down(who: str | Visitor, moment: datetime) -> Any:
        with frozen_at(moment):
            visitor = who if isinstance(who, Visitor) else Visitor(app).sign_in(who)
            yield visitor
            bind_actor(SYSTEM)

    return sits_down
