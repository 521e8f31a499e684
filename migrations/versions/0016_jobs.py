"""The job queue: procrastinate's own tables, and the right of every audience to enqueue within its transaction.

Safe while people work: creates only.
"""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"

SCHEMA = Path(__file__).resolve().parent.parent / "sql" / "procrastinate_3_10.sql"

# The audiences may enqueue, and neither read nor change what is enqueued; the system looks after the queue.
ENQUEUE_AS_OWNER = """
ALTER FUNCTION procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[]) SECURITY DEFINER SET search_path = public, pg_temp;
GRANT SELECT ON procrastinate_jobs, procrastinate_workers, procrastinate_events TO marketplace_system;
"""

# What failed for good is the agency's to see and to have done again; not what it was about (arguments).
FAILED = """
CREATE VIEW failed_job AS
SELECT id, task_name, attempts,
       (SELECT max(at) FROM procrastinate_events WHERE job_id = procrastinate_jobs.id AND type = 'failed') AS failed_at
FROM procrastinate_jobs WHERE status = 'failed';
GRANT SELECT ON failed_job TO marketplace_agency, marketplace_system;
CREATE INDEX ix_procrastinate_jobs_failed ON procrastinate_jobs (id) WHERE status = 'failed';

CREATE FUNCTION retry_failed_job(number bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM procrastinate_jobs WHERE id = number AND status = 'failed' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM procrastinate_retry_job_v2(number, now(), NULL, NULL, NULL);
    RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION retry_failed_job(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retry_failed_job(bigint) TO marketplace_agency, marketplace_system;
"""

DROP = """
DROP FUNCTION retry_failed_job(bigint);
DROP VIEW failed_job;
DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN
        SELECT oid::regprocedure AS name FROM pg_proc
        WHERE starts_with(proname, 'procrastinate_') AND pronamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', made.name);
    END LOOP;
END $$;
DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_status, procrastinate_job_event_type;
"""


def _run(script: str) -> None:
    """A script of many statements with percent signs in it: straight through the driver."""
    connection = op.get_bind().connection.driver_connection
    with connection.cursor() as cursor:
        cursor.execute(script)


def upgrade() -> None:
    _run(SCHEMA.read_text(encoding="utf-8"))
    _run(ENQUEUE_AS_OWNER)
    _run(FAILED)


def downgrade() -> None:
    _run(DROP)
