"""Agreements and rate cards.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("master", "baa", name="agreement_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sent",
                "signed",
                "active",
                "expired",
                "terminated",
                "superseded",
                name="agreement_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.Column("net_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column(
            "overtime",
            sa.Enum("none", "weekly", name="overtime", native_enum=False, create_constraint=True, length=32),
            server_default="none",
            nullable=False,
        ),
        sa.Column("rounding_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancellation", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("po_number", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=True),
        sa.Column("signed_name", sa.Text(), nullable=True),
        sa.Column("signed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supersedes_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("kind = 'baa' OR facility_id IS NOT NULL", name=op.f("ck_agreement_master_with_facility")),
        sa.CheckConstraint("(facility_id IS NULL) <> (coordinator_id IS NULL)", name=op.f("ck_agreement_one_party")),
        sa.CheckConstraint(
            "effective_until IS NULL OR effective_until >= effective_from", name=op.f("ck_agreement_dates")
        ),
        sa.CheckConstraint("net_days IN (0, 7, 15, 30, 45, 60)", name=op.f("ck_agreement_net_days")),
        sa.CheckConstraint("rounding_minutes IN (0, 5, 6, 15)", name=op.f("ck_agreement_rounding")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_agreement_coordinator_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_agreement_facility_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["person.id"], name=op.f("fk_agreement_signed_by_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["agreement.id"], name=op.f("fk_agreement_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index(op.f("ix_agreement_coordinator_id"), "agreement", ["coordinator_id"], unique=False)
    op.create_index(op.f("ix_agreement_facility_id"), "agreement", ["facility_id"], unique=False)
    op.create_index(
        "uq_agreement_active",
        "agreement",
        ["kind", "facility_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active' AND facility_id IS NOT NULL"),
    )
    op.create_index(
        "uq_agreement_active_coordinator",
        "agreement",
        ["kind", "coordinator_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active' AND coordinator_id IS NOT NULL"),
    )
    op.create_table(
        "rate_row",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agreement_id", sa.BigInteger(), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("service_line", sa.Text(), nullable=False),
        sa.Column("earn_code", sa.Text(), server_default="regular", nullable=False),
        sa.Column("bill_cents", sa.BigInteger(), nullable=False),
        sa.Column("pay_cents", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("agreement_id"), "="),
            (sa.column("service_line"), "="),
            (sa.column("earn_code"), "="),
            (sa.literal_column("daterange(valid_from, valid_until, '[]')"), "&&"),
            using="gist",
            name="ex_rate_row_overlap",
        ),
        sa.CheckConstraint(
            "bill_cents > 0 AND pay_cents > 0 AND pay_cents <= bill_cents", name=op.f("ck_rate_row_rates")
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_rate_row_dates")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_rate_row_agreement_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_rate_row_facility_id")),
        sa.ForeignKeyConstraint(["service_line"], ["service_line.code"], name=op.f("fk_rate_row_service_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_row")),
    )
    op.create_index(op.f("ix_rate_row_agreement_id"), "rate_row", ["agreement_id"], unique=False)
    op.execute(
        "SELECT protect('agreement', 'facility_id = app_facility()', 'coordinator_id = app_coordinator()', true, true)"
    )
    op.execute("SELECT protect('rate_row', 'facility_id = app_facility()', NULL)")


def downgrade() -> None:
    op.drop_table("rate_row")
    op.drop_table("agreement")
