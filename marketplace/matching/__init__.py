"""Who may take a shift, how well they fit, and why: plain data in, verdicts and rankings out."""
