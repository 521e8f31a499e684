"""Letters and notices."""
