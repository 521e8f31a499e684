"""What `make bench` measures, with its results as text beside it."""
