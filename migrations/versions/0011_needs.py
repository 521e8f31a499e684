"""Needs, their shifts, and the addresses under which calendar programs read them. Coordinators see what is or was open to them.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "need",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.BigInteger(), nullable=False),
        sa.Column("agreement_id", sa.BigInteger(), nullable=True),
        sa.Column("service_line", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "pending_approval",
                "open",
                "closed",
                "on_hold",
                "cancelled",
                "expired",
                name="need_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "offer", "first_come", "choose", name="fill_mode", native_enum=False, create_constraint=True, length=32
            ),
            server_default="offer",
            nullable=False,
        ),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("starts_local", sa.Time(), nullable=False),
        sa.Column("ends_local", sa.Time(), nullable=False),
        sa.Column("repeat", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("dates", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("required_credentials", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("preferred_credentials", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("patient_states", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("ehr", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "min_education",
            sa.Enum(
                "high-school",
                "associate",
                "bachelor",
                "master",
                name="education",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("min_years", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duties", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("bill_rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("pay_rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "bill_rate_cents > 0 AND pay_rate_cents > 0 AND pay_rate_cents <= bill_rate_cents",
            name=op.f("ck_need_rates"),
        ),
        sa.CheckConstraint("headcount BETWEEN 1 AND 99", name=op.f("ck_need_headcount")),
        sa.CheckConstraint("length(notes) <= 4000", name=op.f("ck_need_notes_length")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_need_agreement_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_need_facility_id")),
        sa.ForeignKeyConstraint(["posted_by_id"], ["person.id"], name=op.f("fk_need_posted_by_id")),
        sa.ForeignKeyConstraint(["service_line"], ["service_line.code"], name=op.f("fk_need_service_line")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_need_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("external_ref", name=op.f("uq_need_external_ref")),
    )
    op.create_index(op.f("ix_need_facility_id"), "need", ["facility_id"], unique=False)
    op.create_index(op.f("ix_need_service_line"), "need", ["service_line"], unique=False)
    op.create_table(
        "shift",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("need_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("service_line", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "scheduled",
                "in_progress",
                "ended",
                "cancelled",
                name="shift_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="scheduled",
            nullable=False,
        ),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("open_to_all", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("bill_rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("pay_rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "ends_at > starts_at AND ends_at <= starts_at + interval '25 hours'", name=op.f("ck_shift_length")
        ),
        sa.CheckConstraint("headcount BETWEEN 1 AND 99", name=op.f("ck_shift_headcount")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_shift_facility_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_shift_need_id")),
        sa.ForeignKeyConstraint(["service_line"], ["service_line.code"], name=op.f("fk_shift_service_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("id", "starts_at", "ends_at", "headcount", "facility_id", name="uq_shift_terms"),
    )
    op.create_index(op.f("ix_shift_facility_id"), "shift", ["facility_id"], unique=False)
    op.create_index("ix_shift_facility_starts", "shift", ["facility_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_shift_need_id"), "shift", ["need_id"], unique=False)
    op.create_index(op.f("ix_shift_starts_at"), "shift", ["starts_at"], unique=False)
    op.create_table(
        "calendar_link",
        sa.Column("membership_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_token", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_calendar_link_membership_id")),
        sa.PrimaryKeyConstraint("membership_id", name=op.f("pk_calendar_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_link_token_hash")),
    )
    op.execute("SELECT protect('need', 'facility_id = app_facility()', 'state <> ''draft''', true, false)")
    op.execute("SELECT protect('shift', 'facility_id = app_facility()', 'true', true, false)")
    # Only the system reads it: who asks with the address is not signed in.
    op.execute("SELECT protect('calendar_link', NULL, NULL)")


def downgrade() -> None:
    op.drop_table("calendar_link")
    op.drop_table("shift")
    op.drop_table("need")
