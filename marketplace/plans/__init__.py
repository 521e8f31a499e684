"""Matching plans: a proposal for every open seat, pins and vetoes, and publishing a plan as offers."""
