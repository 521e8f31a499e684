"""Search over the whole site."""
