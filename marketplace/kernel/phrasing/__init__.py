"""Sentences as data: a text of the catalogue with typed values, worded in each reader's language when it is read."""
