"""What kinds of work, duties and credentials there are."""
