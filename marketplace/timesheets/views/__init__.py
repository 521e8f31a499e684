"""The clock, the shift report, the week"s timesheet, and the table where hours are approved."""

from marketplace.timesheets.views import clock, review, table, weeks
from marketplace.timesheets.views.blueprint import pages

__all__ = ["clock", "pages", "review", "table", "weeks"]
