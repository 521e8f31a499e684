"""Papers that leave the house: set once, kept as they were."""
