"""Agreements with facilities and coordinators, and their rate cards."""
