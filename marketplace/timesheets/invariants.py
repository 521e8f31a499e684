"""Hours against money: every approved minute is in the books, once, and no minute that nobody approved."""

from marketplace.kernel import N_
from marketplace.ledger.invariants import Contradiction, Invariant
from marketplace.timesheets.overtime import WEEKLY_THRESHOLD_MINUTES

TIMESHEET_INVARIANTS = (
    Invariant(
        "segment_entries",
        N_("Every approved segment is in the books under its own key, with its own amounts"),
        Contradiction(
            N_(
                "segment %(segment)s should be %(bill_cents)s to bill and %(pay_cents)s to pay,"
                " the books say %(booked_bill_cents)s and %(booked_pay_cents)s"
            ),
            """
            SELECT coalesce(s.id::text, substr(booked.key, 5)) AS segment,
                   coalesce(s.bill_cents, 0) AS bill_cents, coalesce(s.pay_cents, 0) AS pay_cents,
                   coalesce(booked.bill, 0) AS booked_bill_cents, coalesce(booked.pay, 0) AS booked_pay_cents
            FROM time_segment s FULL JOIN (
                SELECT t.key,
                       coalesce(sum(CASE WHEN p.debit LIKE 'unbilled:%' THEN p.amount_cents
                                         WHEN p.credit LIKE 'unbilled:%' THEN -p.amount_cents END), 0) AS bill,
                       coalesce(sum(CASE WHEN p.credit LIKE 'payable:%' THEN p.amount_cents
                                         WHEN p.debit LIKE 'payable:%' THEN -p.amount_cents END), 0) AS pay
                FROM ledger_transaction t LEFT JOIN ledger_posting p ON p.transaction_id = t.id
                WHERE t.key LIKE 'seg:%' GROUP BY t.key
            ) AS booked ON booked.key = 'seg:' || s.id
            WHERE s.id IS NULL OR booked.key IS NULL OR s.bill_cents <> booked.bill OR s.pay_cents <> booked.pay
            """,
        ),
    ),
    Invariant(
        "segment_minutes",
        N_("The segments of an approved shift add up to its paid minutes"),
        Contradiction(
            N_("time entry %(entry)s has %(paid)s paid minutes, its segments %(counted)s"),
            """
            SELECT e.id AS entry, e.paid_minutes AS paid, coalesce(sum(s.minutes), 0) AS counted
            FROM time_entry e LEFT JOIN time_segment s ON s.time_entry_id = e.id AND s.kind = 'hours'
            WHERE e.state = 'approved'
            GROUP BY e.id HAVING e.paid_minutes <> coalesce(sum(s.minutes), 0)
            """,
        ),
    ),
    Invariant(
        "unapproved_segments",
        N_("No segment stands for hours that are not approved"),
        Contradiction(
            N_("time entry %(entry)s is not approved but its segments come to %(counted)s minutes"),
            """
            SELECT e.id AS entry, sum(s.minutes) AS counted
            FROM time_entry e JOIN time_segment s ON s.time_entry_id = e.id AND s.kind = 'hours'
            WHERE e.state <> 'approved'
            GROUP BY e.id HAVING sum(s.minutes) <> 0
            """,
        ),
    ),
    Invariant(
        "segment_corrections",
        N_("A correction is the exact opposite of what it corrects"),
        Contradiction(
            N_("segment %(correction)s corrects %(segment)s with %(taken_back)s against %(counted)s minutes"),
            """
            SELECT c.id AS correction, s.id AS segment, c.minutes AS taken_back, s.minutes AS counted
            FROM time_segment c JOIN time_segment s ON s.id = c.corrects_id
            WHERE (c.minutes, c.bill_cents, c.pay_cents) <> (-s.minutes, -s.bill_cents, -s.pay_cents)
               OR (c.time_entry_id, c.work_day, c.earn_code, c.kind) IS DISTINCT FROM
                  (s.time_entry_id, s.work_day, s.earn_code, s.kind)
            """,
        ),
    ),
    Invariant(
        "overtime_after_regular",
        N_("No overtime stands beside fewer than forty regular hours of the same workweek"),
        Contradiction(
            N_(
                "coordinator %(coordinator)s at facility %(facility)s, week of %(week)s:"
                " %(overtime)s minutes of overtime, %(regular)s regular"
            ),
            f"""
            SELECT coordinator_id AS coordinator, facility_id AS facility, date_trunc('week', work_day::timestamp)::date AS week,
                   sum(minutes) FILTER (WHERE earn_code = 'overtime') AS overtime,
                   coalesce(sum(minutes) FILTER (WHERE earn_code = 'regular'), 0) AS regular
            FROM time_segment WHERE kind = 'hours'
            GROUP BY coordinator_id, facility_id, date_trunc('week', work_day::timestamp)
            HAVING coalesce(sum(minutes) FILTER (WHERE earn_code = 'overtime'), 0) > 0
               AND coalesce(sum(minutes) FILTER (WHERE earn_code = 'regular'), 0) < {WEEKLY_THRESHOLD_MINUTES}
            """,  # noqa: S608 - a constant of the code
        ),
    ),
    Invariant(
        "sealed_hours",
        N_("Punches and segments can still not be changed by anybody"),
        Contradiction(
            N_("table %(table)s is not sealed"),
            """
            SELECT wanted.name AS table
            FROM (VALUES ('punch'), ('time_segment')) AS wanted(name)
            WHERE (SELECT count(*) FROM pg_trigger t
                   WHERE t.tgrelid = wanted.name::regclass AND t.tgname IN ('append_only', 'append_only_whole')
                     AND t.tgenabled = 'O') < 2
            """,
        ),
    ),
)
