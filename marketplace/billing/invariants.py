"""Invoices against the books: each approved minute is billed once, and what is owed is what the papers say."""

from marketplace.ledger.invariants import Invariant, balance_differs

BILLING_INVARIANTS = (
    Invariant(
        "invoice_totals",
        "An invoice's total is the sum of its lines and its tax",
        """
        SELECT 'invoice ' || coalesce(i.number, 'draft ' || i.id) || ' says ' || i.total_cents
               || ' cents, its lines and tax come to ' || coalesce(sum(l.amount_cents), 0) + i.tax_cents
        FROM invoice i LEFT JOIN invoice_line l ON l.invoice_id = i.id
        GROUP BY i.id
        HAVING i.subtotal_cents <> coalesce(sum(l.amount_cents), 0) OR i.total_cents <> i.subtotal_cents + i.tax_cents
        """,
    ),
    Invariant(
        "line_amounts",
        "A line of an invoice says what its segment says",
        """
        SELECT 'line ' || l.position || ' of invoice ' || l.invoice_id || ' is ' || l.amount_cents || ' cents, its segment '
               || s.bill_cents
        FROM invoice_line l JOIN time_segment s ON s.id = l.time_segment_id
        WHERE (l.amount_cents, l.minutes, l.facility_id) IS DISTINCT FROM (s.bill_cents, s.minutes, s.facility_id)
        """,
    ),
    Invariant(
        "billed_once",
        "Every segment stands on at most one live invoice line",
        """
        SELECT 'segment ' || time_segment_id || ' is billed ' || count(*) || ' times'
        FROM invoice_line WHERE live AND time_segment_id IS NOT NULL
        GROUP BY time_segment_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "live_lines",
        "The lines of a voided invoice, and only they, have given their hours back",
        """
        SELECT 'line ' || l.id || ' of the ' || i.state || ' invoice ' || i.number || ' is '
               || CASE WHEN l.live THEN 'live' ELSE 'not live' END
        FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id
        WHERE l.live = (i.state = 'voided')
        """,
    ),
    Invariant(
        "invoice_numbers",
        "Invoices and credit notes are numbered without gap or duplicate",
        """
        SELECT 'series ' || n.series || ' stands at ' || n.last || ' but has ' || count(given.number) || ' papers, the last '
               || coalesce(max(given.counted), 0)
        FROM number_series n LEFT JOIN (
            SELECT number, substring(number from '^(.*)-[0-9]+$') AS series, substring(number from '[0-9]+$')::bigint AS counted
            FROM (SELECT number FROM invoice UNION ALL SELECT number FROM credit_note) AS papers
        ) AS given ON given.series = n.series
        GROUP BY n.series, n.last
        HAVING count(given.number) <> n.last OR coalesce(max(given.counted), 0) <> n.last
               OR count(DISTINCT given.counted) <> n.last
        """,
    ),
    Invariant(
        "receivable",
        "What the books say a facility owes is what is open on its issued invoices",
        balance_differs(
            "ar",
            """
            SELECT facility_id, total_cents FROM invoice WHERE state = 'issued'
            UNION ALL
            SELECT i.facility_id, -a.amount_cents
            FROM payment_allocation a JOIN payment p ON p.id = a.payment_id JOIN invoice i ON i.id = a.invoice_id
            WHERE p.bounced_at IS NULL AND i.state = 'issued'
            UNION ALL
            SELECT i.facility_id, -c.to_receivable_cents
            FROM credit_note c JOIN invoice i ON i.id = c.invoice_id WHERE i.state = 'issued'
            """,
        ),
    ),
    Invariant(
        "unbilled",
        "What the books say is unbilled is what was approved and stands on no live line",
        balance_differs(
            "unbilled",
            """
            SELECT s.facility_id, s.bill_cents FROM time_segment s
            WHERE NOT EXISTS (
                SELECT FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id
                WHERE l.time_segment_id = s.id AND l.live AND i.state = 'issued'
            )
            """,
        ),
    ),
    Invariant(
        "credit_balance",
        "A facility's credit is what it overpaid or was credited, less what it used",
        balance_differs(
            "credit",
            """
            SELECT p.facility_id,
                   CASE WHEN p.method = 'credit_balance' THEN -p.amount_cents
                        ELSE p.amount_cents - coalesce(
                            (SELECT sum(a.amount_cents) FROM payment_allocation a WHERE a.payment_id = p.id), 0) END
            FROM payment p WHERE p.bounced_at IS NULL
            UNION ALL
            SELECT facility_id, to_credit_cents FROM credit_note
            """,
        ),
    ),
    Invariant(
        "allocations",
        "No invoice is paid more than it asks for, and no payment settles more than it was",
        """
        SELECT 'invoice ' || i.number || ' of ' || i.total_cents || ' cents has ' || sum(settled.cents) || ' settled'
        FROM invoice i JOIN (
            SELECT a.invoice_id, a.amount_cents AS cents
            FROM payment_allocation a JOIN payment p ON p.id = a.payment_id WHERE p.bounced_at IS NULL
            UNION ALL SELECT invoice_id, to_receivable_cents FROM credit_note
        ) AS settled ON settled.invoice_id = i.id
        GROUP BY i.id HAVING sum(settled.cents) > i.total_cents
        UNION ALL
        SELECT 'payment ' || p.id || ' of ' || p.amount_cents || ' cents settles ' || sum(a.amount_cents)
        FROM payment p JOIN payment_allocation a ON a.payment_id = p.id
        GROUP BY p.id HAVING sum(a.amount_cents) > p.amount_cents
        """,
    ),
    Invariant(
        "papers_in_the_books",
        "Every paper and every payment is in the books",
        """
        SELECT key || ' is not in the books'
        FROM (
            SELECT 'inv:' || id AS key FROM invoice WHERE state <> 'draft'
            UNION ALL SELECT 'void:' || id FROM invoice WHERE state = 'voided'
            UNION ALL SELECT 'cn:' || id FROM credit_note
            UNION ALL SELECT 'pay:' || id FROM payment
            UNION ALL SELECT 'bounce:' || id FROM payment WHERE bounced_at IS NOT NULL
        ) AS papers
        WHERE NOT EXISTS (SELECT FROM ledger_transaction t WHERE t.key = papers.key)
        """,
    ),
)
