"""The memory of a process: the index of everybody, and the prices of the last plan."""
