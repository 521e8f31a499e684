"""Clocking, weekly timesheets and their approval."""
