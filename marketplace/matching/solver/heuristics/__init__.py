"""The search for good plans: from prices to a plan, and from a plan to a better one. What bounds them is in `prices`."""
