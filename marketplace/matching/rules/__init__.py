"""The hard rules: who may take a shift. Pure."""
