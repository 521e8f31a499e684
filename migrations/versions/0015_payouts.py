"""Pay runs, payouts, the lines of pay statements, and holds.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "pay_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "approved",
                "sent",
                "completed",
                "discarded",
                name="pay_run_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("started_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_pay_run_approved_by_id")),
        sa.ForeignKeyConstraint(["started_by_id"], ["person.id"], name=op.f("fk_pay_run_started_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_run")),
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("pay_run_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reserved",
                "approved",
                "sent",
                "paid",
                "failed",
                "released",
                "reversed",
                name="payout_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="reserved",
            nullable=False,
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payout_amount_positive")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_payout_coordinator_id")),
        sa.ForeignKeyConstraint(["pay_run_id"], ["pay_run.id"], name=op.f("fk_payout_pay_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
    )
    op.create_index(op.f("ix_payout_coordinator_id"), "payout", ["coordinator_id"], unique=False)
    op.create_index(op.f("ix_payout_pay_run_id"), "payout", ["pay_run_id"], unique=False)
    op.create_table(
        "payout_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payout_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("time_segment_id", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_payout_item_coordinator_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_item_payout_id")),
        sa.ForeignKeyConstraint(["time_segment_id"], ["time_segment.id"], name=op.f("fk_payout_item_time_segment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_item")),
    )
    op.create_index(op.f("ix_payout_item_payout_id"), "payout_item", ["payout_id"], unique=False)
    op.create_index(
        "uq_payout_item_segment", "payout_item", ["time_segment_id"], unique=True, postgresql_where=sa.text("live")
    )
    op.create_table(
        "pay_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_pay_hold_coordinator_id")),
        sa.ForeignKeyConstraint(["placed_by_id"], ["person.id"], name=op.f("fk_pay_hold_placed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_hold")),
    )
    op.create_index(
        "uq_pay_hold_open", "pay_hold", ["coordinator_id"], unique=True, postgresql_where=sa.text("lifted_at IS NULL")
    )
    op.execute("SELECT protect('pay_hold', NULL, 'coordinator_id = app_coordinator()')")
    op.execute("SELECT protect('pay_run', NULL, 'true')")
    op.execute("SELECT protect('payout', NULL, 'coordinator_id = app_coordinator()')")
    op.execute("SELECT protect('payout_item', NULL, 'coordinator_id = app_coordinator()')")


def downgrade() -> None:
    op.drop_table("pay_hold")
    op.drop_table("payout_item")
    op.drop_table("payout")
    op.drop_table("pay_run")
