"""Punches (append-only), weekly timesheets, evaluated segments (append-only) and shift reports.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "timesheet",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "submitted",
                "approved",
                "approved_with_changes",
                "rejected",
                "disputed",
                name="timesheet_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("extract(isodow from week) = 1", name=op.f("ck_timesheet_week_is_monday")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_timesheet_coordinator_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_timesheet_decided_by_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_timesheet_facility_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timesheet")),
        sa.UniqueConstraint(
            "coordinator_id", "facility_id", "week", name=op.f("uq_timesheet_coordinator_id_facility_id_week")
        ),
    )
    op.create_index(op.f("ix_timesheet_coordinator_id"), "timesheet", ["coordinator_id"], unique=False)
    op.create_index(
        "ix_timesheet_not_handed_in",
        "timesheet",
        ["week"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'rejected')"),
    )
    op.create_index(op.f("ix_timesheet_facility_id"), "timesheet", ["facility_id"], unique=False)
    op.create_table(
        "punch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "in",
                "out",
                "break_start",
                "break_end",
                name="punch_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "source",
            sa.Enum(
                "web",
                "offline",
                "manual",
                "import",
                name="punch_source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="web",
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("client_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_punch_assignment_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_punch_coordinator_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_punch_facility_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["punch.id"], name=op.f("fk_punch_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch")),
        sa.UniqueConstraint("client_key", name=op.f("uq_punch_client_key")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_punch_replaces_id")),
    )
    op.create_index(op.f("ix_punch_assignment_id"), "punch", ["assignment_id"], unique=False)
    op.create_table(
        "shift_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("tickets", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_shift_report_note_length")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_shift_report_assignment_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_shift_report_coordinator_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_shift_report_facility_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_report")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_shift_report_assignment_id")),
    )
    op.create_table(
        "time_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("timesheet_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "approved",
                "disputed",
                "rejected",
                name="line_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="pending",
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("break_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paid_minutes", sa.Integer(), nullable=False),
        sa.Column("exceptions", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("week_minutes", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("measured_minutes", sa.Integer(), nullable=True),
        sa.Column("dispute_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decision_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "ends_at >= starts_at AND paid_minutes >= 0 AND break_minutes >= 0", name=op.f("ck_time_entry_minutes")
        ),
        sa.CheckConstraint(
            "length(dispute_reason) <= 1000 AND length(decision_reason) <= 1000",
            name=op.f("ck_time_entry_reasons_length"),
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_time_entry_assignment_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_time_entry_coordinator_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_time_entry_decided_by_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_time_entry_facility_id")),
        sa.ForeignKeyConstraint(["timesheet_id"], ["timesheet.id"], name=op.f("fk_time_entry_timesheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_time_entry_assignment_id")),
    )
    op.create_index(op.f("ix_time_entry_facility_id"), "time_entry", ["facility_id"], unique=False)
    op.create_index(
        "ix_time_entry_disputed",
        "time_entry",
        ["facility_id"],
        unique=False,
        postgresql_where=sa.text("state = 'disputed'"),
    )
    op.create_index(op.f("ix_time_entry_timesheet_id"), "time_entry", ["timesheet_id"], unique=False)
    op.create_index(
        "ix_time_entry_to_approve",
        "time_entry",
        ["facility_id", "submitted_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending' AND submitted_at IS NOT NULL"),
    )
    op.create_table(
        "time_segment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("time_entry_id", sa.BigInteger(), nullable=True),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="hours", nullable=False),
        sa.Column("earn_code", sa.Text(), nullable=False),
        sa.Column("service_line", sa.Text(), nullable=False),
        sa.Column("work_day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("bill_rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("pay_rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("bill_cents", sa.BigInteger(), nullable=False),
        sa.Column("pay_cents", sa.BigInteger(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("earn_code IN ('regular', 'overtime')", name=op.f("ck_time_segment_earn_code")),
        sa.CheckConstraint("kind IN ('hours', 'cancellation')", name=op.f("ck_time_segment_kind")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_time_segment_assignment_id")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_time_segment_coordinator_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["time_segment.id"], name=op.f("fk_time_segment_corrects_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_time_segment_facility_id")),
        sa.ForeignKeyConstraint(["service_line"], ["service_line.code"], name=op.f("fk_time_segment_service_line")),
        sa.ForeignKeyConstraint(["time_entry_id"], ["time_entry.id"], name=op.f("fk_time_segment_time_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_segment")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_time_segment_corrects_id")),
    )
    op.create_index(op.f("ix_time_segment_assignment_id"), "time_segment", ["assignment_id"], unique=False)
    op.create_index(op.f("ix_time_segment_coordinator_id"), "time_segment", ["coordinator_id"], unique=False)
    op.create_index("ix_time_segment_facility_day", "time_segment", ["facility_id", "work_day"], unique=False)
    op.create_index(
        "uq_time_segment_compensation",
        "time_segment",
        ["assignment_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'cancellation' AND corrects_id IS NULL"),
    )
    op.create_index(op.f("ix_time_segment_facility_id"), "time_segment", ["facility_id"], unique=False)
    op.create_index(op.f("ix_time_segment_time_entry_id"), "time_segment", ["time_entry_id"], unique=False)
    op.execute(
        "SELECT protect('punch', 'facility_id = app_facility()', 'coordinator_id = app_coordinator()', false, true)"
    )
    op.execute(
        "SELECT protect('timesheet', 'facility_id = app_facility()', 'coordinator_id = app_coordinator()', true, true)"
    )
    op.execute(
        "SELECT protect('time_entry', 'facility_id = app_facility()', 'coordinator_id = app_coordinator()', true, true)"
    )
    op.execute("SELECT protect('time_segment', 'facility_id = app_facility()', 'coordinator_id = app_coordinator()')")
    op.execute(
        "SELECT protect('shift_report', 'facility_id = app_facility()', 'coordinator_id = app_coordinator()', false, true)"
    )
    op.execute("SELECT append_only('punch')")
    op.execute("SELECT append_only('time_segment')")


def downgrade() -> None:
    op.drop_table("time_segment")
    op.drop_table("time_entry")
    op.drop_table("shift_report")
    op.drop_table("punch")
    op.drop_table("timesheet")
