"""The pages of an account: coming in, joining, and what somebody says about themselves."""

from marketplace.web import Pages

pages = Pages("accounts", __name__)
