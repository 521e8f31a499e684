"""Which states are in the Nurse Licensure Compact, and since when: the starting data, editable by the agency afterwards.

Source: National Council of State Boards of Nursing, nursecompact.com (enhanced compact, in effect since 19 January 2018),
compared with the list of members as it stood in May 2026. The day is the one from which holders of other members'
multistate licenses may practise there. Left out until the agency adds them: Massachusetts and the US Virgin Islands
(enacted, not implemented) and Guam (partly implemented, no date published), because a license wrongly refused is repaired
by a phone call and one wrongly accepted is not.
"""

from datetime import date
from typing import NamedTuple


class Membership(NamedTuple):
    """A state's membership from its first day up to, not including, `until` (None: still a member)."""

    state: str
    since: date
    until: date | None = None


_FOUNDERS = (
    *("AZ", "AR", "CO", "DE", "FL", "GA", "ID", "IA", "KY", "ME", "MD", "MS", "MO", "MT", "NE", "NH", "NM", "NC", "ND"),
    *("OK", "SC", "SD", "TN", "TX", "UT", "VA", "WV", "WI", "WY"),
)

MEMBERSHIPS: tuple[Membership, ...] = (
    *(Membership(state, date(2018, 1, 19)) for state in _FOUNDERS),
    Membership("KS", date(2019, 7, 1)),
    Membership("LA", date(2019, 7, 1)),
    Membership("AL", date(2020, 1, 1)),
    Membership("IN", date(2020, 7, 1)),
    Membership("NJ", date(2021, 11, 15)),
    Membership("VT", date(2022, 2, 1)),
    Membership("OH", date(2023, 1, 1)),
    Membership("WA", date(2023, 7, 24)),
    Membership("PA", date(2023, 9, 5)),  # licenses of its own residents became multistate on 7 July 2025
    Membership("RI", date(2024, 1, 1)),
    Membership("CT", date(2025, 10, 1)),
)


def members_on(day: date, memberships: tuple[Membership, ...] = MEMBERSHIPS) -> frozenset[str]:
    """The states that are members on that day."""
    return frozenset(one.state for one in memberships if one.since <= day and (one.until is None or day < one.until))
