"""Facilities, their sites, favourites and do-not-returns.

A facility changes what it says about itself; name, NPI and terms stand on its contract and are the agency's, and so is its state.
Coordinators see the places they are asked to work for, not their budgets. A preference is ended, never deleted, and only its own
side sees it.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

SEEN_BY_COORDINATORS = (
    "id, npi, name, kind, time_zone, city, region, contact_name, contact_email, net_days, ehr, payer_mix, facts_confirmed_at,"
    " state, created_at, version"
)
CHANGED_BY_ITSELF = "kind, time_zone, city, region, contact_name, contact_email, ehr, payer_mix, monthly_budget_cents, facts_confirmed_at, version"
SITE_SEEN_BY_COORDINATORS = "id, facility_id, name, time_zone, city, region, active, version"


def upgrade() -> None:
    op.create_table(
        "facility",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("contact_name", sa.Text(), server_default="", nullable=False),
        sa.Column("contact_email", postgresql.CITEXT(), nullable=True),
        sa.Column("net_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("ehr", sa.Text(), server_default="", nullable=False),
        sa.Column("payer_mix", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("monthly_budget_cents", sa.BigInteger(), nullable=True),
        sa.Column("facts_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "onboarding",
                "active",
                "paused",
                name="facility_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="onboarding",
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("monthly_budget_cents >= 0", name=op.f("ck_facility_budget")),
        sa.CheckConstraint("npi ~ '^[0-9]{10}$'", name=op.f("ck_facility_npi_ten_digits")),
        sa.ForeignKeyConstraint(["id"], ["organisation.id"], name=op.f("fk_facility_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
        sa.UniqueConstraint("npi", name=op.f("uq_facility_npi")),
    )
    op.create_table(
        "preference",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "facility", "coordinator", name="preference_side", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("favourite", "block", name="preference_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(reason) <= 500", name=op.f("ck_preference_reason_length")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_preference_coordinator_id")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_preference_facility_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preference")),
    )
    op.create_index(op.f("ix_preference_coordinator_id"), "preference", ["coordinator_id"], unique=False)
    op.create_index(op.f("ix_preference_facility_id"), "preference", ["facility_id"], unique=False)
    op.create_index(
        "uq_preference_live",
        "preference",
        ["facility_id", "coordinator_id", "side"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("monthly_budget_cents", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("monthly_budget_cents >= 0", name=op.f("ck_site_budget")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_site_facility_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_index(op.f("ix_site_facility_id"), "site", ["facility_id"], unique=False)
    op.execute("SELECT protect('facility', 'id = app_facility()', 'true', true, false)")
    op.execute("SELECT protect('site', 'facility_id = app_facility()', 'true', true, false)")
    op.execute(
        "SELECT protect('preference', 'facility_id = app_facility() AND side = ''facility''',"
        " 'coordinator_id = app_coordinator() AND side = ''coordinator''', true, true)"
    )
    op.execute("REVOKE INSERT, UPDATE, DELETE ON facility FROM marketplace_facility")
    op.execute(f"GRANT UPDATE ({CHANGED_BY_ITSELF}) ON facility TO marketplace_facility")
    op.execute("REVOKE SELECT ON facility FROM marketplace_coordinator")
    op.execute(f"GRANT SELECT ({SEEN_BY_COORDINATORS}) ON facility TO marketplace_coordinator")
    op.execute("REVOKE DELETE ON site FROM marketplace_facility")
    op.execute("REVOKE SELECT ON site FROM marketplace_coordinator")
    op.execute(f"GRANT SELECT ({SITE_SEEN_BY_COORDINATORS}) ON site TO marketplace_coordinator")
    for audience in ("facility", "coordinator"):
        op.execute(f"REVOKE UPDATE, DELETE ON preference FROM marketplace_{audience}")
        op.execute(f"GRANT UPDATE (ended_at) ON preference TO marketplace_{audience}")


def downgrade() -> None:
    op.drop_table("site")
    op.drop_table("preference")
    op.drop_table("facility")
