"""Licences, certificates and training, uploaded and verified."""
