"""A seat is open again: who is free for it, and who could move to it."""
