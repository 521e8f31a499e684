"""Credentials and the documents that show them.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("stored_as", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pictures", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_document_coordinator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_document_stored_as")),
    )
    op.create_index(op.f("ix_document_coordinator_id"), "document", ["coordinator_id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("multistate", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "verified",
                "rejected",
                "revoked",
                "superseded",
                name="credential_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="submitted",
            nullable=False,
        ),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decision_note", sa.Text(), server_default="", nullable=False),
        sa.Column("superseded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "expires_on IS NULL OR issued_on IS NULL OR expires_on >= issued_on", name=op.f("ck_credential_dates")
        ),
        sa.ForeignKeyConstraint(["coordinator_id"], ["coordinator.id"], name=op.f("fk_credential_coordinator_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_credential_decided_by_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_credential_document_id")),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["credential.id"], name=op.f("fk_credential_superseded_by_id")),
        sa.ForeignKeyConstraint(["type"], ["credential_type.code"], name=op.f("fk_credential_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    op.create_index(op.f("ix_credential_coordinator_id"), "credential", ["coordinator_id"], unique=False)
    op.create_index(
        "uq_credential_paper",
        "credential",
        ["coordinator_id", "type", "region", "number", "issued_on", "expires_on"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("state IN ('submitted', 'verified')"),
    )
    op.create_index(
        "ix_credential_waiting",
        "credential",
        ["submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'submitted'"),
    )
    op.create_index(
        "ix_credential_expires_on",
        "credential",
        ["expires_on"],
        unique=False,
        postgresql_where=sa.text("state = 'verified'"),
    )
    op.create_table(
        "expiry_reminder",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("credential_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["credential_id"], ["credential.id"], name=op.f("fk_expiry_reminder_credential_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expiry_reminder")),
        sa.UniqueConstraint(
            "credential_id", "expires_on", "days", name=op.f("uq_expiry_reminder_credential_id_expires_on_days")
        ),
    )
    # A coordinator hands in; what becomes of it is the agency's, so she may neither change nor delete.
    op.execute("SELECT protect('document', NULL, 'coordinator_id = app_coordinator()')")
    op.execute("GRANT INSERT ON document TO marketplace_coordinator")
    op.execute("SELECT protect('credential', NULL, 'coordinator_id = app_coordinator()')")
    op.execute("GRANT INSERT ON credential TO marketplace_coordinator")
    op.execute(
        "CREATE POLICY credential_submitted ON credential AS RESTRICTIVE FOR INSERT TO marketplace_coordinator"
        " WITH CHECK (state = 'submitted' AND decided_at IS NULL AND decided_by_id IS NULL)"
    )
    op.execute("SELECT protect('expiry_reminder', NULL, NULL)")


def downgrade() -> None:
    op.drop_table("expiry_reminder")
    op.drop_table("credential")
    op.drop_table("document")
