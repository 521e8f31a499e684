"""The pages of needs."""

from marketplace.needs.views import editing, extending, needs

__all__ = ["editing", "extending", "needs"]
