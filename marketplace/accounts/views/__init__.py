"""The pages of an account: coming in, joining, and what somebody says about themselves."""

from marketplace.accounts.views import account, joining, second_factor, sign_in
from marketplace.accounts.views.blueprint import pages

__all__ = ["account", "joining", "pages", "second_factor", "sign_in"]
