"""Hours against money: every approved minute is in the books, once, and no minute that nobody approved."""

from marketplace.ledger.invariants import Invariant

TIMESHEET_INVARIANTS = (
    Invariant(
        "segment_entries",
        "Every approved segment is in the books under its own key, with its own amounts",
        """
        SELECT 'segment ' || coalesce(s.id::text, substr(booked.key, 5)) || ' should be ' || coalesce(s.bill_cents, 0)
               || ' to bill and ' || coalesce(s.pay_cents, 0) || ' to pay, the books say '
               || coalesce(booked.bill, 0) || ' and ' || coalesce(booked.pay, 0)
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
    Invariant(
        "segment_minutes",
        "The segments of an approved shift add up to its paid minutes",
        """
        SELECT 'time entry ' || e.id || ' has ' || e.paid_minutes || ' paid minutes, its segments '
               || coalesce(sum(s.minutes), 0)
        FROM time_entry e LEFT JOIN time_segment s ON s.time_entry_id = e.id AND s.kind = 'hours'
        WHERE e.state = 'approved'
        GROUP BY e.id HAVING e.paid_minutes <> coalesce(sum(s.minutes), 0)
        """,
    ),
    Invariant(
        "unapproved_segments",
        "No segment stands for hours that are not approved",
        """
        SELECT 'time entry ' || e.id || ' is ' || e.state || ' but its segments come to ' || sum(s.minutes) || ' minutes'
        FROM time_entry e JOIN time_segment s ON s.time_entry_id = e.id AND s.kind = 'hours'
        WHERE e.state <> 'approved'
        GROUP BY e.id HAVING sum(s.minutes) <> 0
        """,
    ),
    Invariant(
        "segment_corrections",
        "A correction is the exact opposite of what it corrects",
        """
        SELECT 'segment ' || c.id || ' corrects ' || s.id || ' with ' || c.minutes || ' against ' || s.minutes || ' minutes'
        FROM time_segment c JOIN time_segment s ON s.id = c.corrects_id
        WHERE (c.minutes, c.bill_cents, c.pay_cents) <> (-s.minutes, -s.bill_cents, -s.pay_cents)
           OR (c.time_entry_id, c.work_day, c.earn_code, c.kind) IS DISTINCT FROM
              (s.time_entry_id, s.work_day, s.earn_code, s.kind)
        """,
    ),
    Invariant(
        "overtime_after_regular",
        "No overtime stands beside fewer than forty regular hours of the same workweek",
        """
        SELECT 'coordinator ' || coordinator_id || ' at facility ' || facility_id || ', week of '
               || date_trunc('week', work_day::timestamp)::date || ': '
               || sum(minutes) FILTER (WHERE earn_code = 'overtime') || ' minutes of overtime, '
               || coalesce(sum(minutes) FILTER (WHERE earn_code = 'regular'), 0) || ' regular'
        FROM time_segment WHERE kind = 'hours'
        GROUP BY coordinator_id, facility_id, date_trunc('week', work_day::timestamp)
        HAVING coalesce(sum(minutes) FILTER (WHERE earn_code = 'overtime'), 0) > 0
           AND coalesce(sum(minutes) FILTER (WHERE earn_code = 'regular'), 0) < 2400
        """,
    ),
    Invariant(
        "sealed_hours",
        "Punches and segments can still not be changed by anybody",
        """
        SELECT 'table ' || wanted.name || ' is not sealed'
        FROM (VALUES ('punch'), ('time_segment')) AS wanted(name)
        WHERE (SELECT count(*) FROM pg_trigger t
               WHERE t.tgrelid = wanted.name::regclass AND t.tgname IN ('append_only', 'append_only_whole')
                 AND t.tgenabled = 'O') < 2
        """,
    ),
)
