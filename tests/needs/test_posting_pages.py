"""Posting a need in the browser, as the facility's scheduler does it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.db.session import session
from marketplace.needs.models import Need, Shift
from tests.browser import Visitor
from tests.world import World


def shifts_of(need: Need) -> list[Shift]:
    return list(session.scalars(select(Shift).where(Shift.need_id == need.id).order_by(Shift.starts_at)))


def last_need() -> Need:
    return session.scalars(select(Need).order_by(Need.id.desc()).limit(1)).one()


FIVE_FIELDS = {"line": "prior-auth", "headcount": "1", "first_day": "2026-11-30", "starts_local": "09:00", "ends_local": "17:00"}


def test_a_shift_is_posted_from_a_blank_form_with_five_fields(client: Visitor, world: World) -> None:
    client.sign_in("rosa").get("/needs/new").press("Post the need", **FIVE_FIELDS)
    assert client.status == 200
    client.sees("1 shift posted, Nov 30, 2026")
    (shift,) = shifts_of(last_need())
    assert shift.starts_at == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert (shift.bill_rate_cents, shift.pay_rate_cents) == (3900, 2900)
