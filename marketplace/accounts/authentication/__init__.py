"""Proving who somebody is: passwords, second factor, sessions, one-time links, limits."""
