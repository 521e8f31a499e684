"""Offers and bookings: who works which shift."""
