"""The audit trail: append-only, and sealed at commit into one chain of hashes.

The sealing trigger is deferred: rows of a transaction get their place in the chain at commit, so that writers do not queue for
the whole of their transaction.

Safe while people work: creates only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

SEAL = """
CREATE FUNCTION seal_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_seal'));
    SELECT entry_id, hash INTO last FROM audit_seal ORDER BY entry_id DESC LIMIT 1;
    INSERT INTO audit_seal (entry_id, previous_id, hash)
    SELECT NEW.id, last.entry_id,
           sha256(convert_to(concat_ws('|', coalesce(encode(last.hash, 'hex'), ''), NEW.id, extract(epoch FROM NEW.at), NEW.person_id,
                                       NEW.thing, NEW.thing_id, NEW.act, NEW.sentence, NEW.detail::text), 'UTF8'));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER seal AFTER INSERT ON audit_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION seal_audit_entry();
"""


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=True),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_entry_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entry_facility_id"), "audit_entry", ["facility_id"], unique=False)
    op.create_index("ix_audit_entry_thing", "audit_entry", ["thing", "thing_id", "id"], unique=False)
    op.create_table(
        "audit_seal",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_seal_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_seal")),
    )
    op.execute("SELECT protect('audit_entry', 'facility_id = app_facility()', 'coordinator_id = app_coordinator()')")
    # Everybody's acts leave a trace; a visitor's too (a sign-in, an accepted invitation).
    op.execute("GRANT INSERT ON audit_entry TO marketplace_visitor, marketplace_facility, marketplace_coordinator")
    for audience in ("visitor", "facility", "coordinator"):
        op.execute(
            f"CREATE POLICY audit_entry_written_by_{audience} ON audit_entry FOR INSERT TO marketplace_{audience} WITH CHECK (true)"
        )
    op.execute("SELECT append_only('audit_entry')")
    op.execute("SELECT append_only('audit_seal')")
    op.execute("GRANT SELECT ON audit_seal TO marketplace_agency, marketplace_system")
    op.execute(SEAL)


def downgrade() -> None:
    op.execute("DROP TRIGGER seal ON audit_entry")
    op.execute("DROP FUNCTION seal_audit_entry()")
    op.drop_table("audit_seal")
    op.drop_table("audit_entry")
