"""What matching weighs with: the weights of the score with their history, and what seats and hours are worth in the last plan;
and which months' fair shares were written to the agency.

The agency's alone: no row, and no right to any of these tables, for facilities and coordinators. Weights are only ever
added: who set which and why stays readable. Prices are written anew with every plan.

Safe while people work: creates only. Until somebody sets weights, those in the code hold.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"

PARTS = (
    "continuity", "favourite", "rating", "cost", "time_zone", "skills", "preferred_hours", "fairness", "versatility",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "weight_set",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("follows_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        *(sa.Column(part, sa.SmallInteger(), nullable=False) for part in PARTS),
        sa.CheckConstraint(f"{' + '.join(PARTS)} = 999", name=op.f("ck_weight_set_add_up_to_999")),
        sa.CheckConstraint("follows_id < id", name=op.f("ck_weight_set_follows_an_older_one")),
        sa.CheckConstraint(f"least({', '.join(PARTS)}) >= 0", name=op.f("ck_weight_set_none_below_nothing")),
        sa.CheckConstraint("length(note) <= 300", name=op.f("ck_weight_set_note_length")),
        sa.ForeignKeyConstraint(["follows_id"], ["weight_set.id"], name=op.f("fk_weight_set_follows_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_weight_set_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_set")),
        # Two people who set at the same moment: the second is told.
        sa.UniqueConstraint("follows_id", name="uq_weight_set_follows_id", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "seat_price",
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_seat_price_shift_id")),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_seat_price")),
    )
    op.create_table(
        "hours_worth",
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("openings", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_hours_worth_coordinator_id")),
        sa.PrimaryKeyConstraint("coordinator_id", name=op.f("pk_hours_worth")),
    )
    op.create_table(
        "fairness_letter",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_fairness_letter")),
    )
    for table in ("weight_set", "seat_price", "hours_worth", "fairness_letter"):
        op.execute(f"SELECT protect('{table}', NULL, NULL)")
    op.execute("SELECT append_only('weight_set')")


def downgrade() -> None:
    for table in ("fairness_letter", "hours_worth", "seat_price", "weight_set"):
        op.drop_table(table)
