"""The front door and each audience's first page."""
