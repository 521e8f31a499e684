"""Invoices against the books: each approved minute is billed once, and what is owed is what the documents say."""

from marketplace.kernel import N_
from marketplace.ledger.invariants import Contradiction, Invariant, balance_differs

BILLING_INVARIANTS = (
    Invariant(
        "invoice_totals",
        N_("An invoice's total is the sum of its lines and its tax"),
        Contradiction(
            N_("invoice %(invoice)s says %(total_cents)s, its lines and tax come to %(counted_cents)s"),
            """
            SELECT coalesce(i.number, 'draft ' || i.id) AS invoice, i.total_cents,
                   coalesce(sum(l.amount_cents), 0) + i.tax_cents AS counted_cents
            FROM invoice i LEFT JOIN invoice_line l ON l.invoice_id = i.id
            GROUP BY i.id
            HAVING i.subtotal_cents <> coalesce(sum(l.amount_cents), 0) OR i.total_cents <> i.subtotal_cents + i.tax_cents
            """,
        ),
    ),
    Invariant(
        "line_amounts",
        N_("A line of an invoice says what its segment says"),
        Contradiction(
            N_("line %(line)s of invoice %(invoice)s is %(amount_cents)s, its segment %(bill_cents)s"),
            """
            SELECT l.position AS line, l.invoice_id AS invoice, l.amount_cents, s.bill_cents
            FROM invoice_line l JOIN time_segment s ON s.id = l.time_segment_id
            WHERE (l.amount_cents, l.minutes, l.facility_id) IS DISTINCT FROM (s.bill_cents, s.minutes, s.facility_id)
            """,
        ),
    ),
    Invariant(
        "billed_once",
        N_("Every segment stands on at most one live invoice line"),
        Contradiction(
            N_("segment %(segment)s is billed %(times)s times"),
            """
            SELECT time_segment_id AS segment, count(*) AS times
            FROM invoice_line WHERE live AND time_segment_id IS NOT NULL
            GROUP BY time_segment_id HAVING count(*) > 1
            """,
        ),
    ),
    Invariant(
        "live_lines",
        N_("The lines of a voided invoice, and only they, have given their hours back"),
        Contradiction(
            N_("line %(line)s is live, but invoice %(number)s is void"),
            """
            SELECT l.id AS line, i.number
            FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id
            WHERE l.live AND i.state = 'voided'
            """,
        ),
        Contradiction(
            N_("line %(line)s of invoice %(number)s is not live, but the invoice is not void"),
            """
            SELECT l.id AS line, coalesce(i.number, 'draft ' || i.id) AS number
            FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id
            WHERE NOT l.live AND i.state <> 'voided'
            """,
        ),
    ),
    Invariant(
        "invoice_numbers",
        N_("Invoices and credit notes are numbered without gap or duplicate"),
        Contradiction(
            N_("series %(series)s stands at %(last)s but has %(count)s documents, the last %(newest)s"),
            """
            SELECT n.series, n.last, count(given.number) AS count, coalesce(max(given.counted), 0) AS newest
            FROM number_series n LEFT JOIN (
                SELECT number, substring(number from '^(.*)-[0-9]+$') AS series,
                       substring(number from '[0-9]+$')::bigint AS counted
                FROM (SELECT number FROM invoice UNION ALL SELECT number FROM credit_note) AS documents
            ) AS given ON given.series = n.series
            GROUP BY n.series, n.last
            HAVING count(given.number) <> n.last OR coalesce(max(given.counted), 0) <> n.last
                   OR count(DISTINCT given.counted) <> n.last
            """,
        ),
    ),
    Invariant(
        "receivable",
        N_("What the books say a facility owes is what is open on its issued invoices"),
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
        N_("What the books say is unbilled is what was approved and stands on no live line"),
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
        N_("A facility's credit is what it overpaid or was credited, less what it used"),
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
        N_("No invoice is paid more than it asks for, and no payment settles more than it was"),
        Contradiction(
            N_("invoice %(number)s of %(total_cents)s has %(settled_cents)s settled"),
            """
            SELECT i.number, i.total_cents, sum(settled.cents) AS settled_cents
            FROM invoice i JOIN (
                SELECT a.invoice_id, a.amount_cents AS cents
                FROM payment_allocation a JOIN payment p ON p.id = a.payment_id WHERE p.bounced_at IS NULL
                UNION ALL SELECT invoice_id, to_receivable_cents FROM credit_note
            ) AS settled ON settled.invoice_id = i.id
            GROUP BY i.id HAVING sum(settled.cents) > i.total_cents
            """,
        ),
        Contradiction(
            N_("payment %(payment)s of %(amount_cents)s settles %(settled_cents)s"),
            """
            SELECT p.id AS payment, p.amount_cents, sum(a.amount_cents) AS settled_cents
            FROM payment p JOIN payment_allocation a ON a.payment_id = p.id
            GROUP BY p.id HAVING sum(a.amount_cents) > p.amount_cents
            """,
        ),
    ),
    Invariant(
        "papers_in_the_books",
        N_("Every document and every payment is in the books"),
        Contradiction(
            N_("%(event)s is not in the books"),
            """
            SELECT documents.key AS event
            FROM (
                SELECT 'inv:' || id AS key FROM invoice WHERE state <> 'draft'
                UNION ALL SELECT 'void:' || id FROM invoice WHERE state = 'voided'
                UNION ALL SELECT 'cn:' || id FROM credit_note
                UNION ALL SELECT 'pay:' || id FROM payment
                UNION ALL SELECT 'bounce:' || id FROM payment WHERE bounced_at IS NOT NULL
            ) AS documents
            WHERE NOT EXISTS (SELECT FROM ledger_transaction t WHERE t.key = documents.key)
            """,
        ),
    ),
)
