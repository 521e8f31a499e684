"""Pay against the books: each payable minute is paid once, and what is owed to coordinators is what the papers say."""

from marketplace.ledger.invariants import Invariant, balance_differs

PAYOUT_INVARIANTS = (
    Invariant(
        "payable",
        "What the books say a coordinator is owed is what she earned less what was set aside for her",
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
        "What is on its way to coordinators is what the queued payouts come to",
        """
        SELECT 'payout_in_transit is ' || booked || ' cents in the books, ' || queued || ' by the payouts'
        FROM (
            SELECT (SELECT coalesce(sum(CASE WHEN credit = 'payout_in_transit' THEN amount_cents ELSE -amount_cents END), 0)
                    FROM ledger_posting WHERE 'payout_in_transit' IN (debit, credit)) AS booked,
                   (SELECT coalesce(sum(amount_cents), 0) FROM payout WHERE state IN ('reserved', 'approved')) AS queued
        ) AS both_sides WHERE booked <> queued
        """,
    ),
    Invariant(
        "paid_once",
        "Every segment stands on at most one live pay line",
        """
        SELECT 'segment ' || time_segment_id || ' is paid ' || count(*) || ' times'
        FROM payout_item WHERE live GROUP BY time_segment_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "payout_totals",
        "A payout is the sum of its lines, and each line says what its segment says",
        """
        SELECT 'payout ' || p.id || ' is ' || p.amount_cents || ' cents, its lines come to ' || coalesce(sum(i.amount_cents), 0)
        FROM payout p LEFT JOIN payout_item i ON i.payout_id = p.id
        GROUP BY p.id HAVING p.amount_cents <> coalesce(sum(i.amount_cents), 0)
        UNION ALL
        SELECT 'line ' || i.id || ' of payout ' || i.payout_id || ' is ' || i.amount_cents || ' cents, its segment '
               || s.pay_cents
        FROM payout_item i JOIN time_segment s ON s.id = i.time_segment_id
        WHERE (i.amount_cents, i.minutes, i.coordinator_id) IS DISTINCT FROM (s.pay_cents, s.minutes, s.coordinator_id)
        """,
    ),
    Invariant(
        "live_pay_lines",
        "The lines of payouts that did not arrive, and only they, are payable again",
        """
        SELECT 'line ' || i.id || ' of the ' || p.state || ' payout ' || p.id || ' is '
               || CASE WHEN i.live THEN 'live' ELSE 'not live' END
        FROM payout_item i JOIN payout p ON p.id = i.payout_id
        WHERE i.live = (p.state IN ('released', 'reversed'))
        """,
    ),
)
