"""The pages of pay runs and of earnings."""

from marketplace.web import Pages

pages = Pages("payouts", __name__)
