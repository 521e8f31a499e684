"""Agreements and rate cards, and the card new contracts start from.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

BILL_SIDE = "id, agreement_id, facility_id, service_line, earn_code, bill_cents, valid_from, valid_until"

# The agency's own card to start with: service line, bill and pay in cents an hour.
STANDARD_RATES = (
    ("medical-admin", 3000, 2250),
    ("medical-reception", 2800, 2100),
    ("medical-scribe", 3200, 2400),
    ("medical-billing", 3400, 2550),
    ("executive-va", 4200, 3150),
    ("dental-admin", 2900, 2175),
    ("dental-reception", 2700, 2000),
    ("dental-scribe", 3200, 2400),
    ("dental-billing", 3400, 2550),
    ("dental-executive", 4200, 3150),
    ("care-coordination", 3600, 2700),
    ("prior-auth", 3900, 2900),
    ("provider-support", 3300, 2475),
    ("telehealth", 3300, 2475),
    ("triage", 5800, 4400),
    ("rpm", 4600, 3450),
)


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
        sa.Column("transparent", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_name", sa.Text(), nullable=True),
        sa.Column("signed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), server_default="", nullable=False),
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
    op.create_table(
        "standard_rate",
        sa.Column("service_line", sa.Text(), nullable=False),
        sa.Column("bill_cents", sa.BigInteger(), nullable=False),
        sa.Column("pay_cents", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "bill_cents > 0 AND pay_cents > 0 AND pay_cents <= bill_cents", name=op.f("ck_standard_rate_rates")
        ),
        sa.ForeignKeyConstraint(["service_line"], ["service_line.code"], name=op.f("fk_standard_rate_service_line")),
        sa.PrimaryKeyConstraint("service_line", name=op.f("pk_standard_rate")),
    )
    lightweight = sa.table("standard_rate", sa.column("service_line"), sa.column("bill_cents"), sa.column("pay_cents"))
    op.bulk_insert(
        lightweight,
        [{"service_line": line, "bill_cents": bill, "pay_cents": pay} for line, bill, pay in STANDARD_RATES],
    )
    # The other side reads what was sent, never a draft; a signature is written by the system once it was checked.
    op.execute(
        "SELECT protect('agreement', 'facility_id = app_facility() AND state <> ''draft''',"
        " 'coordinator_id = app_coordinator() AND state <> ''draft''')"
    )
    op.execute(
        "SELECT protect('rate_row', 'facility_id = app_facility() AND EXISTS (SELECT FROM agreement"
        " WHERE agreement.id = agreement_id AND state <> ''draft'')', NULL)"
    )
    # What the coordinators are paid is between them and the agency.
    op.execute("REVOKE SELECT ON rate_row FROM marketplace_facility")
    op.execute(f"GRANT SELECT ({BILL_SIDE}) ON rate_row TO marketplace_facility")
    op.execute("SELECT protect('standard_rate', NULL, NULL)")


def downgrade() -> None:
    op.drop_table("standard_rate")
    op.drop_table("rate_row")
    op.drop_table("agreement")
