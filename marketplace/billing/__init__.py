"""Invoices, credit notes and payments received."""
