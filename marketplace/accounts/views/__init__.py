"""The pages of an account: coming in, joining, and what somebody says about themselves."""

from marketplace.web.guard import Pages

pages = Pages("accounts", __name__)

from marketplace.accounts.views import account, door, factor, joining  # noqa: E402, F401  (they add their routes)
