"""The price of a late cancellation: points for the coordinator, minutes that the facility pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from marketplace.contracts.rates import Rate
from marketplace.kernel import Invalid, Length, Phrase, line_amount


@dataclass(frozen=True)
class Compensation:
    """Pay beside the time worked: minutes, both amounts in cents, and the reason."""

    minutes: int
    bill_cents: int
    pay_cents: int
    sentence: Phrase | None = None


SENT_HOME = "sent_home_minutes"
"""Agreements from before keep these minutes with their terms. No act charges them; the signed text is shown as it was signed."""


@dataclass(frozen=True)
class CancellationPolicy:
    """The price of cancelling late, for either side. Kept as data with each agreement; minutes and points throughout.

    `coordinator_tiers` are (notice of at least so many minutes, points), the longest notice first and the last one from 0;
    points are zero or negative.
    """

    # More than 72 h is free, and exactly 72 h is not more: hence the one minute.
    coordinator_tiers: tuple[tuple[int, int], ...] = ((72 * 60 + 1, 0), (24 * 60, -25), (4 * 60, -55), (0, -85))
    no_show_points: int = -100
    facility_free_notice: int = 24 * 60
    """With less notice than this the facility pays `late_minutes`."""
    late_minutes: int = 2 * 60

    def __post_init__(self) -> None:
        notices = [notice for notice, _ in self.coordinator_tiers]
        points = [points for _, points in self.coordinator_tiers]
        if not notices or notices[-1] != 0 or notices != sorted(set(notices), reverse=True):
            raise Invalid("The notice tiers must go from the longest notice down to 0.", "cancellation")
        if max(points) > 0 or points != sorted(points, reverse=True) or self.no_show_points > points[-1]:
            raise Invalid(
                "Less notice must never cost fewer points, and points are never given for it.", "cancellation"
            )
        if min(self.facility_free_notice, self.late_minutes) < 0:
            raise Invalid("Notice and compensation cannot be negative.", "cancellation")

    def points_in_words(self) -> list[Phrase]:
        """more than 72 h: 0; at least 24 h: −25; …; not coming: −100"""
        said = []
        for notice, points in self.coordinator_tiers:
            hours, rest = divmod(notice, 60)
            if not notice:
                said.append(Phrase("less: %(points)s", points=_signed(points)))
            elif rest:
                said.append(Phrase("more than %(hours)s h: %(points)s", hours=hours, points=_signed(points)))
            else:
                said.append(Phrase("at least %(hours)s h: %(points)s", hours=hours, points=_signed(points)))
        return [*said, Phrase("not coming: %(points)s", points=_signed(self.no_show_points))]

    def as_data(self) -> dict[str, Any]:
        """The policy as it is stored with the agreement."""
        return {
            "coordinator_tiers": [list(tier) for tier in self.coordinator_tiers],
            "no_show_points": self.no_show_points,
            "facility_free_notice": self.facility_free_notice,
            "late_minutes": self.late_minutes,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The policy from what is stored; what is not said there is the default. Invalid when it makes no sense."""
        stored = {name: value for name, value in data.items() if name != SENT_HOME}
        unknown = sorted(stored.keys() - cls.__dataclass_fields__.keys())
        tiers = stored.pop("coordinator_tiers", None)
        try:
            whole = all(type(number) is int for number in stored.values())
            if tiers is not None:
                stored["coordinator_tiers"] = tuple((notice, points) for notice, points in tiers)
                whole = whole and all(type(number) is int for tier in stored["coordinator_tiers"] for number in tier)
        except (TypeError, ValueError):
            whole = False
        if unknown or not whole:
            raise Invalid("The cancellation policy must be whole minutes and points.", "cancellation")
        return cls(**stored)


def facility_fee(policy: CancellationPolicy, notice_minutes: int, planned_minutes: int, rate: Rate) -> Compensation:
    """The facility's fee for cancelling before the shift, at the rates the shift was booked under."""
    if notice_minutes >= policy.facility_free_notice:
        return Compensation(0, 0, 0, Phrase("Free: the notice is long enough."))
    minutes = min(policy.late_minutes, planned_minutes)
    why = Phrase(
        "Less than %(notice)s of notice: %(paid)s are paid.",
        notice=Length(policy.facility_free_notice),
        paid=Length(minutes),
    )
    return Compensation(minutes, line_amount(minutes, rate.bill_cents), line_amount(minutes, rate.pay_cents), why)


def coordinator_points(policy: CancellationPolicy, notice_minutes: int) -> int:
    """Reliability points (zero or negative) for a coordinator who cancels with so much notice; after the start it is 0."""
    notice = max(0, notice_minutes)
    return next(points for least, points in policy.coordinator_tiers if notice >= least)


def _signed(points: int) -> str:
    return f"−{-points}" if points else "0"
