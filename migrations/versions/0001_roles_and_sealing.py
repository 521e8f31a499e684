"""The roles row-level security speaks of, the functions that protect and seal tables, and the extensions.

One role for each audience. The site's own login becomes one of them at the start of every transaction; as a visitor it may
read only what is needed to find out who is asking.

Safe while people work: creates only.
"""

from alembic import op

revision = "0001"
down_revision = None

ROLES = ("visitor", "facility", "coordinator", "agency", "system")

EXTENSIONS = ("btree_gist", "citext", "pg_trgm")

FUNCTIONS = """
CREATE FUNCTION app_person() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.person', true), '')::bigint $$;
CREATE FUNCTION app_facility() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.facility', true), '')::bigint $$;
CREATE FUNCTION app_coordinator() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.coordinator', true), '')::bigint $$;

-- A table everyone may read, such as the catalogue; the agency and the system may write it.
CREATE FUNCTION open_to_read(table_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT SELECT ON %I TO marketplace_visitor, marketplace_facility, marketplace_coordinator', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO marketplace_agency, marketplace_system', table_name);
END $$;

-- An identity table: read before we know who asks, so outside row-level security.
CREATE FUNCTION open_to_all(table_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO marketplace_visitor, marketplace_facility, marketplace_coordinator,'
        ' marketplace_agency, marketplace_system', table_name);
END $$;

-- A table with an owner. One policy for each audience role: several under one role are OR'd and lose the index.
-- `facility` and `coordinator` are conditions; null means that this audience may not touch the table at all. Without
-- `writes` the audience only reads: what its acts cause there is written by the system within the same transaction.
CREATE FUNCTION protect(table_name text, facility text, coordinator text,
                        facility_writes boolean DEFAULT false, coordinator_writes boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    audience text;
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    FOREACH audience IN ARRAY ARRAY['agency', 'system'] LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I', table_name, 'marketplace_' || audience);
        EXECUTE format('CREATE POLICY %I ON %I TO %I USING (true) WITH CHECK (true)',
                       table_name || '_' || audience, table_name, 'marketplace_' || audience);
    END LOOP;
    IF facility IS NOT NULL THEN
        EXECUTE format('GRANT SELECT %s ON %I TO marketplace_facility',
                       CASE WHEN facility_writes THEN ', INSERT, UPDATE, DELETE' ELSE '' END, table_name);
        EXECUTE format('CREATE POLICY %I ON %I TO marketplace_facility USING (%s) WITH CHECK (%s)',
                       table_name || '_facility', table_name, facility, facility);
    END IF;
    IF coordinator IS NOT NULL THEN
        EXECUTE format('GRANT SELECT %s ON %I TO marketplace_coordinator',
                       CASE WHEN coordinator_writes THEN ', INSERT, UPDATE, DELETE' ELSE '' END, table_name);
        EXECUTE format('CREATE POLICY %I ON %I TO marketplace_coordinator USING (%s) WITH CHECK (%s)',
                       table_name || '_coordinator', table_name, coordinator, coordinator);
    END IF;
END $$;

-- Rows that are never updated or deleted: punches, the ledger, the audit trail.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION append_only(table_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()',
                   table_name);
    EXECUTE format('CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON %I EXECUTE FUNCTION refuse_change()', table_name);
END $$;
"""


def upgrade() -> None:
    for name in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    for role in ROLES:
        op.execute(
            f"""
            DO $$ BEGIN
                CREATE ROLE marketplace_{role} NOLOGIN;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$
            """
        )
        # The login becomes the role at the start of each transaction, so it has to be a member of it.
        op.execute(f"GRANT marketplace_{role} TO CURRENT_USER")
        op.execute(f"GRANT USAGE ON SCHEMA public TO marketplace_{role}")
        # /readyz compares the migration the database is at with the one the code needs, whoever asks.
        op.execute(f"GRANT SELECT ON alembic_version TO marketplace_{role}")
    op.execute(FUNCTIONS)


def downgrade() -> None:
    """Roles belong to the whole server and may serve another database: they stay, without rights here."""
    for function in (
        "append_only(text)",
        "refuse_change()",
        "protect(text, text, text, boolean, boolean)",
        "open_to_all(text)",
        "open_to_read(text)",
        "app_coordinator()",
        "app_facility()",
        "app_person()",
    ):
        op.execute(f"DROP FUNCTION {function}")
    for role in ROLES:
        op.execute(f"REVOKE USAGE ON SCHEMA public FROM marketplace_{role}")
    for name in reversed(EXTENSIONS):
        op.execute(f"DROP EXTENSION {name}")
