"""The pages of credentials."""

from marketplace.credentials.views import documents, own_credentials, queue
from marketplace.credentials.views.blueprint import pages

__all__ = ["documents", "own_credentials", "pages", "queue"]
