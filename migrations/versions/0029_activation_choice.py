"""Whether newcomers are activated by hand or by themselves: what the agency chose, and before that.

Why: an agency that checks everything on the way need not press a button at the end. The agency's alone; choices are only ever added,
so that who chose what stays readable. Until somebody chooses, activation is offered.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "activation_choice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("chosen_by_id", sa.BigInteger(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("mode IN ('offered', 'automatic')", name=op.f("ck_activation_choice_activation_mode")),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["person.id"], name=op.f("fk_activation_choice_chosen_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation_choice")),
    )
    op.execute("SELECT protect('activation_choice', NULL, NULL)")
    op.execute("SELECT append_only('activation_choice')")


def downgrade() -> None:
    op.drop_table("activation_choice")
