"""The pages of credentials."""

from marketplace.credentials.views import deciding, documents, own_credentials, queue, uploading
from marketplace.credentials.views.blueprint import pages

__all__ = ["deciding", "documents", "own_credentials", "pages", "queue", "uploading"]
