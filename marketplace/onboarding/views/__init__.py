"""The pages of getting started."""

from marketplace.onboarding.views import activation, choosing, getting_started, start
from marketplace.onboarding.views.blueprint import pages

__all__ = ["activation", "choosing", "getting_started", "pages", "start"]
