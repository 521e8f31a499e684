"""The pages of an account: coming in, joining, and what somebody says about themselves."""

from marketplace.accounts.views import account, door, factor, joining
from marketplace.accounts.views.blueprint import pages

__all__ = ["account", "door", "factor", "joining", "pages"]
