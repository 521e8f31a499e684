"""The needs of facilities, and the shifts that follow."""
