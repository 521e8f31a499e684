"""Making a plan true: each proposal becomes an offer, or a booking where the coordinator has applied."""
