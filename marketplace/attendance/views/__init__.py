"""The clock on the phone, the shift report after it, and hours entered by hand."""

from marketplace.attendance.views import clock, corrections, reports
from marketplace.attendance.views.blueprint import pages

__all__ = ["clock", "corrections", "pages", "reports"]
