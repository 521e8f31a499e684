"""What facilities ask for, and the shifts that follow."""
