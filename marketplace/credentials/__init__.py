"""Licenses, certificates and training, uploaded and verified."""
