"""Numbers without gaps: each is taken under a lock in the transaction that issues the paper, and goes back with it."""

from datetime import date

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from marketplace.billing.models import NumberSeries
from marketplace.billing.rules import number_in
from marketplace.db import session

INVOICES, CREDIT_NOTES = "INV", "CN"


def wait_for_turn(kind: str, on: date) -> None:
    """Let only one issue papers of a kind at a time; everybody else waits here for the commit, at most 15 s.

    What is asked of the database afterwards shows what the one before has done.
    """
    session.execute(
        text("SELECT set_config('lock_timeout', '15s', true), set_config('statement_timeout', '20s', true)")
    )
    series = f"{kind}-{on.year}"
    session.execute(insert(NumberSeries).values(series=series, last=0).on_conflict_do_nothing())
    session.execute(select(NumberSeries.last).where(NumberSeries.series == series).with_for_update())


def take_number(kind: str, on: date) -> str:
    """The next number of the year the paper is dated in, such as INV-2026-00007."""
    series = f"{kind}-{on.year}"
    count = session.execute(
        insert(NumberSeries)
        .values(series=series, last=1)
        .on_conflict_do_update(index_elements=[NumberSeries.series], set_={"last": NumberSeries.last + 1})
        .returning(NumberSeries.last)
    ).scalar_one()
    return number_in(series, count)
