"""Questions to booked coordinators whether they would work another shift instead of theirs.

The agency asks; she reads what she is asked and nothing else of it; facilities see none of it, only who works in the end.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

OPEN = sa.text("state IN ('agreed', 'asked', 'planned')")


def upgrade() -> None:
    op.create_table(
        "move_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), nullable=True),
        sa.Column("free_id", sa.BigInteger(), nullable=True),
        sa.Column("became_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "asked",
                "agreed",
                "accepted",
                "declined",
                "withdrawn",
                "expired",
                name="move_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="planned",
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("free_id <> coordinator_id", name=op.f("ck_move_request_free_is_another")),
        sa.CheckConstraint(
            "(state = 'accepted') = (became_id IS NOT NULL)", name=op.f("ck_move_request_accepted_became")
        ),
        sa.ForeignKeyConstraint(["after_id"], ["move_request.id"], name=op.f("fk_move_request_after_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_move_request_asked_by_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_move_request_assignment_id")),
        sa.ForeignKeyConstraint(["became_id"], ["assignment.id"], name=op.f("fk_move_request_became_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_move_request_coordinator_id")),
        sa.ForeignKeyConstraint(["free_id"], ["coordinator.id"], name=op.f("fk_move_request_free_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_move_request_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_request")),
    )
    for column in ("after_id", "became_id", "coordinator_id", "shift_id"):
        op.create_index(op.f(f"ix_move_request_{column}"), "move_request", [column], unique=False)
    op.create_index(
        "uq_move_request_open", "move_request", ["assignment_id", "shift_id"], unique=True, postgresql_where=OPEN
    )
    op.create_index("ix_move_request_expiring", "move_request", ["expires_at"], unique=False, postgresql_where=OPEN)
    # Whoever is only asked once somebody else has agreed does not know of it before.
    op.execute("SELECT protect('move_request', NULL, 'coordinator_id = app_coordinator() AND state <> ''planned''')")


def downgrade() -> None:
    op.drop_table("move_request")
