"""Whose facts have changed: read by every process that keeps an eligibility index, to read just these coordinators again.

A row says that a transaction changed what matching knows of a coordinator. Triggers write it, so no way of changing things
forgets it, and only ever insert, so that nobody waits for anybody. The number of the transaction tells a reader what it has
not seen yet: everything from the oldest transaction on that was still open when it last looked. Old rows are swept away.

Safe while people work: creates a table and triggers; each trigger takes its table's lock for an instant.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

NOTE = """
CREATE FUNCTION note_coordinator_change() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before bigint;
    after bigint;
BEGIN
    IF TG_TABLE_NAME = 'coordinator' THEN
        IF TG_OP <> 'INSERT' THEN before := OLD.id; END IF;
        IF TG_OP <> 'DELETE' THEN after := NEW.id; END IF;
    ELSIF TG_TABLE_NAME = 'person' THEN
        SELECT id INTO after FROM coordinator WHERE person_id = NEW.id;
    ELSE
        IF TG_OP <> 'INSERT' THEN before := OLD.coordinator_id; END IF;
        IF TG_OP <> 'DELETE' THEN after := NEW.coordinator_id; END IF;
    END IF;
    INSERT INTO coordinator_change (coordinator_id, changed_in)
    SELECT DISTINCT whose, pg_current_xact_id()::text::bigint FROM unnest(ARRAY[before, after]) AS whose WHERE whose IS NOT NULL;
    RETURN NULL;
END $$;
"""

# What matching reads (marketplace/assignments/facts.py), and the columns of it where a table holds more than that.
WATCHED = {
    "coordinator": "INSERT OR UPDATE OR DELETE",
    "person": "UPDATE OF name, active",
    "availability_window": "INSERT OR UPDATE OR DELETE",
    "time_off": "INSERT OR UPDATE OR DELETE",
    "credential": "INSERT OR UPDATE OR DELETE",
    "preference": "INSERT OR UPDATE OR DELETE",
    "agreement": "INSERT OR UPDATE OR DELETE",
    "offer": "INSERT OR DELETE OR UPDATE OF coordinator_id, kind, sent_at",
    "assignment": "INSERT OR DELETE OR UPDATE OF coordinator_id, shift_id, facility_id, state, starts_at, ends_at, points,"
    " cancelled_by, booked_at",
}


def upgrade() -> None:
    op.create_table(
        "coordinator_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("coordinator_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_in", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coordinator_change")),
    )
    op.create_index(op.f("ix_coordinator_change_changed_in"), "coordinator_change", ["changed_in"], unique=False)
    op.execute("SELECT protect('coordinator_change', NULL, NULL)")
    op.execute(NOTE)
    for table, acts in WATCHED.items():
        op.execute(
            f"CREATE TRIGGER note_coordinator_change AFTER {acts} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION note_coordinator_change()"
        )


def downgrade() -> None:
    for table in WATCHED:
        op.execute(f"DROP TRIGGER note_coordinator_change ON {table}")
    op.execute("DROP FUNCTION note_coordinator_change()")
    op.drop_table("coordinator_change")
