"""From tables to matching: loading facts, the index, candidates, score weights."""
