"""The demo world has at least one of every state of every life and every kind of row, so that every page can be looked at."""

from datetime import timedelta

import pytest
from sqlalchemy import Enum, select, text

from marketplace import schema  # noqa: F401 - every table is known
from marketplace.audit.queries import visible_to
from marketplace.db import SYSTEM, Base, bind_actor, session
from marketplace.demo.who import person
from marketplace.kernel import Span
from marketplace.ledger.queries import balance
from marketplace.reports.fairness import MEASURES, fairness
from tests.house.test_purpose import PLANNED_STATES
from tests.life import Lively
from tests.world import NOW

pytestmark = pytest.mark.xdist_group("demo")

# Column → values that no row rests in, with the reason.
PASSED_THROUGH: dict[str, dict[str, str]] = {
    "invoice.state": {"draft": "issued in the same transaction"},
    "pay_run.state": {"draft": "approved in the same transaction"},
    "payout.state": {"reserved": "approved in the same transaction", "failed": "released in the same transaction"},
    "match_plan.state": {"running": "only while a worker makes it", "publishing": "only while a worker sends it"},
}
# What a CHECK tells apart without an enumeration.
TOLD_APART = {"time_segment.kind": {"hours", "cancellation"}, "time_segment.earn_code": {"regular", "overtime"}}


def wanted() -> dict[str, set[str]]:
    """Every column of states or kinds with its values."""
    found = {
        f"{table.name}.{column.name}": set(column.type.enums)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Enum)
    }
    return {**found, **TOLD_APART}


def test_the_demo_has_one_of_every_state_and_every_kind(demo: Lively) -> None:
    demo.connection.execute(text("RESET ROLE"))
    tables, faults = Base.metadata.tables, list[str]()
    for where, values in wanted().items():
        table, column = where.split(".")
        there = {str(one) for one in demo.connection.scalars(select(tables[table].c[column]).distinct())}
        excused = {value for column, value in PLANNED_STATES if column == where} | set(PASSED_THROUGH.get(where, ()))
        faults += [f"{where}: there is no {value}" for value in sorted(values - there - excused)]
        faults += [f"{where}: {value} is there and needs no excuse" for value in sorted(excused & there)]
    assert not faults, "\n".join(faults)


def test_what_is_corrected_held_bounced_or_overdrawn_is_there_too(demo: Lively) -> None:
    demo.connection.execute(text("RESET ROLE"))
    for what in (
        "time_segment WHERE corrects_id IS NOT NULL", "pay_hold WHERE lifted_at IS NULL", "pay_hold WHERE lifted_at IS NOT NULL",
        "payment WHERE bounced_at IS NOT NULL", "credit_note", "invoice_line WHERE NOT live",
        "credential WHERE state = 'verified' AND expires_on < DATE '2026-11-24'",
        "time_entry WHERE 'missing_punch' = ANY(exceptions) OR exceptions::text LIKE '%missing_punch%'",
        "time_entry WHERE measured_minutes IS NOT NULL",
    ):  # fmt: skip
        assert demo.connection.scalar(text(f"SELECT count(*) FROM {what}")), what


def test_the_agency_of_the_demo_has_money_in_the_bank(demo: Lively) -> None:
    with demo.app.app_context():
        bind_actor(SYSTEM)
        assert 500_000 < balance("bank") < 30_000_000


def test_the_trail_of_the_demo_reads_in_the_order_of_the_acts(demo: Lively) -> None:
    with demo.app.app_context():
        bind_actor(SYSTEM)
        told = [entry.at for entry in session.scalars(visible_to(person("ada@northlight.example")))]
    assert told == sorted(told, reverse=True)
    assert told[0] < NOW
    assert len({at.date() for at in told}) > 70


def test_what_people_were_told_bears_the_days_of_the_acts(demo: Lively) -> None:
    demo.connection.execute(text("RESET ROLE"))
    for column in ("notice.at", "letter.written_at", "need.created_at", "invoice.created_at", "payout.created_at"):
        table, name = column.split(".")
        days = {at.date() for at in demo.connection.scalars(text(f"SELECT {name} FROM {table}"))}
        assert len(days) > 6, column
        assert max(days) <= NOW.date(), column


def test_whoever_worked_has_a_share_on_the_page_of_fair_shares(demo: Lively) -> None:
    with demo.app.app_context():
        bind_actor(SYSTEM)
        found = fairness(Span(NOW - timedelta(weeks=8), NOW), 50)
    for measure in MEASURES:
        nothing = [share for share in found.shares if not share.amounts[measure]]
        assert len(nothing) < len(found.shares) / 4, measure
    assert 3 < len(found.flagged) < len(found.shares) / 3
