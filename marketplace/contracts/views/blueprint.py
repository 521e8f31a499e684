"""The blueprint of agreements."""

from marketplace.web import Pages

pages = Pages("contracts", __name__, url_prefix="/contracts")
