"""What a process keeps in memory for its next question: the index of everybody, and the prices of the last plan."""
