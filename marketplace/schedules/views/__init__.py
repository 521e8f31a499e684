"""The pages of schedules and availability."""
