"""The places that post needs."""
