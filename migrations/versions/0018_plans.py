"""Matching plans: what was asked, who is proposed for which seat, what stays open and why, and what people wish of plans.

The agency's alone: no row, and no right to any of these tables, for facilities and coordinators.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "match_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "nightly", "asked", "what_if", name="plan_kind", native_enum=False, create_constraint=True, length=32
            ),
            server_default="asked",
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "ready",
                "publishing",
                "published",
                "cancelled",
                "failed",
                "superseded",
                name="plan_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="queued",
            nullable=False,
        ),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("freeze_hours", sa.Integer(), nullable=False),
        sa.Column("time_limit_seconds", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("compared_with_id", sa.BigInteger(), nullable=True),
        sa.Column("what_if_shift_id", sa.BigInteger(), nullable=True),
        sa.Column("what_if_coordinator_id", sa.BigInteger(), nullable=True),
        sa.Column("facts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("value", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bound", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("filled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seats", sa.Integer(), server_default="0", nullable=False),
        sa.Column("milliseconds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("weights", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("prices", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("broken_wishes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("published_by_id", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(kind = 'what_if') = (what_if_shift_id IS NOT NULL AND what_if_coordinator_id IS NOT NULL)",
            name=op.f("ck_match_plan_what_if"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_match_plan_ends_after_start")),
        sa.CheckConstraint("filled BETWEEN 0 AND seats", name=op.f("ck_match_plan_filled_within_seats")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_match_plan_progress")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_match_plan_asked_by_id")),
        sa.ForeignKeyConstraint(["compared_with_id"], ["match_plan.id"], name=op.f("fk_match_plan_compared_with_id")),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_match_plan_published_by_id")),
        sa.ForeignKeyConstraint(
            ["what_if_coordinator_id"], ["coordinator.id"], name=op.f("fk_match_plan_what_if_coordinator_id")
        ),
        sa.ForeignKeyConstraint(["what_if_shift_id"], ["shift.id"], name=op.f("fk_match_plan_what_if_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_plan")),
    )
    op.create_index("ix_match_plan_asked_at", "match_plan", ["asked_at"], unique=False)
    op.create_index(op.f("ix_match_plan_compared_with_id"), "match_plan", ["compared_with_id"], unique=False)
    op.create_index(
        "uq_match_plan_in_work",
        "match_plan",
        [sa.text("(true)")],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'running') AND kind <> 'what_if'"),
    )
    op.create_index(
        "uq_match_plan_shown",
        "match_plan",
        [sa.text("(true)")],
        unique=True,
        postgresql_where=sa.text("state IN ('ready', 'publishing', 'published') AND kind <> 'what_if'"),
    )
    op.create_table(
        "plan_pair",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("score", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("kept", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "offered",
                "booked",
                "refused",
                name="pair_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="proposed",
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("score BETWEEN 0 AND 999", name=op.f("ck_plan_pair_score")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_plan_pair_assignment_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_plan_pair_coordinator_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_plan_pair_offer_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["match_plan.id"], name=op.f("fk_plan_pair_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_plan_pair_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_pair")),
        sa.UniqueConstraint("plan_id", "shift_id", "coordinator_id", name="uq_plan_pair_person"),
        sa.UniqueConstraint("plan_id", "shift_id", "seat", name="uq_plan_pair_seat"),
    )
    op.create_index(op.f("ix_plan_pair_coordinator_id"), "plan_pair", ["coordinator_id"], unique=False)
    op.create_index(op.f("ix_plan_pair_shift_id"), "plan_pair", ["shift_id"], unique=False)
    op.create_table(
        "plan_gap",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "nobody", "taken", "hours", name="gap_reason", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("refusals", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("taken", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("hours", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["match_plan.id"], name=op.f("fk_plan_gap_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_plan_gap_shift_id")),
        sa.PrimaryKeyConstraint("plan_id", "shift_id", name=op.f("pk_plan_gap")),
    )
    op.create_table(
        "plan_option",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("at_least", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_plan_option_coordinator_id")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["match_plan.id"], name=op.f("fk_plan_option_plan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_plan_option_shift_id")),
        sa.PrimaryKeyConstraint("plan_id", "shift_id", "coordinator_id", name=op.f("pk_plan_option")),
    )
    op.create_table(
        "match_wish",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("pin", "forbid", name="wish_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("length(reason) <= 300", name=op.f("ck_match_wish_reason_length")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_match_wish_by_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_match_wish_coordinator_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_match_wish_ended_by_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_match_wish_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_wish")),
    )
    op.create_index(op.f("ix_match_wish_coordinator_id"), "match_wish", ["coordinator_id"], unique=False)
    op.create_index(op.f("ix_match_wish_shift_id"), "match_wish", ["shift_id"], unique=False)
    op.create_index(
        "uq_match_wish_in_force",
        "match_wish",
        ["shift_id", "coordinator_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "match_setting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.BigInteger(), nullable=True),
        sa.Column("horizon_days", sa.SmallInteger(), nullable=False),
        sa.Column("freeze_hours", sa.SmallInteger(), nullable=False),
        sa.Column("time_limit_seconds", sa.SmallInteger(), nullable=False),
        sa.Column("fair_percent", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("fair_percent BETWEEN 1 AND 100", name=op.f("ck_match_setting_fair_percent")),
        sa.CheckConstraint("freeze_hours BETWEEN 0 AND 336", name=op.f("ck_match_setting_freeze_hours")),
        sa.CheckConstraint("horizon_days BETWEEN 1 AND 60", name=op.f("ck_match_setting_horizon_days")),
        sa.CheckConstraint("time_limit_seconds BETWEEN 1 AND 900", name=op.f("ck_match_setting_time_limit_seconds")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_match_setting_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_setting")),
    )
    for table in ("match_plan", "plan_pair", "plan_gap", "plan_option", "match_wish", "match_setting"):
        op.execute(f"SELECT protect('{table}', NULL, NULL)")


def downgrade() -> None:
    for table in ("match_setting", "match_wish", "plan_option", "plan_gap", "plan_pair", "match_plan"):
        op.drop_table(table)
