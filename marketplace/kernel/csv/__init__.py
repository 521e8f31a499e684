"""Comma-separated tables: reading what another system exported, and writing what a spreadsheet opens."""
