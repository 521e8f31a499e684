"""The acts that give people shifts: offers, booking, cancelling, reassignments; their pages."""
