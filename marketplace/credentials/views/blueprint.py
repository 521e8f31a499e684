"""The blueprint of credentials."""

from marketplace.web import Pages

pages = Pages("credentials", __name__, url_prefix="/credentials")
