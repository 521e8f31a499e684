"""The roster, the time grid, the agenda, calendar feeds and availability."""
