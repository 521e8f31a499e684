"""The first page of each kind of person, and search."""
