"""Offers and assignments. The table itself refuses double booking, too many heads and a shift moved into a clash.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("offer", "application", name="offer_kind", native_enum=False, create_constraint=True, length=32),
            server_default="offer",
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "countered",
                "accepted",
                "declined",
                "withdrawn",
                "expired",
                "superseded",
                name="offer_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="sent",
            nullable=False,
        ),
        sa.Column("score", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_offer_coordinator_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_offer_facility_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_offer_sent_by_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_offer_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_offer_note_length")),
    )
    op.create_index(op.f("ix_offer_coordinator_id"), "offer", ["coordinator_id"], unique=False)
    op.create_index(op.f("ix_offer_shift_id"), "offer", ["shift_id"], unique=False)
    op.create_index(
        "uq_offer_waiting",
        "offer",
        ["shift_id", "coordinator_id"],
        unique=True,
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.create_index(
        "ix_offer_expiring",
        "offer",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('sent', 'countered')"),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shift_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "booked",
                "confirmed",
                "checked_in",
                "on_break",
                "checked_out",
                "completed",
                "cancelled",
                "no_show",
                "upheld",
                "excused",
                "released",
                "replaced",
                name="assignment_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="booked",
            nullable=False,
        ),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("bill_rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("pay_rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdicts", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("score", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "cancelled_by",
            sa.Enum(
                "facility",
                "coordinator",
                "agency",
                name="cancelled_by",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=True),
        sa.Column("fee_minutes", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("coordinator_id"), "="),
            (sa.literal_column("tstzrange(starts_at, ends_at, '[)')"), "&&"),
            where=sa.text("state IN ('booked', 'checked_in', 'checked_out', 'completed', 'confirmed', 'on_break')"),
            using="gist",
            name="ex_assignment_overlap",
        ),
        sa.CheckConstraint("seat BETWEEN 1 AND headcount", name=op.f("ck_assignment_seat_within_headcount")),
        sa.CheckConstraint("length(cancel_reason) <= 500", name=op.f("ck_assignment_cancel_reason_length")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["person.id"], name=op.f("fk_assignment_booked_by_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_assignment_coordinator_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_assignment_facility_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_assignment_offer_id")),
        sa.ForeignKeyConstraint(
            ["shift_id", "starts_at", "ends_at", "headcount", "facility_id"],
            ["shift.id", "shift.starts_at", "shift.ends_at", "shift.headcount", "shift.facility_id"],
            name="fk_assignment_shift_terms",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    # Each points at the other: an assignment at the offer it came from, an offer at the assignment that made it void.
    op.create_foreign_key(op.f("fk_offer_superseded_by_id"), "offer", "assignment", ["superseded_by_id"], ["id"])
    op.create_index(op.f("ix_offer_superseded_by_id"), "offer", ["superseded_by_id"], unique=False)
    op.create_index(op.f("ix_assignment_coordinator_id"), "assignment", ["coordinator_id"], unique=False)
    op.create_index(op.f("ix_assignment_facility_id"), "assignment", ["facility_id"], unique=False)
    op.create_index("ix_assignment_facility_starts", "assignment", ["facility_id", "starts_at"], unique=False)
    op.create_index(
        "ix_assignment_no_show",
        "assignment",
        ["starts_at"],
        unique=False,
        postgresql_where=sa.text("state = 'no_show'"),
    )
    op.create_index(op.f("ix_assignment_shift_id"), "assignment", ["shift_id"], unique=False)
    op.create_index(
        "uq_assignment_live_person",
        "assignment",
        ["shift_id", "coordinator_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('booked', 'checked_in', 'checked_out', 'completed', 'confirmed', 'on_break')"
        ),
    )
    op.create_index(
        "uq_assignment_live_seat",
        "assignment",
        ["shift_id", "seat"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('booked', 'checked_in', 'checked_out', 'completed', 'confirmed', 'on_break')"
        ),
    )
    op.execute(
        "SELECT protect('offer', 'facility_id = app_facility()', 'coordinator_id = app_coordinator()', true, true)"
    )
    op.execute(
        "SELECT protect('assignment', 'facility_id = app_facility()', 'coordinator_id = app_coordinator()', true, true)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_offer_superseded_by_id"), "offer", type_="foreignkey")
    op.drop_table("assignment")
    op.drop_table("offer")
