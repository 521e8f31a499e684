"""Coordinators, their weekly availability and time off.

Facilities choose among coordinators, so they see who there is and what she can do, but neither the pay she asks for nor what a
screening found. A coordinator changes what she says about herself; her state, rating, country (which
decides what she may work on) and what a screening found are the agency's.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

SEEN_BY_FACILITIES = (
    "id, person_id, state, country, work_state, time_zone, service_lines, languages, ehr, years_experience, education,"
    " max_week_minutes, rest_minutes, rating, facts_confirmed_at, created_at, version"
)
CHANGED_BY_HERSELF = (
    "time_zone, service_lines, languages, ehr, years_experience, education, min_pay_cents, max_week_minutes, rest_minutes,"
    " facts_confirmed_at, version"
)


def upgrade() -> None:
    op.create_table(
        "coordinator",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "onboarding",
                "active",
                "paused",
                name="coordinator_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="onboarding",
            nullable=False,
        ),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("work_state", sa.Text(), server_default="", nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("service_lines", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("ehr", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("years_experience", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "education",
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
            server_default="high-school",
            nullable=False,
        ),
        sa.Column("min_pay_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("max_week_minutes", sa.Integer(), server_default="2400", nullable=False),
        sa.Column("rest_minutes", sa.Integer(), server_default="480", nullable=False),
        sa.Column("rating", sa.Numeric(precision=2, scale=1), nullable=True),
        sa.Column("exclusion_hold", sa.Text(), nullable=True),
        sa.Column("facts_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_coordinator_country_alpha2")),
        sa.CheckConstraint(
            "min_pay_cents >= 0 AND max_week_minutes BETWEEN 0 AND 10080 AND rest_minutes BETWEEN 0 AND 1440",
            name=op.f("ck_coordinator_limits"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coordinator_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coordinator")),
        sa.UniqueConstraint("person_id", name=op.f("uq_coordinator_person_id")),
    )
    op.create_table(
        "availability_window",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("start_minute", sa.SmallInteger(), nullable=False),
        sa.Column("end_minute", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "start_minute BETWEEN 0 AND 1439 AND end_minute > start_minute AND end_minute <= start_minute + 1440",
            name=op.f("ck_availability_window_minutes"),
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_availability_window_weekday")),
        sa.ForeignKeyConstraint(
            ["coordinator_id"], ["coordinator.id"], name=op.f("fk_availability_window_coordinator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_window")),
    )
    op.create_index(
        op.f("ix_availability_window_coordinator_id"), "availability_window", ["coordinator_id"], unique=False
    )
    op.create_table(
        "time_off",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_time_off_ends_after_start")),
        sa.CheckConstraint("length(note) <= 200", name=op.f("ck_time_off_note_length")),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_time_off_coordinator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
    )
    op.create_index(op.f("ix_time_off_coordinator_id"), "time_off", ["coordinator_id"], unique=False)
    op.create_foreign_key(None, "membership", "coordinator", ["coordinator_id"], ["id"])
    op.create_foreign_key(None, "invitation", "coordinator", ["coordinator_id"], ["id"])
    op.execute("SELECT protect('coordinator', 'true', 'id = app_coordinator()', false, true)")
    op.execute("REVOKE SELECT ON coordinator FROM marketplace_facility")
    op.execute(f"GRANT SELECT ({SEEN_BY_FACILITIES}) ON coordinator TO marketplace_facility")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON coordinator FROM marketplace_coordinator")
    op.execute(f"GRANT UPDATE ({CHANGED_BY_HERSELF}) ON coordinator TO marketplace_coordinator")
    op.execute("SELECT protect('availability_window', NULL, 'coordinator_id = app_coordinator()', false, true)")
    op.execute("SELECT protect('time_off', NULL, 'coordinator_id = app_coordinator()', false, true)")


def downgrade() -> None:
    op.drop_constraint("fk_invitation_coordinator_id", "invitation")
    op.drop_constraint("fk_membership_coordinator_id", "membership")
    op.drop_table("time_off")
    op.drop_table("availability_window")
    op.drop_table("coordinator")
