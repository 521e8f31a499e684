"""Every cent, twice."""
