"""Figures: fair shares, key figures, the monthly letter."""
