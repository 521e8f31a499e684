"""Pay against the books: each payable minute is paid once, and what is owed to coordinators is what the documents say."""

from marketplace.kernel import N_
from marketplace.ledger.invariants import Contradiction, Invariant, balance_differs

PAYOUT_INVARIANTS = (
    Invariant(
        "payable",
        N_("What the books say a coordinator is owed is what they earned less what was set aside for them"),
        balance_differs(
            "payable",
            """
            SELECT coordinator_id, pay_cents FROM time_segment
            UNION ALL
            SELECT coordinator_id, -amount_cents FROM payout WHERE state NOT IN ('released', 'reversed')
            """,
        ),
    ),
    Invariant(
        "in_transit",
        N_("What is on its way to coordinators is what the queued payouts come to"),
        Contradiction(
            N_("payout_in_transit holds %(booked_cents)s by the books, %(queued_cents)s by the payouts"),
            """
            SELECT booked AS booked_cents, queued AS queued_cents
            FROM (
                SELECT (SELECT coalesce(sum(CASE WHEN credit = 'payout_in_transit' THEN amount_cents ELSE -amount_cents END), 0)
                        FROM ledger_posting WHERE 'payout_in_transit' IN (debit, credit)) AS booked,
                       (SELECT coalesce(sum(amount_cents), 0) FROM payout WHERE state IN ('reserved', 'approved')) AS queued
            ) AS both_sides WHERE booked <> queued
            """,
        ),
    ),
    Invariant(
        "paid_once",
        N_("Every segment stands on at most one live pay line"),
        Contradiction(
            N_("segment %(segment)s is paid %(times)s times"),
            """
            SELECT time_segment_id AS segment, count(*) AS times
            FROM payout_item WHERE live GROUP BY time_segment_id HAVING count(*) > 1
            """,
        ),
    ),
    Invariant(
        "payout_totals",
        N_("A payout is the sum of its lines, and each line says what its segment says"),
        Contradiction(
            N_("payout %(payout)s is %(amount_cents)s, its lines come to %(counted_cents)s"),
            """
            SELECT p.id AS payout, p.amount_cents, coalesce(sum(i.amount_cents), 0) AS counted_cents
            FROM payout p LEFT JOIN payout_item i ON i.payout_id = p.id
            GROUP BY p.id HAVING p.amount_cents <> coalesce(sum(i.amount_cents), 0)
            """,
        ),
        Contradiction(
            N_("line %(line)s of payout %(payout)s is %(amount_cents)s, its segment %(pay_cents)s"),
            """
            SELECT i.id AS line, i.payout_id AS payout, i.amount_cents, s.pay_cents
            FROM payout_item i JOIN time_segment s ON s.id = i.time_segment_id
            WHERE (i.amount_cents, i.minutes, i.coordinator_id) IS DISTINCT FROM (s.pay_cents, s.minutes, s.coordinator_id)
            """,
        ),
    ),
    Invariant(
        "live_pay_lines",
        N_("The lines of payouts that did not arrive, and only they, are payable again"),
        Contradiction(
            N_("line %(line)s is payable again, but payout %(payout)s has not ended"),
            """
            SELECT i.id AS line, p.id AS payout
            FROM payout_item i JOIN payout p ON p.id = i.payout_id
            WHERE NOT i.live AND p.state NOT IN ('released', 'reversed')
            """,
        ),
        Contradiction(
            N_("line %(line)s is not payable again, but payout %(payout)s has ended"),
            """
            SELECT i.id AS line, p.id AS payout
            FROM payout_item i JOIN payout p ON p.id = i.payout_id
            WHERE i.live AND p.state IN ('released', 'reversed')
            """,
        ),
    ),
)
