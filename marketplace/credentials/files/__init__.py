"""Uploaded files: inspected, redrawn in a child process with limits, stored whole or not at all."""
