"""The week's timesheet, and the table where hours are approved."""

from marketplace.timesheets.views import review, table, weeks
from marketplace.timesheets.views.blueprint import pages

__all__ = ["pages", "review", "table", "weeks"]
