"""The demo world has at least one of every state of every life and every kind of row, so that every page can be looked at."""

import pytest
from sqlalchemy import Enum, select, text

from marketplace import schema  # noqa: F401 - every table is known
from marketplace.db import Base
from marketplace.ledger.queries import balance
from tests.life import Lively

pytestmark = pytest.mark.xdist_group("demo")

# Column → values the demo does not have, with the reason. A value that turns up must leave this list.
NOT_THERE: dict[str, dict[str, str]] = {
    "match_plan.kind": dict.fromkeys(("nightly", "what_if"), "made by the worker"),
    "match_plan.state": dict.fromkeys(
        ("running", "ready", "publishing", "published", "cancelled", "failed", "superseded"), "made by the worker"
    ),
    "match_wish.kind": dict.fromkeys(("pin", "forbid"), "still to be built"),
    "plan_gap.reason": dict.fromkeys(("nobody", "taken", "hours"), "written by the worker with a plan"),
    "plan_pair.state": dict.fromkeys(("proposed", "offered", "booked", "refused"), "written by the worker with a plan"),
    "invoice.state": {"draft": "passed through at once"},
    "pay_run.state": {"draft": "passed through at once", "discarded": "no act leads there"},
    "payout.state": {"reserved": "passed through at once", "failed": "passed through at once"},
    "assignment.state": {"replaced": "no act leads there"},
    "offer.state": {"countered": "no act leads there"},
    "need.state": {
        "draft": "still to be built", "pending_approval": "no act leads there", "expired": "no act leads there",
    },
    "need.min_education": dict.fromkeys(("high-school", "associate", "bachelor", "master"), "still to be built"),
    "coordinator.education": {"master": "still to be built"},
    "facility.state": dict.fromkeys(("onboarding", "paused"), "still to be built"),
    "move_request.state": dict.fromkeys(
        ("planned", "agreed", "accepted", "declined", "withdrawn", "expired"), "still to be built"
    ),
    "credential.state": {"superseded": "still to be built"},
    "time_segment.earn_code": {"overtime": "nobody works more than forty hours a week at one facility yet"},
    "punch.source": {"import": "nothing imports punches"},
    "membership.role": {"agency_support": "still to be built"},
    "invitation.role": dict.fromkeys(
        (
            "agency_owner", "agency_scheduler", "agency_compliance", "agency_finance", "agency_support", "facility_owner",
            "facility_scheduler", "facility_approver", "facility_billing", "coordinator",
        ),
        "still to be built",
    ),
}  # fmt: skip
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
        excused = set(NOT_THERE.get(where, ()))
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
        from marketplace.db import SYSTEM, bind_actor

        bind_actor(SYSTEM)
        assert 500_000 < balance("bank") < 30_000_000
