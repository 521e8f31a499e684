"""Hours against money: every approved minute is in the books, once, and no minute that nobody approved."""

from marketplace.ledger.checking import Invariant

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
)
