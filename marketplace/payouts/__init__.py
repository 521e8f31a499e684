"""Pay runs and pay statements."""
