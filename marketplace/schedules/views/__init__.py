"""The pages of schedules and availability."""

from marketplace.schedules.views import availability, schedule, subscription, time_off

__all__ = ["availability", "schedule", "subscription", "time_off"]
