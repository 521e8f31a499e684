"""What still stands between somebody new and the first shift; activation."""
