"""Ways to pages of rooms above: by their name, when there is such a page."""

from flask import current_app


def leads(endpoint: str) -> bool:
    """Whether this site has that page."""
    return endpoint in current_app.view_functions
