"""Facilities and coordinators who know each other: favorites, blocks, work history."""
