"""Matching: plain data in, verdicts, scores and rankings out."""
