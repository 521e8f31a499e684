"""Notices and lines of the audit trail keep what they say as a phrase with its values, so that each reader reads it in their
own language, whenever that is. The seal covers the phrase too.

Rows from before have no phrase and are shown as they were written. Their seals stay right: a phrase that is not there adds
nothing to what is hashed. Safe while people work: the columns are empty, and the function is replaced in one step.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"

SEAL = """
CREATE OR REPLACE FUNCTION seal_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_seal'));
    SELECT entry_id, hash INTO last FROM audit_seal ORDER BY entry_id DESC LIMIT 1;
    INSERT INTO audit_seal (entry_id, previous_id, hash)
    SELECT NEW.id, last.entry_id,
           sha256(convert_to(concat_ws('|', coalesce(encode(last.hash, 'hex'), ''), NEW.id, extract(epoch FROM NEW.at), NEW.person_id,
                                       NEW.thing, NEW.thing_id, NEW.act, NEW.sentence, NEW.detail::text{phrase}), 'UTF8'));
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    for kept in ("notice", "audit_entry"):
        op.add_column(kept, sa.Column("phrase", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.execute(SEAL.format(phrase=", NEW.phrase::text"))


def downgrade() -> None:
    op.execute(SEAL.format(phrase=""))
    for kept in ("audit_entry", "notice"):
        op.drop_column(kept, "phrase")
