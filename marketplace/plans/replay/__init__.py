"""Past weeks simulated again: what other weights, waves or freezes would have come to, beside what really happened."""
