"""The pages of posting and changing needs."""
