"""The ways money moves: by hand, and later through Stripe."""
